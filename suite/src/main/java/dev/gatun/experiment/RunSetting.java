package dev.gatun.experiment;

import dev.gatun.backend.Backend;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.head.HeadBackward;
import java.util.OptionalInt;

/**
 * One training run of an experiment. A record, so that its components as JSON are its own
 * configuration: two settings that differ in what they train or measure differ in a component.
 */
public interface RunSetting {
  /** What sets the run apart from others of its sweep, but for the seed; fit for a file name. */
  String arm();

  /** Seed of all its randomness. */
  long seed();

  /** What is trained. */
  TransformerConfig model();

  /** How it is trained. */
  UsualTraining training();

  /** How the logit gradient flows back through the head. */
  default HeadBackward backward() {
    return HeadBackward.EXACT;
  }

  /** Steps, each of which is reported. */
  default long steps() {
    return training().steps();
  }

  /** Sequences per step. */
  default int batch() {
    return training().batch();
  }

  /** Tokens per sequence. */
  default int length() {
    return model().contextLength();
  }

  /** V of the tokenizer that cuts its corpus; empty for a run that reads none. */
  default OptionalInt corpusVocabulary() {
    return OptionalInt.of(model().vocabulary());
  }

  /**
   * What it measures, in units of what {@link RunEnvironment#measure} runs first or {@link
   * RunEnvironment#rehearse} runs: for the estimate of its time.
   */
  default long measurements() {
    return 1;
  }

  /**
   * The work of all steps in units of one of the first, where later ones cost more or less: for the
   * estimate of its time.
   */
  default double workInSteps() {
    return steps();
  }

  /** Memory on the device that a measurement takes beside the training: for the estimate. */
  default long measurementBytes(Backend backend) {
    return 0;
  }

  /** As in {@code d48-seed1}: unique within a sweep. */
  default String id() {
    return arm() + "-seed" + seed();
  }

  /** Tokens that the whole run trains on. */
  default long tokens() {
    return steps() * batch() * length();
  }
}
