package dev.gatun.claims.theorem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.experiment.Computation;
import dev.gatun.experiment.Tier;
import org.junit.jupiter.api.Test;

class B7TheoremBoundTest {
  @Test
  void costIsSaidInOneLine() {
    try (Backend backend = CpuBackend.open(1)) {
      Computation cost = new B7TheoremBound().computation(Tier.QUICK, backend).orElseThrow();
      assertEquals(1, cost.lines().size());
      String line = cost.lines().getFirst();
      assertTrue(line.startsWith("200 minimisations of at most 600 steps, about "), line);
      assertTrue(cost.seconds() > 0.1, "200 minimisations take " + cost.seconds());
    }
  }
}
