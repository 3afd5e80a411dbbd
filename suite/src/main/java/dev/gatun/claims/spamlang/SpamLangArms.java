package dev.gatun.claims.spamlang;

import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.HeadForm;
import dev.gatun.model.TransformerConfig;
import dev.gatun.train.TrainingConfig.AdamWSettings;
import dev.gatun.train.TrainingConfig.MomentumSgdSettings;
import dev.gatun.train.TrainingConfig.OptimiserSettings;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Names and fills in the arms of one seed of a {@link SpamLangPlan}. */
final class SpamLangArms {
  private static final double WARM_UP_SHARE = 0.1;
  private static final int STEPS_AT_LEAST = 78;

  private final Backbone backbone;
  private final int width;
  private final long seed;
  private final List<SpamLangSetting> settings = new ArrayList<>();

  /** The model of a tier, with an untied linear head. */
  interface Backbone {
    TransformerConfig of(int vocabulary, int width, int length);
  }

  /**
   * How much of the language a run sees.
   *
   * @param name as part of an arm's name
   * @param batch sequences per step
   */
  record Exposure(String name, int batch, long steps) {
    /** The paper's kind: the same whatever V is. */
    static Exposure fixed(int batch, long steps) {
      return new Exposure("batch" + batch, batch, steps);
    }

    /** Sequences per symbol as in the paper's largest setting, 5,000·128/131,072 = 4.88. */
    static Exposure least(int vocabulary) {
      return ofSymbols("seq4.88", vocabulary, STEPS_AT_LEAST);
    }

    /** 19.5 sequences per symbol. */
    static Exposure middle(int vocabulary) {
      return ofSymbols("seq19.5", vocabulary, 4 * STEPS_AT_LEAST);
    }

    /** 78 sequences per symbol. */
    static Exposure most(int vocabulary) {
      return ofSymbols("seq78", vocabulary, 16 * STEPS_AT_LEAST);
    }

    /** Every step sees one sequence for sixteen symbols, so that steps are equal for every V. */
    private static Exposure ofSymbols(String name, int vocabulary, long steps) {
      return new Exposure(name, vocabulary / 16, steps);
    }
  }

  /**
   * No arms yet.
   *
   * @param width D where it is not the question
   */
  SpamLangArms(Backbone backbone, int width, long seed) {
    this.backbone = backbone;
    this.width = width;
    this.seed = seed;
  }

  List<SpamLangSetting> settings() {
    return settings;
  }

  /** Arms {@code v512-seq4.88-rate0.003}. */
  void rates(int vocabulary, int length, Exposure exposure, double... rates) {
    for (double rate : rates) {
      String arm = "v%s-%s-rate%s".formatted(vocabulary, exposure.name, plain(rate));
      add(arm, usual(vocabulary, length), exposure, rate);
    }
  }

  /**
   * Arms {@code length64}, {@code length1-equal-sequences} and {@code length1-equal-positions},
   * which sees as many positions in as many more independent sequences.
   */
  void lengths(int vocabulary, int length, Exposure exposure, double rate) {
    var asManyPositions = Exposure.fixed(exposure.batch * length, exposure.steps);
    add("length" + length, usual(vocabulary, length), exposure, rate);
    add("length1-equal-sequences", usual(vocabulary, 1), exposure, rate);
    add("length1-equal-positions", usual(vocabulary, 1), asManyPositions, rate);
  }

  /** Arms {@code d64-v2048-seq4.88}. */
  void widths(int vocabulary, int length, Exposure exposure, double rate, int... widths) {
    for (int other : widths) {
      String arm = "d%s-v%s-%s".formatted(other, vocabulary, exposure.name);
      add(arm, backbone.of(vocabulary, other, length), exposure, rate);
    }
  }

  /** Arms {@code tied-v512-seq4.88-rate0.03}: the head's weights are the embedding's. */
  void tied(int vocabulary, int length, Exposure exposure, double... rates) {
    TransformerConfig model = usual(vocabulary, length).withHead(new HeadForm.Linear(true));
    for (double rate : rates) {
      String arm = "tied-v%s-%s-rate%s".formatted(vocabulary, exposure.name, plain(rate));
      add(arm, model, exposure, rate);
    }
  }

  /** Arm {@code sigsoftmax-seq4.88}: sequences of one symbol through another head. */
  void head(HeadChoice head, int vocabulary, Exposure exposure, double rate) {
    TransformerConfig model = usual(vocabulary, 1).withHead(head.of(vocabulary, width));
    add(head.label() + "-" + exposure.name, model, exposure, rate);
  }

  /** Arms {@code sigsoftmax-seq4.88-rate0.01}, which try rates for it. */
  void headRates(HeadChoice head, int vocabulary, Exposure exposure, List<Double> rates) {
    TransformerConfig model = usual(vocabulary, 1).withHead(head.of(vocabulary, width));
    for (double rate : rates) {
      String arm = "%s-%s-rate%s".formatted(head.label(), exposure.name, plain(rate));
      add(arm, model, exposure, rate);
    }
  }

  /** Arm {@code sgd-v512-seq78}. */
  void momentum(int vocabulary, int length, Exposure exposure, double rate) {
    String arm = "sgd-v%s-%s".formatted(vocabulary, exposure.name);
    TransformerConfig model = usual(vocabulary, length);
    add(arm, model, width, MomentumSgdSettings.usual(), exposure, rate);
  }

  /** Arms {@code backward8-v512-seq19.5}: the forward pass is exact. */
  void backwardRanks(int vocabulary, int length, Exposure exposure, double rate, int... ranks) {
    for (int rank : ranks) {
      String arm = "backward%s-v%s-%s".formatted(rank, vocabulary, exposure.name);
      TransformerConfig model = usual(vocabulary, length);
      add(arm, model, rank, AdamWSettings.usual(), exposure, rate);
    }
  }

  /** As in {@code 0.0003}, never with an exponent. */
  private static String plain(double rate) {
    return BigDecimal.valueOf(rate).stripTrailingZeros().toPlainString();
  }

  private TransformerConfig usual(int vocabulary, int length) {
    return backbone.of(vocabulary, width, length);
  }

  private void add(String arm, TransformerConfig model, Exposure exposure, double rate) {
    add(arm, model, model.width(), AdamWSettings.usual(), exposure, rate);
  }

  private void add(
      String arm,
      TransformerConfig model,
      int backwardRank,
      OptimiserSettings optimiser,
      Exposure exposure,
      double rate) {
    settings.add(
        new SpamLangSetting(
            arm,
            model,
            backwardRank,
            new UsualTraining(
                exposure.batch,
                exposure.steps,
                rate,
                Math.round(WARM_UP_SHARE * exposure.steps),
                optimiser),
            seed));
  }
}
