package dev.gatun.train;

import dev.gatun.train.TrainingConfig.AdamWSettings;
import dev.gatun.train.TrainingConfig.MomentumSgdSettings;
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
          "optimiser",
          "momentum",
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

  private static TrainingConfig.OptimiserSettings optimiser(ConfigText.Section section) {
    String decayed = section.choice("weight-decay-on", "matrices", List.of("matrices", "all"));
    WeightDecayOn on = decayed.equals("all") ? WeightDecayOn.ALL : WeightDecayOn.MATRICES;
    return switch (section.choice("optimiser", "adamw", List.of("adamw", "sgd"))) {
      case "sgd" -> momentumSgd(section, on);
      default -> adamW(section, on);
    };
  }

  private static AdamWSettings adamW(ConfigText.Section section, WeightDecayOn on) {
    requireAbsent(section, List.of("momentum"), "sgd");
    AdamWSettings usual = AdamWSettings.usual();
    return new AdamWSettings(
        section.number("beta1", usual.beta1()),
        section.number("beta2", usual.beta2()),
        section.number("epsilon", usual.epsilon()),
        section.number("weight-decay", usual.weightDecay()),
        on);
  }

  private static MomentumSgdSettings momentumSgd(ConfigText.Section section, WeightDecayOn on) {
    requireAbsent(section, List.of("beta1", "beta2", "epsilon"), "adamw");
    MomentumSgdSettings usual = MomentumSgdSettings.usual();
    return new MomentumSgdSettings(
        section.number("momentum", usual.momentum()),
        section.number("weight-decay", usual.weightDecay()),
        on);
  }

  private static void requireAbsent(
      ConfigText.Section section, List<String> keys, String optimiser) {
    for (String key : keys) {
      if (section.has(key)) {
        throw new IllegalArgumentException(
            "'%s' belongs to optimiser \"%s\"".formatted(key, optimiser));
      }
    }
  }
}
