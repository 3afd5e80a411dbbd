package dev.gatun.claims.theorem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.claims.theorem.Minimisation.Result;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.experiment.Tier;
import dev.gatun.results.Evidence;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Checks of B7 reproduce as long as what they measure is whole, and not when it is not. */
class TheoremFaultsTest {
  /** V = 12 of every spectrum. */
  private static final TheoremPlan PLAN =
      new TheoremPlan(
          12, 64, TheoremPlan.of(Tier.QUICK).spectra(), List.of(1, 2, 4, 6, 8, 9, 10), 600, 5);

  private final Backend backend = CpuBackend.open(2);

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  @Test
  void aMinimisationThatStopsAtOnceIsFound() {
    var lazy =
        new B7TheoremBound(_ -> PLAN) {
          @Override
          protected Result best(LossGap gap, int mostSteps) {
            return super.best(gap, 1);
          }
        };
    assertFound(lazy, "gradient_has_vanished");
  }

  @Test
  void headsThatKeepNoComponentAreFound() {
    var empty =
        new B7TheoremBound(_ -> PLAN) {
          @Override
          protected Result best(LossGap gap, int mostSteps) {
            double[] zero = new double[gap.truncated().length];
            return new Result(gap.at(zero).gap(), 0, 0, 0);
          }
        };
    assertFound(empty, "bound_holds");
    assertFound(empty, "slope");
    assertFound(empty, "best_is_below_truncated");
  }

  /** A map without an order of its own is written in a different order by each process. */
  @Test
  void theConfigurationIsWrittenInOneOrder() {
    Evidence evidence = Measured.evidence(new B7TheoremBound(_ -> PLAN), Measured.context(backend));
    String configuration = evidence.runs().getFirst().configuration();
    String start = "{\"experiment\":{\"vocabulary\":12,\"contexts\":64,\"exponent\":";
    assertEquals(start, configuration.substring(0, start.length()));
  }

  private void assertFound(B7TheoremBound faulty, String check) {
    Evidence exact = Measured.evidence(new B7TheoremBound(_ -> PLAN), Measured.context(backend));
    Evidence found = Measured.evidence(faulty, Measured.context(backend));
    PlantedFaults.assertFound("B7", exact, found, check);
  }
}
