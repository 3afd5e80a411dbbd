package dev.gatun.claims.heads;

import dev.gatun.backend.Backend;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.RunSetting;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.TrainingMemory;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.head.HeadBackward;
import java.util.List;
import java.util.OptionalInt;

/**
 * One training run of {@link HeadVariantExperiment}: a model with some head, trained on the corpus
 * and evaluated on held-out windows of its seed's.
 *
 * @param variant its head
 * @param blocks of the model
 * @param size of the model, V being the tokenizer's
 * @param training on the corpus
 * @param windows held-out windows of an evaluation
 * @param evaluations steps after which it is evaluated; 0 is untrained
 * @param trial whether it only tries its learning rate
 * @param seed of initial weights, batches and held-out windows
 */
public record HeadVariantSetting(
    HeadVariant variant,
    HeadVariantScale.Blocks blocks,
    ModelSize size,
    UsualTraining training,
    int windows,
    List<Long> evaluations,
    boolean trial,
    long seed)
    implements RunSetting {

  /** Keeps a copy of the list. */
  public HeadVariantSetting {
    evaluations = List.copyOf(evaluations);
  }

  /** As in {@code rank8}, or {@code rank8-rate0.003} of a trial. */
  @Override
  public String arm() {
    return trial ? "%s-rate%s".formatted(variant.arm(), training.learningRate()) : variant.arm();
  }

  /** Claims share the sweep, and not all train models of one size. */
  @Override
  public String id() {
    return "%s-v%s-d%s-n%s-seed%s".formatted(arm(), size.vocabulary(), size.width(), steps(), seed);
  }

  @Override
  public TransformerConfig model() {
    return blocks.model(size.withMoreTokens(variant.neverClasses()), variant.head());
  }

  @Override
  public HeadBackward backward() {
    return variant.backward();
  }

  @Override
  public OptionalInt corpusVocabulary() {
    return OptionalInt.of(size.vocabulary());
  }

  @Override
  public long measurements() {
    return evaluations.size();
  }

  /** Held-out windows are evaluated by batches of the size that is trained on. */
  @Override
  public long measurementBytes(Backend backend) {
    return TrainingMemory.ofEvaluation(
        model(), batch() * length(), backend.real(), backend.workingSetBytes());
  }
}
