package dev.gatun.claims.heads;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.claims.bottleneck.SmallBottleneck;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.measure.LocalMeasure;
import dev.gatun.spectrum.LocalProjection;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks of A8 and H1 do not reproduce when what they measure is broken on purpose. */
class HeadFaultsIT {
  private final Backend backend = CpuBackend.open(2);
  private PlantedFaults faults;

  @TempDir private Path output;

  @BeforeEach
  void openFaults() {
    faults = new PlantedFaults(folder -> SmallBottleneck.context(backend, output.resolve(folder)));
  }

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  @Test
  void oneTokenOffTheCircleIsFoundByA8() {
    faults.assertFound(
        new A8TwoDimensionsSuffice(TokenPlacement.circle(), 16, 64),
        new A8TwoDimensionsSuffice(new A8TwoDimensionsSufficeTest.DentedCircle(), 16, 64),
        "top1_accuracy");
  }

  @Test
  void oneJacobianForAllContextsIsFoundByH1() {
    LocalMeasure same =
        (on, head, at, rows) -> {
          long[] first = new long[rows.length];
          Arrays.fill(first, rows[0]);
          return LocalMeasure.measure(on, head, at, rows, first);
        };
    faults.assertFound(heads(LocalMeasure.EXACT), heads(same), "other_heads_lift_the_rank");
  }

  @Test
  void rankThatCountsRoundingIsFoundByTheControlOfH1() {
    LocalMeasure fine =
        (on, head, at, rows) -> {
          var exact = LocalMeasure.EXACT.measure(on, head, at, rows);
          return new LocalProjection(
              exact.contexts(),
              exact.vocabulary(),
              exact.width(),
              exact.keptNorm(),
              exact.meanRank(),
              exact.hiddenStep(),
              exact.tolerance() * 1e-6);
        };
    faults.assertFound(heads(LocalMeasure.EXACT), heads(fine), "linear_rank");
  }

  @Test
  void projectorOnTheOrthogonalComplementIsFoundByH1() {
    LocalMeasure complement =
        (on, head, at, rows) -> {
          var exact = LocalMeasure.EXACT.measure(on, head, at, rows);
          return new LocalProjection(
              exact.contexts(),
              exact.vocabulary(),
              exact.width(),
              exact.destroyedNorm(),
              exact.meanRank(),
              exact.hiddenStep(),
              exact.tolerance());
        };
    faults.assertFound(heads(LocalMeasure.EXACT), heads(complement), "local_destroyed_norm");
  }

  /** V = 512, D = 12, three steps of every head with five seeds. */
  private static Claim heads(LocalMeasure measure) {
    return new H1OtherHeads(
        new HeadFamilyExperiment(
            measure,
            (_, first) ->
                LongStream.range(first, first + 5)
                    .boxed()
                    .flatMap(seed ->
                        HeadFamilyExperiment.forms(512, 12).keySet().stream()
                            .map(head ->
                                HeadFamilyExperiment.setting(
                                    head, 512, 12, 1, 16, 4, 3, 2, 4, seed)))
                    .toList()));
  }
}
