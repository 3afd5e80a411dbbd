package dev.gatun.claims.signal;

import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.UsualTraining;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongFunction;

/**
 * The runs of a tier: several widths on bigrams, most of which a model of these sizes learns, and
 * one on trigrams, of which it learns less, each with every seed.
 *
 * @param settings in the order in which they run: all arms of the first seed, then of the next
 */
record SignalPlan(List<SignalSetting> settings) {
  private static final int SEEDS = 5;

  /** As of the runs behind A1. */
  private static final double RATE_TIMES_WIDTH = 0.192;

  /** Keeps a copy of the list. */
  SignalPlan {
    settings = List.copyOf(settings);
  }

  static SignalPlan of(Tier tier, Seeds seeds) {
    return switch (tier) {
      case QUICK -> quick(seeds);
      case DESK -> desk(seeds);
      case PAPER -> paper(seeds);
    };
  }

  /** D/V of 0.031 and 0.063, those of the runs behind A1, and as many tokens as fit a minute. */
  static SignalPlan quick(Seeds seeds) {
    var models =
        new Models(
            width -> new ModelSize(1024, width, 2, 4, 64),
            12,
            400,
            20,
            24,
            List.of(0, 25, 50, 100, 200, 400));
    return bySeed(seeds, List.of(models.arm(2, 32), models.arm(2, 64), models.arm(3, 32)));
  }

  /** D/V of 0.012, 0.023 and 0.047, four times the tokens and five times the steps. */
  static SignalPlan desk(Seeds seeds) {
    var models =
        new Models(
            width -> new ModelSize(4096, width, 2, 4, 64),
            16,
            1500,
            75,
            64,
            List.of(0, 50, 100, 200, 400, 800, 1500));
    return bySeed(
        seeds,
        List.of(models.arm(2, 48), models.arm(2, 96), models.arm(2, 192), models.arm(3, 96)));
  }

  /** The vocabulary and two of the widths of the paper's figure, 0.16 B tokens a run. */
  static SignalPlan paper(Seeds seeds) {
    var models =
        new Models(
            width -> new ModelSize(49_152, width, 6, width / 64, 512),
            16,
            20_000,
            1000,
            16,
            List.of(0, 200, 1000, 2000, 5000, 10_000, 20_000));
    return bySeed(seeds, List.of(models.arm(2, 1536), models.arm(3, 1536), models.arm(3, 3072)));
  }

  private static SignalPlan bySeed(Seeds seeds, List<LongFunction<SignalSetting>> arms) {
    return new SignalPlan(
        seeds
            .of(SEEDS)
            .boxed()
            .flatMap(seed -> arms.stream().map(arm -> arm.apply(seed)))
            .toList());
  }

  /** Settings that differ in their source, width and seed. */
  private record Models(
      IntFunction<ModelSize> sizes,
      int batch,
      int steps,
      int warmUpSteps,
      int windows,
      List<Integer> checkpoints) {

    LongFunction<SignalSetting> arm(int order, int width) {
      return seed ->
          new SignalSetting(
              sizes.apply(width),
              order,
              new UsualTraining(batch, steps, RATE_TIMES_WIDTH / width, warmUpSteps),
              windows,
              checkpoints,
              seed);
    }
  }
}
