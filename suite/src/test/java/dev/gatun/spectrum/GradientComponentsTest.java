package dev.gatun.spectrum;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GradientComponentsTest extends SpectrumTestBase {
  private static final int CONTEXTS = 50;
  private static final int VOCABULARY = 24;
  private static final int WIDTH = 5;

  private final Tensor gradient = matrices.gaussian(CONTEXTS, VOCABULARY);
  private final Tensor head = matrices.gaussian(VOCABULARY, WIDTH);

  @Test
  void energiesOfTheGradientAreItsSquaredSingularValues() {
    double[] direct =
        Arrays.stream(DirectSpectrum.of(backend, gradient).singularValues())
            .map(s -> s * s)
            .toArray();
    try (var components = components(gradient)) {
      assertArrayEquals(direct, components.energies(), 1e-10, SEEDED);
    }
  }

  @Test
  void energiesKeptAreThoseOfTheProjectedGradientAlongTheRightSingularVectors() {
    Tensor u = scope.zeros(ElementType.F64, CONTEXTS, VOCABULARY);
    Tensor values = scope.zeros(ElementType.F64, VOCABULARY);
    Tensor vt = scope.zeros(ElementType.F64, VOCABULARY, VOCABULARY);
    backend.svd(matrices.sum(gradient, 0, gradient), u, values, vt);
    Tensor projected = matrices.product(gradient, projector());
    try (var components = components(gradient)) {
      double[] kept = components.keptEnergies(head);
      for (int i = 0; i < VOCABULARY; i++) {
        Tensor along =
            matrices.product(
                projected, matrices.of(backend.toDoubles(vt.rows(i, 1)), VOCABULARY, 1));
        assertEquals(backend.sumOfSquares(along), kept[i], 1e-9, SEEDED);
      }
    }
  }

  @Test
  void energiesMovedAreThoseOfTheGradientTimesWTimesItsTranspose() {
    Tensor u = scope.zeros(ElementType.F64, CONTEXTS, VOCABULARY);
    Tensor values = scope.zeros(ElementType.F64, VOCABULARY);
    Tensor vt = scope.zeros(ElementType.F64, VOCABULARY, VOCABULARY);
    backend.svd(matrices.sum(gradient, 0, gradient), u, values, vt);
    Tensor moved =
        matrices.product(matrices.product(gradient, head), Transpose.NO, head, Transpose.YES);
    try (var components = components(gradient)) {
      double[] energies = components.movedEnergies(head);
      double all = backend.sumOfSquares(moved);
      for (int i = 0; i < VOCABULARY; i++) {
        Tensor right = matrices.of(backend.toDoubles(vt.rows(i, 1)), VOCABULARY, 1);
        Tensor along = matrices.product(moved, right);
        assertEquals(backend.sumOfSquares(along), energies[i], 1e-10 * all, SEEDED);
      }
    }
  }

  @Test
  void energiesKeptSumToTheKeptEnergy() {
    try (var components = components(gradient);
        var projection = new HeadProjection(backend, head)) {
      projection.add(gradient);
      double keptNorm = projection.result().keptNorm() * projection.result().gradientNorm();
      assertEquals(
          keptNorm * keptNorm, Arrays.stream(components.keptEnergies(head)).sum(), 1e-9, SEEDED);
    }
  }

  @Test
  void aHeadOfAllTokensKeepsEveryEnergy() {
    try (var components = components(gradient)) {
      assertArrayEquals(
          components.energies(),
          components.keptEnergies(matrices.gaussian(VOCABULARY, VOCABULARY)),
          1e-9,
          SEEDED);
    }
  }

  @Test
  void aRandomHeadSpreadsWhatItKeepsAsTheFormulaSays() {
    double v = VOCABULARY;
    double d = WIDTH;
    int heads = 2000;
    Tensor steep = matrices.withSingularValues(CONTEXTS, VOCABULARY, 4, 2, 1);
    double[] mean = new double[VOCABULARY];
    try (var components = components(steep)) {
      for (int i = 0; i < heads; i++) {
        double[] kept = components.keptEnergies(matrices.gaussian(VOCABULARY, WIDTH));
        for (int k = 0; k < VOCABULARY; k++) {
          mean[k] += kept[k] / heads;
        }
      }
    }
    double alpha = d / v * (v * (d + 1) - 2) / (v - 1) / (v + 2);
    double beta = d / v * (v - d) / (v - 1) / (v + 2);
    assertEquals(alpha * 16 + beta * 21, mean[0], 0.1, SEEDED);
    assertEquals(alpha * 4 + beta * 21, mean[1], 0.05, SEEDED);
    assertEquals(beta * 21, mean[10], 0.02, SEEDED);
  }

  @Test
  void sumsAreCertainBetweenDistinctSingularValuesAndUncertainInsideEqualOnes() {
    Tensor degenerate = matrices.withSingularValues(CONTEXTS, VOCABULARY, 4, 2, 2, 2, 1);
    try (var components = components(degenerate)) {
      assertTrue(components.cumulativeError(1) < 1e-10, SEEDED);
      assertTrue(components.cumulativeError(2) > 0.1, SEEDED);
      assertTrue(components.cumulativeError(3) > 0.1, SEEDED);
      assertTrue(components.cumulativeError(4) < 1e-10, SEEDED);
      assertEquals(0, components.cumulativeError(VOCABULARY), SEEDED);
    }
  }

  private GradientComponents components(Tensor matrix) {
    return new GradientComponents(backend, Matrices.chunks(matrix, 16));
  }

  /** P_W = QQᵀ. */
  private Tensor projector() {
    Tensor q = matrices.sum(head, 0, head);
    backend.qr(q, scope.zeros(ElementType.F64, WIDTH, WIDTH));
    return matrices.product(q, Transpose.NO, q, Transpose.YES);
  }
}
