package dev.gatun.claims.theorem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.claims.theorem.Minimisation.Result;
import dev.gatun.data.Randomness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LossGapTest {
  private static final int VOCABULARY = 9;
  private static final int CONTEXTS = 20;

  private final Backend backend = CpuBackend.open(2);

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  private IdealHead ideal(double exponent) {
    double[] sigma = new Spectra("any", exponent).values(VOCABULARY - 1, 6);
    return IdealHead.draw(backend, VOCABULARY, CONTEXTS, sigma, Randomness.of(5));
  }

  @Test
  void singularValuesAreThoseAskedForAndColumnsAreOrthogonalToOne() {
    try (IdealHead ideal = ideal(1)) {
      assertEquals(6, ideal.tailNorm(0), 1e-12);
      assertEquals(0, ideal.tailNorm(VOCABULARY - 1));
      assertEquals(36, backend.sumOfSquares(ideal.weights()), 1e-10);
      double[] w = backend.toDoubles(ideal.weights());
      for (int col = 0; col < VOCABULARY - 1; col++) {
        double sum = 0;
        for (int row = 0; row < VOCABULARY; row++) {
          sum += w[row * (VOCABULARY - 1) + col];
        }
        assertEquals(0, sum, 1e-12);
      }
    }
  }

  @Test
  void gapOfTheTruncatedHeadIsTheMeanDivergence() {
    try (IdealHead ideal = ideal(1);
        LossGap gap = new LossGap(backend, ideal, 3)) {
      assertEquals(naive(ideal, 3), gap.at(gap.truncated()).gap(), 1e-12);
    }
  }

  /** Of U₃σ₃V₃ᵀ, by exponentials and logarithms. */
  private double naive(IdealHead ideal, int rank) {
    int width = ideal.rank();
    double[] left = backend.toDoubles(ideal.left());
    double[] right = backend.toDoubles(ideal.right());
    double[] h = backend.toDoubles(ideal.contexts());
    double sum = 0;
    for (int n = 0; n < CONTEXTS; n++) {
      double[] logits = new double[VOCABULARY];
      double total = 0;
      for (int v = 0; v < VOCABULARY; v++) {
        for (int i = 0; i < rank; i++) {
          for (int k = 0; k < width; k++) {
            logits[v] += left[v * width + i] * right[i * width + k] * h[n * width + k];
          }
        }
        total += Math.exp(logits[v]);
      }
      for (int v = 0; v < VOCABULARY; v++) {
        double p = ideal.probabilities()[n * VOCABULARY + v];
        sum += p * (Math.log(p) - logits[v] + Math.log(total));
      }
    }
    return sum / CONTEXTS;
  }

  @Test
  void gradientIsThatOfFiniteDifferences() {
    try (IdealHead ideal = ideal(0.5);
        LossGap gap = new LossGap(backend, ideal, 2)) {
      double[] point = gap.truncated();
      double[] gradient = gap.at(point).gradient();
      double step = 1e-6;
      for (int i = 0; i < point.length; i += 3) {
        double[] up = point.clone();
        double[] down = point.clone();
        up[i] += step;
        down[i] -= step;
        double difference = (gap.at(up).gap() - gap.at(down).gap()) / (2 * step);
        assertEquals(difference, gradient[i], 1e-8, "element " + i);
      }
    }
  }

  @Test
  void aTinyGapIsQuadraticToManyDigits() {
    try (IdealHead ideal = ideal(0);
        LossGap gap = new LossGap(backend, ideal, VOCABULARY - 1)) {
      double[] point = gap.truncated();
      point[1] += 1e-6;
      double small = gap.at(point).gap();
      point[1] += 1e-6;
      assertTrue(small < 1e-12, "gap " + small);
      assertEquals(4, gap.at(point).gap() / small, 1e-4);
    }
  }

  @Test
  void minimisationEndsBelowItsStartWhereTheGradientVanishes() {
    try (IdealHead ideal = ideal(1);
        LossGap gap = new LossGap(backend, ideal, 3)) {
      Result found = new Minimisation(gap::at).from(gap.truncated(), 2000, 1e-8);
      assertTrue(found.gap() < gap.at(gap.truncated()).gap(), found::toString);
      assertTrue(found.gradientRatio() <= 1e-8, found::toString);
    }
  }

  @Test
  void aHeadOfFullRankLosesNothing() {
    try (IdealHead ideal = ideal(2);
        LossGap gap = new LossGap(backend, ideal, VOCABULARY - 1)) {
      assertEquals(0, gap.at(gap.truncated()).gap(), 1e-28);
    }
  }

  @Test
  void slopeOfAPowerIsItsExponent() {
    var slope = new LogLogSlope();
    for (double x : new double[] {0.1, 1, 3, 7}) {
      slope.add(x, 5 * Math.pow(x, 2.5));
    }
    assertEquals(2.5, slope.slope(), 1e-12);
  }
}
