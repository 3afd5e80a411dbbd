package dev.gatun.claims.heads;

import dev.gatun.claims.heads.HeadVariantScale.Blocks;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.RateGrid;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.model.head.HeadBackward.Curvature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Arms of {@link HeadVariantExperiment} at one scale.
 *
 * @param scale common to all arms
 * @param arms that are compared
 * @param rates learning rates to try first, ascending, each times an arm's own factor
 * @param trialSeeds seeds on which they are chosen, none of those of the runs
 * @param seeds of the runs
 */
record HeadVariantPlan(
    HeadVariantScale scale,
    List<HeadVariant> arms,
    List<Double> rates,
    List<Long> trialSeeds,
    List<Long> seeds) {
  /** Trial seeds start so far above the first seed. */
  private static final long TRIAL_SEEDS = 1_000_000;

  /**
   * After a tenth of a short run some seeds stay on a plateau for the rest of it: final losses then
   * scatter by 0.2 nats, and by 0.02 with this.
   */
  private static final double WARM_UP = 0.3;

  /**
   * The byte-level models of arXiv 2608.16671: 4 layers, width 32, 600 steps. Attention heads and
   * batches are ours: 128 bytes for each step at the quick tier, and at the others as many as that
   * paper's larger models see tokens.
   */
  private static final HeadVariantScale QUICK_BYTES = bytes(8, 16, 300, 256);

  private static final HeadVariantScale DESK_BYTES = bytes(8, 128, 600, 128);

  private static final List<Double> RATES = List.of(1.5e-3, 3e-3, 6e-3, 1.2e-2, 2.4e-2);
  private static final List<Double> DESK_RATES = List.of(3e-3, 6e-3, 1.2e-2, 2.4e-2, 4.8e-2);

  /**
   * G4's at the quick tier. Through the directions in which the head is smallest a model learns
   * best at 0.012 or 0.024 on <i>code</i>, and at 0.006 on <i>prose</i>.
   */
  private static final List<Double> QUICK_WIDE_GRID =
      List.of(3.75e-4, 7.5e-4, 1.5e-3, 3e-3, 6e-3, 1.2e-2, 2.4e-2);

  /**
   * G4's at the desk. With the usual rates of the desk the best of three arms lay at an edge on
   * <i>code</i>, and with 0.0015 as the lowest that of one arm on <i>prose</i>.
   */
  private static final List<Double> WIDE_GRID =
      List.of(3.75e-4, 7.5e-4, 1.5e-3, 3e-3, 6e-3, 1.2e-2, 2.4e-2, 4.8e-2, 9.6e-2);

  /**
   * Its larger models: 6 layers, width 96, V 8,192, 1.23 million tokens in 1,200 steps. A trial has
   * a sixth of them, so that five rates can be tried.
   */
  private static final HeadVariantScale WIDE =
      new HeadVariantScale(
          Blocks.GPT2, new ModelSize(8192, 96, 6, 6, 128), 8, 1200, 200, WARM_UP, 128);

  /** A7's at the desk: ten million tokens for each run, of which a trial has a fifth. */
  private static final HeadVariantScale LONG =
      new HeadVariantScale(
          Blocks.GPT2, new ModelSize(1024, 32, 2, 2, 64), 32, 5000, 1000, 0.1, 128);

  private static final List<Double> LONG_RATES = List.of(6e-3, 1.2e-2, 2.4e-2, 4.8e-2, 9.6e-2);

  /**
   * A7's as arXiv 2603.10145 is reported to have it: 6 layers of width 4,096, V 49,152, 11 billion
   * tokens, but in steps of 16 sequences where it has 512, so that training fits a GPU of 80 GB. A
   * trial has a twentieth of them, as a run takes days of a GPU.
   */
  private static final HeadVariantScale PAPER =
      new HeadVariantScale(
          Blocks.LLAMA, new ModelSize(49_152, 4096, 6, 32, 1024), 16, 672_000, 33_600, 0.05, 16);

  private static final List<Double> PAPER_RATES = List.of(7.5e-5, 1.5e-4, 3e-4, 6e-4, 1.2e-3);

  /** G4's at the desk: two million tokens for each run, of which a trial has half. */
  private static final HeadVariantScale TOKENS =
      new HeadVariantScale(Blocks.GPT2, new ModelSize(1024, 32, 2, 2, 64), 32, 1000, 500, 0.1, 128);

  private static final List<HeadVariant> HIDDEN_GRADIENTS =
      List.of(
          HeadVariant.FULL,
          HeadVariant.preconditioned("preconditioned", Curvature.GRAM),
          HeadVariant.preconditioned("preconditioned-at-random", Curvature.GRAM_AT_RANDOM),
          HeadVariant.preconditioned("gauss-newton", Curvature.SOFTMAX),
          HeadVariant.backward(16),
          HeadVariant.random(16).tuned(1),
          HeadVariant.trailing(16).tuned(HeadVariant.STARVED),
          HeadVariant.narrowForward(16, false),
          HeadVariant.narrowForward(16, true));

  /** Checks that trials say nothing about the seeds of the runs. */
  HeadVariantPlan {
    if (trialSeeds.stream().anyMatch(seeds::contains)) {
      throw new IllegalArgumentException("rates are chosen on seeds that are measured");
    }
  }

  private static HeadVariantPlan of(
      HeadVariantScale scale,
      List<HeadVariant> arms,
      List<Double> rates,
      Seeds seeds,
      int planned) {
    return new HeadVariantPlan(
        scale,
        arms,
        rates,
        List.of(seeds.first() + TRIAL_SEEDS),
        seeds.of(planned).boxed().toList());
  }

  private static HeadVariantScale bytes(int batch, int length, int trialSteps, int windows) {
    var size = new ModelSize(256, 32, 4, 2, length);
    return new HeadVariantScale(Blocks.GPT2, size, batch, 600, trialSteps, WARM_UP, windows);
  }

  private static HeadVariantPlan ofBytes(
      Tier tier, List<HeadVariant> arms, Seeds seeds, int planned) {
    return tier == Tier.QUICK
        ? of(QUICK_BYTES, arms, RATES, seeds, planned)
        : of(DESK_BYTES, arms, DESK_RATES, seeds, planned);
  }

  /**
   * A7: the plain head and one of every rank, and another form of head unless it is one of them. At
   * the desk, four ranks and five rates leave time for ten million tokens and five seeds: 300
   * million tokens in all, about 25 minutes of two cores. The rates are about the one that was best
   * for all heads but the narrowest, whose best was half of it.
   */
  static HeadVariantPlan ofRanks(Tier tier, HeadChoice head, Seeds seeds) {
    return switch (tier) {
      case QUICK -> ofBytes(tier, rankArms(QUICK_BYTES, head, 4, 16, 32), seeds, 5);
      case DESK -> of(LONG, rankArms(LONG, head, 2, 8, 16, 32), LONG_RATES, seeds, 5);
      case PAPER -> {
        List<HeadVariant> arms = rankArms(PAPER, head, 32, 64, 128, 256, 512, 1024, 2048, 4096);
        yield of(PAPER, arms, PAPER_RATES, seeds, 1);
      }
    };
  }

  private static List<HeadVariant> rankArms(
      HeadVariantScale scale, HeadChoice other, int... ranks) {
    List<HeadVariant> arms = new ArrayList<>(List.of(HeadVariant.FULL));
    IntStream.of(ranks).mapToObj(HeadVariant::rank).forEach(arms::add);
    if (!other.isMatrix()) {
      arms.add(HeadVariant.of(other, scale.size()));
    }
    return arms;
  }

  /**
   * C1: the exact model, limited backward passes, and heads of the same ranks beside them; at the
   * desk in the larger models as well, where there are the arms that are judged alone. What is
   * small enough for a desk is the paper's own.
   */
  static List<HeadVariantPlan> ofBackward(Tier tier, Seeds seeds) {
    if (tier == Tier.QUICK) {
      return List.of(ofBytes(tier, limited(32, 16, 4), seeds, 5));
    }
    List<HeadVariant> wide =
        Stream.of(
                HeadVariant.FULL,
                HeadVariant.backward(48),
                HeadVariant.rank(48),
                HeadVariant.rank(96))
            .map(variant -> variant.named("wide-"))
            .toList();
    return List.of(ofBytes(tier, limited(32, 16, 8, 4), seeds, 5), of(WIDE, wide, RATES, seeds, 5));
  }

  /**
   * Backward passes and heads of the full rank and of others, of the first of which passes through
   * other directions too.
   */
  private static List<HeadVariant> limited(int full, int... ranks) {
    List<HeadVariant> arms = new ArrayList<>(List.of(HeadVariant.FULL));
    for (int rank : ranks) {
      arms.add(HeadVariant.backward(rank));
      arms.add(HeadVariant.rank(rank));
    }
    arms.add(HeadVariant.trailing(ranks[0]).atUsualRate());
    arms.add(HeadVariant.random(ranks[0]).atUsualRate());
    arms.add(HeadVariant.backward(full).atUsualRate());
    arms.add(HeadVariant.rank(full));
    return arms;
  }

  /**
   * C2: the head's update without the orthogonal part or without any, and with an output bias; as
   * many seeds as the paper has.
   */
  static HeadVariantPlan ofOrthogonal(Tier tier, Seeds seeds) {
    List<HeadVariant> arms =
        List.of(
            HeadVariant.FULL,
            HeadVariant.WITHOUT_ORTHOGONAL_PART,
            HeadVariant.FROZEN,
            HeadVariant.FULL_WITH_BIAS,
            HeadVariant.WITHOUT_ORTHOGONAL_PART_WITH_BIAS);
    return ofBytes(tier, arms, seeds, 3);
  }

  /**
   * G4: other gradients to the hidden states, each at its own rate; at the desk also under four
   * times the vocabulary.
   */
  static List<HeadVariantPlan> ofHiddenGradients(Tier tier, Seeds seeds) {
    if (tier == Tier.QUICK) {
      return List.of(of(QUICK_BYTES, HIDDEN_GRADIENTS, QUICK_WIDE_GRID, seeds, 5));
    }
    List<HeadVariant> arms = HIDDEN_GRADIENTS.stream().map(v -> v.named("v1024-")).toList();
    return List.of(
        of(DESK_BYTES, HIDDEN_GRADIENTS, WIDE_GRID, seeds, 5),
        of(TOKENS, arms, WIDE_GRID, seeds, 5));
  }

  /** C3: 256 classes that occur among 256, 1,024 and 4,096 in all. */
  static HeadVariantPlan ofNever(Tier tier, Seeds seeds) {
    List<HeadVariant> arms =
        List.of(HeadVariant.FULL, HeadVariant.never(768), HeadVariant.never(3840));
    return ofBytes(tier, arms, seeds, 5);
  }

  /** What each arm that has a rate of its own chooses from before any is tried, by its name. */
  Map<String, RateGrid> grids() {
    Map<String, RateGrid> grids = new LinkedHashMap<>();
    owners().forEach(owner -> grids.put(owner.arm(), grid(owner)));
    return grids;
  }

  private RateGrid grid(HeadVariant owner) {
    return new RateGrid(rates.stream().map(rate -> rate * owner.rateFactor()).toList());
  }

  private List<HeadVariant> owners() {
    return arms.stream().filter(HeadVariant::hasOwnRate).toList();
  }

  /** Runs that try every rate of every grid on the trial seeds; none where there is but one. */
  List<HeadVariantSetting> trials(Map<String, RateGrid> grids) {
    if (rates.size() == 1) {
      return List.of();
    }
    List<HeadVariantSetting> settings = new ArrayList<>();
    for (HeadVariant owner : owners()) {
      for (double rate : grids.get(owner.arm()).rates()) {
        trialSeeds.forEach(seed -> settings.add(scale.trial(owner, rate, seed)));
      }
    }
    return settings;
  }

  /** The name of the arm whose rate an arm takes. */
  String rateOf(String arm) {
    return arms.stream().filter(v -> v.arm().equals(arm)).findFirst().orElseThrow().rateOf();
  }

  /**
   * The runs: all arms of the first seed, then of the next.
   *
   * @param chosen rate by arm
   */
  List<HeadVariantSetting> runs(Map<String, Double> chosen) {
    List<HeadVariantSetting> settings = new ArrayList<>();
    for (long seed : seeds) {
      for (HeadVariant variant : arms) {
        settings.add(scale.setting(variant, chosen.get(variant.rateOf()), seed));
      }
    }
    return settings;
  }
}
