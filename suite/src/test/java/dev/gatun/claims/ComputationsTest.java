package dev.gatun.claims;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.experiment.Computation;
import dev.gatun.experiment.Tier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What claims say beforehand of the work that trains nothing. */
class ComputationsTest {
  private final Backend backend = CpuBackend.open(1);

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  private Computation of(String claim, Tier tier) {
    return Claims.all().stream()
        .filter(it -> it.id().equals(claim))
        .findFirst()
        .orElseThrow()
        .computation(tier, backend)
        .orElseThrow();
  }

  private void assertSaid(String work, double leastSeconds, Computation cost) {
    assertEquals(1, cost.lines().size());
    String line = cost.lines().getFirst();
    assertTrue(line.startsWith(work + ", about "), line);
    assertTrue(cost.seconds() > leastSeconds, "no processor does it in " + cost.seconds());
  }

  @Test
  void reachableGradientsOfA3() {
    assertSaid("2 spectra of order at most 2,048", 0.05, of("A3", Tier.DESK));
    assertSaid("1 spectra of order at most 4,096", 0.2, of("A3", Tier.PAPER));
  }

  @Test
  void gaussianGradientOfA4() {
    Computation desk = of("A4", Tier.DESK);
    assertSaid("singular values of 4 matrices of at most 16,384 × 4,096", 1, desk);
    Computation paper = of("A4", Tier.PAPER);
    assertSaid("singular values of 4 matrices of at most 65,536 × 49,152", 1000, paper);
    assertTrue(paper.seconds() > 20 * desk.seconds(), paper + " beside " + desk);
  }

  @Test
  void logitsOfA8() {
    assertSaid("6.7 billion logits at D = 2", 0.5, of("A8", Tier.DESK));
  }
}
