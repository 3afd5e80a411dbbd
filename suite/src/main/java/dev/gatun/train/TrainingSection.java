package dev.gatun.train;

import dev.gatun.train.TrainingConfig.AdamWSettings;
import dev.gatun.train.TrainingConfig.WeightDecayOn;
import java.util.List;

/** The [training] section of a configuration file. */
final class TrainingSection {
  private static final List<String> KEYS =
      List.of(
          "steps",
          "batch",
          "length",
          "accumulation",
          "learning-rate",
          "schedule",
          "warm-up-steps",
          "final-share",
          "beta1",
          "beta2",
          "epsilon",
          "weight-decay",
          "weight-decay-on",
          "clip-norm",
          "seed",
          "evaluation-interval",
          "evaluation-batches",
          "checkpoint-interval");

  private TrainingSection() {}

  static TrainingConfig read(ConfigText file) {
    ConfigText.Section section = file.section("training", KEYS);
    try {
      return new TrainingConfig(
          section.longInteger("steps"),
          section.integer("batch"),
          section.integer("length"),
          section.integer("accumulation", 1),
          schedule(section),
          optimiser(section),
          section.number("clip-norm", Double.POSITIVE_INFINITY),
          section.longInteger("seed"),
          section.longInteger("evaluation-interval", 0),
          section.integer("evaluation-batches", 8),
          section.longInteger("checkpoint-interval", 0));
    } catch (IllegalArgumentException e) {
      throw section.invalid(e);
    }
  }

  private static LearningRateSchedule schedule(ConfigText.Section section) {
    String form = section.choice("schedule", "constant", List.of("constant", "cosine"));
    return new LearningRateSchedule(
        form.equals("cosine")
            ? LearningRateSchedule.Form.COSINE
            : LearningRateSchedule.Form.CONSTANT,
        section.number("learning-rate"),
        section.longInteger("warm-up-steps", 0),
        section.longInteger("steps"),
        section.number("final-share", 0.1));
  }

  private static AdamWSettings optimiser(ConfigText.Section section) {
    AdamWSettings usual = AdamWSettings.usual();
    String decayed = section.choice("weight-decay-on", "matrices", List.of("matrices", "all"));
    return new AdamWSettings(
        section.number("beta1", usual.beta1()),
        section.number("beta2", usual.beta2()),
        section.number("epsilon", usual.epsilon()),
        section.number("weight-decay", usual.weightDecay()),
        decayed.equals("all") ? WeightDecayOn.ALL : WeightDecayOn.MATRICES);
  }
}
