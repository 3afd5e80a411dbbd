package dev.gatun.claims.bottleneck;

import dev.gatun.backend.Backend;
import dev.gatun.data.Corpus;
import dev.gatun.data.SmallText;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.SweepClaim;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.model.HeadForm.OutputBias;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.LongStream;

/** The gradient-bottleneck experiment at a size for tests: V = 256, D = 8 and 12, a few steps. */
public final class SmallBottleneck {
  /** Of {@link #projected}. */
  static final int CHECKPOINTS = 5;

  private SmallBottleneck() {}

  public static BottleneckPlan plan(long firstSeed, int seeds) {
    return new BottleneckPlan(
        LongStream.range(firstSeed, firstSeed + seeds)
            .boxed()
            .flatMap(seed -> List.of(setting(8, seed), setting(12, seed)).stream())
            .toList());
  }

  public static BottleneckSetting setting(int width, long seed) {
    return setting(width, OutputBias.NONE, seed);
  }

  static BottleneckSetting setting(int width, OutputBias bias, long seed) {
    return new BottleneckSetting(
        new ModelSize(256, width, 1, 2, 16),
        HeadChoice.LINEAR,
        bias,
        new UsualTraining(4, 6, 1e-2, 2),
        17,
        List.of(0, 3, 6),
        List.of(6),
        List.of(6),
        0,
        seed);
  }

  /** The quick tier's vocabulary and widths, trained a little and projected alone. */
  static BottleneckPlan projected(long firstSeed) {
    return fiveSeeds(
        firstSeed,
        List.of(32, 64),
        (width, seed) ->
            trained(1024, width, 64, 2, 12, 4, List.of(0, 3, 6, 9, 12), List.of(), 0, seed));
  }

  /** D/V as at the quick tier, trained until the head has a spectrum, and taken apart then. */
  static BottleneckPlan takenApart(long firstSeed) {
    return fiveSeeds(firstSeed, List.of(16), SmallBottleneck::takenApart);
  }

  /** The quick tier's widths, taken apart in the same way. */
  static BottleneckPlan takenApartTwice(long firstSeed) {
    return fiveSeeds(firstSeed, List.of(32, 64), SmallBottleneck::takenApart);
  }

  private static BottleneckSetting takenApart(int width, long seed) {
    return trained(512, width, 64, 8, 60, 16, List.of(60), List.of(60), 0, seed);
  }

  /** The same at a V of which ten contexts for each token are few, with their ranks. */
  static BottleneckPlan ranked(long firstSeed) {
    return fiveSeeds(
        firstSeed,
        List.of(8),
        (width, seed) -> trained(256, width, 64, 8, 60, 2, List.of(0, 60), List.of(), 40, seed));
  }

  private static BottleneckPlan fiveSeeds(
      long firstSeed, List<Integer> widths, BiFunction<Integer, Long, BottleneckSetting> setting) {
    return new BottleneckPlan(
        LongStream.range(firstSeed, firstSeed + 5)
            .boxed()
            .flatMap(seed -> widths.stream().map(width -> setting.apply(width, seed)))
            .toList());
  }

  private static BottleneckSetting trained(
      int vocabulary,
      int width,
      int length,
      int batch,
      int steps,
      int windows,
      List<Integer> checkpoints,
      List<Integer> anatomy,
      int rankWindows,
      long seed) {
    return new BottleneckSetting(
        new ModelSize(vocabulary, width, 1, 4, length),
        HeadChoice.LINEAR,
        OutputBias.NONE,
        new UsualTraining(batch, steps, 0.192 / width, steps / 6),
        windows,
        checkpoints,
        List.of(),
        anatomy,
        rankWindows,
        seed);
  }

  public static BottleneckExperiment experiment(HeadMeasures measures) {
    return new BottleneckExperiment(measures, (_, seeds) -> plan(seeds.first(), 1).settings());
  }

  /** The claim on the first seed's steps, with its control. */
  static Claim a3(BottleneckExperiment experiment) {
    return new SweepClaim("A3", experiment.withSpectra(), experiment.reachableGradient());
  }

  public static ClaimContext context(Backend backend, Path output) {
    return new ClaimContext(
        backend, Tier.QUICK, Seeds.from(7), SmallBottleneck::corpus, ProgressListener.NONE, output);
  }

  public static Corpus corpus() {
    return SmallText.corpus(1_500_000);
  }
}
