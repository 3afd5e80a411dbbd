package dev.gatun.claims.theorem;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.claims.theorem.Minimisation.Result;
import dev.gatun.experiment.FaultFamily;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.SmallestFaults;
import dev.gatun.experiment.Tier;
import dev.gatun.results.Evidence;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The smallest fault of B7 that is found. */
class TheoremFaultsTest extends SmallestFaults {
  /** V = 12 of every spectrum. */
  private static final TheoremPlan PLAN =
      new TheoremPlan(
          12, 64, TheoremPlan.of(Tier.QUICK).spectra(), List.of(1, 2, 4, 6, 8, 9, 10), 600, 5);

  private final Backend backend = CpuBackend.open(2);

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Override
  protected List<FaultFamily> families() {
    return List.of(
        new FaultFamily(
            "B7",
            "The minimisation ends too early.",
            "share of the steps that it lacks",
            List.of(0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 1.0),
            true,
            "",
            share -> evidence(endingEarly(share))));
  }

  private static B7TheoremBound endingEarly(double share) {
    return new B7TheoremBound(_ -> PLAN) {
      @Override
      protected Result best(LossGap gap, int mostSteps) {
        return super.best(gap, (int) Math.round((1 - share) * mostSteps));
      }
    };
  }

  /** A map without an order of its own is written in a different order by each process. */
  @Test
  void theConfigurationIsWrittenInOneOrder() {
    String configuration =
        evidence(new B7TheoremBound(_ -> PLAN)).runs().getFirst().configuration();
    String start = "{\"experiment\":{\"vocabulary\":12,\"contexts\":64,\"exponent\":";
    assertEquals(start, configuration.substring(0, start.length()));
  }

  private Evidence evidence(B7TheoremBound claim) {
    return Measured.evidence(claim, Measured.context(backend));
  }
}
