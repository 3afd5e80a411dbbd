package dev.gatun.claims.bottleneck;

import dev.gatun.backend.Backend;
import dev.gatun.data.Corpus;
import dev.gatun.data.SmallText;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.experiment.Tier;
import dev.gatun.measure.HeadMeasures;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** The gradient-bottleneck experiment at a size for tests: V = 256, D = 8 and 12, a few steps. */
public final class SmallBottleneck {
  private SmallBottleneck() {}

  public static BottleneckPlan plan(long firstSeed, int seeds) {
    return new BottleneckPlan(
        LongStream.range(firstSeed, firstSeed + seeds)
            .boxed()
            .flatMap(seed -> List.of(setting(8, seed), setting(12, seed)).stream())
            .toList());
  }

  public static BottleneckSetting setting(int width, long seed) {
    return new BottleneckSetting(
        256,
        width,
        HeadChoice.LINEAR,
        1,
        2,
        16,
        4,
        6,
        1e-2,
        2,
        17,
        List.of(0, 3, 6),
        List.of(6),
        List.of(6),
        seed);
  }

  /**
   * The quick plan's vocabulary and widths, so that checks with its arms apply, and a model of one
   * layer trained just long enough to have their signs. Of a single width the gradient is taken
   * apart.
   */
  public static BottleneckPlan trained(long firstSeed, int... widths) {
    return new BottleneckPlan(
        LongStream.range(firstSeed, firstSeed + 5)
            .boxed()
            .flatMap(seed ->
                Arrays.stream(widths).mapToObj(width -> trained(width, seed, widths.length == 1)))
            .toList());
  }

  private static BottleneckSetting trained(int width, long seed, boolean anatomy) {
    int steps = 60;
    return new BottleneckSetting(
        1024,
        width,
        HeadChoice.LINEAR,
        1,
        4,
        64,
        8,
        steps,
        0.192 / width,
        10,
        16,
        List.of(steps),
        List.of(),
        anatomy ? List.of(steps) : List.of(),
        seed);
  }

  public static BottleneckExperiment experiment(HeadMeasures measures) {
    return new BottleneckExperiment(measures, seed -> plan(seed, 1));
  }

  public static ClaimContext context(Backend backend, Path output) {
    return new ClaimContext(
        backend, Tier.QUICK, 7, SmallBottleneck::corpus, ProgressListener.NONE, output);
  }

  public static Corpus corpus() {
    return SmallText.corpus(100_000);
  }
}
