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
            "The head that is found is the truncated one with weights that are too small.",
            "share by which they are",
            List.of(1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0),
            true,
            "",
            size -> evidence(size == 0 ? new B7TheoremBound(_ -> PLAN) : shrunk(size))));
  }

  private static B7TheoremBound shrunk(double share) {
    return new B7TheoremBound(_ -> PLAN) {
      @Override
      protected Result best(LossGap gap, int mostSteps) {
        double[] point = gap.truncated();
        for (int i = 0; i < point.length; i++) {
          point[i] *= Math.sqrt(1 - share);
        }
        return new Result(gap.at(point).gap(), 0, 0, 0);
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
