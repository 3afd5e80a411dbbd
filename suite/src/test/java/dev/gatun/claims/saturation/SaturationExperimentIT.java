package dev.gatun.claims.saturation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.PlannedRuns;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.SweepClaim;
import dev.gatun.experiment.SweepRuns;
import dev.gatun.experiment.Tier;
import dev.gatun.results.Evidence;
import dev.gatun.results.SpectrumRecord;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What B3 and B4 record of a small run of their experiment. */
class SaturationExperimentIT {
  private final Backend backend = CpuBackend.open(1);

  @TempDir private Path output;

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  @Test
  void claimsShareRunsAndRecordEachCheckpointBesideItsNull() {
    SweepRuns<SaturationSetting> experiment = SmallSaturation.experiment(HeadGeometry.EXACT, 1, 16);
    var context = SmallSaturation.context(backend, output);
    assertEquals(
        1,
        PlannedRuns.of(
                List.of(
                    new SweepClaim("B3", experiment),
                    new SweepClaim("B4", experiment.withSpectra(), new PublishedEntropies())),
                Tier.QUICK,
                Seeds.from(201))
            .runs()
            .size());
    Evidence b3 = Measured.evidence(new SweepClaim("B3", experiment), context);
    Evidence b4 =
        Measured.evidence(
            new SweepClaim("B4", experiment.withSpectra(), new PublishedEntropies()), context);

    assertEquals(Math.log(512), Measured.value(b3, "d16", "loss", 0), 0.05, "untrained");
    assertEquals(0, Measured.value(b3, "d16", "anisotropy_isotropic", 0), 0.005);
    assertTrue(Measured.value(b3, "d16", "anisotropy_of_layer@0", 0) < 0.2);
    double peak = Measured.value(b3, "d16", "anisotropy_peak");
    assertTrue(peak > 0.5, "the peak of anisotropy is at " + peak);
    assertTrue(Measured.value(b3, "d16", "loss_gained_at_peak") < 0);

    assertEquals(
        Measured.value(b4, "d16", "singular_entropy_random_head", 0),
        Measured.value(b4, "d16", "singular_entropy", 0),
        0.02);
    assertTrue(Measured.value(b4, "d16", "singular_entropy", 240) > 0.5);
    List<SpectrumRecord> heads = b4.spectra();
    // Of W and of C·W.
    assertEquals(2 * SmallSaturation.setting(16, 1).checkpoints().size(), heads.size());
    heads.forEach(head -> assertEquals(16, head.singularValues().length));
  }

  @Test
  void thePaperTiersModelsHaveThePythiaSizes() {
    List<SaturationSetting> settings = SaturationPlan.of(Tier.PAPER, Seeds.from(1)).settings();
    assertEquals(25, settings.size());
    assertEquals(
        List.of("d128", "d256", "d512", "d768", "d1024"),
        settings.stream().limit(5).map(SaturationSetting::arm).toList());
    settings.forEach(s -> assertEquals(64 % s.model().headWidth(), 0, s.arm()));
  }
}
