package dev.gatun.claims.saturation;

import dev.gatun.backend.Backend;
import dev.gatun.data.SmallText;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.SweepRuns;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.HeadForm.OutputBias;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The saturation experiment at a size for tests: V 512, just long enough to peak and to fall from
 * there.
 */
final class SmallSaturation {
  private static final int STEPS = 240;

  private SmallSaturation() {}

  static SaturationPlan plan(long firstSeed, int seeds, int... widths) {
    return new SaturationPlan(
        LongStream.range(firstSeed, firstSeed + seeds)
            .boxed()
            .flatMap(seed -> Arrays.stream(widths).mapToObj(width -> setting(width, seed)))
            .toList());
  }

  static SaturationSetting setting(int width, long seed) {
    List<Integer> checkpoints = SaturationPlan.checkpoints(STEPS, 6);
    return new SaturationSetting(
        new ModelSize(512, width, 1, 2, 16),
        OutputBias.NONE,
        new UsualTraining(16, STEPS, 1e-2, 20, SaturationPlan.ADAM_W),
        32,
        checkpoints,
        seed);
  }

  static SweepRuns<SaturationSetting> experiment(HeadGeometry geometry, int seeds, int... widths) {
    return SaturationTraining.runs(
        geometry, (_, all) -> plan(all.first(), seeds, widths).settings());
  }

  static ClaimContext context(Backend backend, Path output) {
    return new ClaimContext(
        backend,
        Tier.QUICK,
        Seeds.from(201),
        () -> SmallText.corpus(200_000),
        ProgressListener.NONE,
        output);
  }
}
