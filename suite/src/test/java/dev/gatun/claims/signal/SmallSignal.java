package dev.gatun.claims.signal;

import dev.gatun.backend.Backend;
import dev.gatun.data.SmallText;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.SweepClaim;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.tensor.Batch;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The arms of G1's quick tier at a size for tests: V = 256, the bytes, and one layer. */
final class SmallSignal {
  private SmallSignal() {}

  /** All arms, five seeds each. */
  static List<SignalSetting> settings(long firstSeed) {
    return LongStream.range(firstSeed, firstSeed + 5)
        .boxed()
        .flatMap(
            seed -> Stream.of(setting(2, 32, seed), setting(2, 64, seed), setting(3, 32, seed)))
        .toList();
  }

  private static SignalSetting setting(int order, int width, long seed) {
    return new SignalSetting(
        new ModelSize(256, width, 1, 2, 32),
        order,
        new UsualTraining(8, 120, 0.192 / width, 10),
        64,
        List.of(0, 20, 40, 120),
        seed);
  }

  /** G1 on these arms, its measured contexts changed by a fault. */
  static Claim claim(UnaryOperator<Batch> fault) {
    return new SweepClaim(
        "G1", SignalExperiment.runs(fault, (_, seeds) -> settings(seeds.first())));
  }

  static ClaimContext context(Backend backend, Path output) {
    return new ClaimContext(
        backend,
        Tier.QUICK,
        Seeds.from(7),
        () -> SmallText.corpus(1_500_000),
        ProgressListener.NONE,
        output);
  }
}
