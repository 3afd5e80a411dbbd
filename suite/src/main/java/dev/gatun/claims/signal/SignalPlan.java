package dev.gatun.claims.signal;

import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.UsualTraining;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * The runs of a tier: every width with every seed.
 *
 * @param settings in the order in which they run: all widths of the first seed, then of the next
 */
record SignalPlan(List<SignalSetting> settings) {
  private static final int SEEDS = 5;

  /** As the runs behind A1. */
  private static final double RATE_TIMES_WIDTH = 0.192;

  /** Keeps a copy of the list. */
  SignalPlan {
    settings = List.copyOf(settings);
  }

  static SignalPlan of(Tier tier, long firstSeed) {
    return quick(firstSeed);
  }

  static SignalPlan quick(long firstSeed) {
    return bySeed(firstSeed, List.of(quick(2, 32), quick(2, 64), quick(3, 32), quick(3, 64)));
  }

  private static LongFunction<SignalSetting> quick(int order, int width) {
    return seed ->
        new SignalSetting(
            new ModelSize(1024, width, 2, 4, 64),
            order,
            new UsualTraining(24, 800, RATE_TIMES_WIDTH / width, 40),
            48,
            List.of(0, 1, 5, 10, 25, 50, 100, 200, 400, 600, 800),
            seed);
  }

  private static SignalPlan bySeed(long firstSeed, List<LongFunction<SignalSetting>> models) {
    return new SignalPlan(
        LongStream.range(firstSeed, firstSeed + SEEDS)
            .boxed()
            .flatMap(seed -> models.stream().map(model -> model.apply(seed)))
            .toList());
  }
}
