package dev.gatun.claims.frozen;

import dev.gatun.backend.Backend;
import dev.gatun.data.SmallText;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.HeadForm.OutputBias;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/** The frozen-backbone experiment at a size for tests: V = 256, one layer, one rate. */
final class SmallFrozen {
  private SmallFrozen() {}

  static FrozenPlan plan(long firstSeed, int seeds) {
    return new FrozenPlan(
        LongStream.range(firstSeed, firstSeed + seeds).mapToObj(SmallFrozen::setting).toList());
  }

  static FrozenSetting setting(long seed) {
    return new FrozenSetting(
        new ModelSize(256, 32, 1, 4, 32),
        OutputBias.NONE,
        new UsualTraining(16, 120, 6e-3, 30),
        12,
        128,
        List.of(2, 4, 8, 16, 32),
        List.of(0.01),
        HeadStart.CUT,
        128,
        seed);
  }

  static ClaimContext context(Backend backend, Path output) {
    return context(backend, output, ProgressListener.NONE);
  }

  static ClaimContext context(Backend backend, Path output, ProgressListener listener) {
    return new ClaimContext(
        backend, Tier.QUICK, Seeds.from(7), () -> SmallText.corpus(4_000_000), listener, output);
  }
}
