package dev.gatun.claims.saturation;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.PlantedFaults;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Checks of B1 and B2 do not reproduce when what they measure is broken on purpose. */
class SaturationFaultsIT {
  private final Backend backend = CpuBackend.open(2);
  private PlantedFaults faults;

  @BeforeEach
  void openFaults() {
    faults = new PlantedFaults(_ -> Measured.context(backend));
  }

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  @Test
  void swappedConstantsAreFoundByB1() {
    for (String check : new String[] {"mean_final_excess", "mean_best_excess"}) {
      faults.assertFound(
          new B1ScalingLawExcess(),
          new B1ScalingLawExcess(B1ScalingLawExcessTest.swapped()),
          check);
    }
  }

  @Test
  void shuffledModelsAreFoundByB2() {
    faults.assertFound(
        new B2LatePerplexity(),
        new B2LatePerplexity(B2LatePerplexityTest.shuffled()),
        "small_models_get_worse");
    faults.assertFound(
        new B2LatePerplexity(),
        new B2LatePerplexity(B2LatePerplexityTest.shuffled()),
        "large_models_do_not");
  }
}
