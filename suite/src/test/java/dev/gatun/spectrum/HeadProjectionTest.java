package dev.gatun.spectrum;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadProjectionTest extends SpectrumTestBase {

  @ParameterizedTest
  @CsvSource({"200, 8", "200, 20", "150, 75"})
  void destroyedNormOfRandomHeadIsSqrtOneMinusDOverV(int vocabulary, int width) {
    Tensor gradient = matrices.gaussian(60, vocabulary);
    GradientProjection projection = project(gradient, matrices.gaussian(vocabulary, width));
    double expected = Math.sqrt(1 - (double) width / vocabulary);
    // Each row's kept energy is a Beta variable of standard deviation < √(2D)/V; 60 rows average.
    double spread = 4 * Math.sqrt(2.0 * width / 60) / vocabulary / (2 * expected);
    assertEquals(expected, projection.destroyedNorm(), spread, SEEDED);
    assertEquals(expected, projection.unrelatedDestroyedNorm(), 1e-15);
  }

  @Test
  void traceFormulaAgreesWithTheExplicitProjector() {
    Tensor gradient = matrices.gaussian(30, 50);
    Tensor head = matrices.gaussian(50, 7);
    Tensor projected = matrices.product(gradient, projector(head));
    double kept = matrices.norm(projected) / matrices.norm(gradient);
    double destroyed =
        matrices.norm(matrices.sum(gradient, -1, projected)) / matrices.norm(gradient);
    GradientProjection projection = project(gradient, head);
    assertEquals(kept, projection.keptNorm(), 1e-13, SEEDED);
    assertEquals(destroyed, projection.destroyedNorm(), 1e-13, SEEDED);
    assertEquals(kept * kept * 50 / 7, projection.keptOverChance(), 1e-12, SEEDED);
    assertEquals(matrices.norm(gradient), projection.gradientNorm(), 1e-12, SEEDED);
    assertEquals(30, projection.contexts());
  }

  @Test
  void badlyConditionedHeadIsProjectedOnAnOrthonormalBasis() {
    Tensor head = matrices.withSingularValues(40, 3, 1, 1e-3, 1e-7);
    Tensor gradient = matrices.gaussian(25, 40);
    double kept =
        matrices.norm(matrices.product(gradient, projector(head))) / matrices.norm(gradient);
    GradientProjection projection = project(gradient, head);
    assertEquals(1e7, projection.headConditionNumber(), 1e1, SEEDED);
    assertEquals(kept, projection.keptNorm(), 1e-8, SEEDED);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-1, 1e-7})
  void cosineIsThatOfTheGradientAndWhatTheHeadMakesOfIt(double smallest) {
    Tensor head = matrices.withSingularValues(40, 3, 2, 1, smallest);
    Tensor gradient = matrices.gaussian(25, 40);
    Tensor through = matrices.product(gradient, head);
    Tensor moved = matrices.product(through, Transpose.NO, head, Transpose.YES);
    double cosine = backend.dot(gradient, moved) / matrices.norm(gradient) / matrices.norm(moved);
    try (var subspace = new HeadSubspace(backend, head);
        var projection = new HeadProjection(backend, subspace)) {
      projection.add(gradient);
      assertEquals(cosine, projection.cosine(), 1e-12, SEEDED);
    }
  }

  @Test
  void chunksAndF32InputsDoNotChangeTheResult() {
    Tensor gradient = matrices.narrowed(matrices.gaussian(33, 45));
    Tensor head = matrices.narrowed(matrices.gaussian(45, 6));
    GradientProjection whole = project(gradient, head);
    try (var projection = new HeadProjection(backend, head)) {
      Matrices.chunks(gradient, 10).forEach((_, chunk) -> projection.add(chunk));
      GradientProjection chunked = projection.result();
      assertEquals(whole.keptNorm(), chunked.keptNorm(), 1e-14, SEEDED);
      assertEquals(whole.gradientNorm(), chunked.gradientNorm(), 1e-13, SEEDED);
    }
  }

  @Test
  void gradientInsideTheColumnSpaceIsKeptWhole() {
    Tensor head = matrices.gaussian(40, 5);
    Tensor inside = matrices.product(matrices.gaussian(20, 5), Transpose.NO, head, Transpose.YES);
    GradientProjection projection = project(inside, head);
    assertEquals(1, projection.keptNorm(), 1e-14, SEEDED);
    assertEquals(0, projection.destroyedNorm(), 1e-6, SEEDED);
  }

  @Test
  void gradientOrthogonalToTheColumnSpaceIsDestroyedWhole() {
    Tensor head = matrices.gaussian(40, 5);
    Tensor gradient = matrices.gaussian(20, 40);
    Tensor outside = matrices.sum(gradient, -1, matrices.product(gradient, projector(head)));
    assertEquals(1, project(outside, head).destroyedNorm(), 1e-14, SEEDED);
  }

  @Test
  void scalingHeadOrGradientChangesNothing() {
    Tensor gradient = matrices.gaussian(20, 30);
    Tensor head = matrices.gaussian(30, 4);
    double kept = project(gradient, head).keptNorm();
    backend.scale(1e-9, gradient);
    backend.scale(1e6, head);
    assertEquals(kept, project(gradient, head).keptNorm(), 1e-13, SEEDED);
  }

  @Test
  void leveragesAreTheDiagonalOfTheProjectorAndSumToTheWidth() {
    Tensor head = matrices.gaussian(35, 6);
    double[] projector = backend.toDoubles(projector(head));
    try (var subspace = new HeadSubspace(backend, head)) {
      double[] leverage = subspace.leverage();
      double[] diagonal = new double[35];
      Arrays.setAll(diagonal, v -> projector[v * 36]);
      assertArrayEquals(diagonal, leverage, 1e-13, SEEDED);
      assertEquals(6, Arrays.stream(leverage).sum(), 1e-12, SEEDED);
    }
  }

  @Test
  void meanLeverageOfTargetsIsTheEnergyKeptOfAGradientThatIsAllTargets() {
    Tensor head = matrices.gaussian(30, 4);
    int[] targets = {3, 3, 7, 29, 0, 3};
    double[] oneHot = new double[targets.length * 30];
    for (int row = 0; row < targets.length; row++) {
      oneHot[row * 30 + targets[row]] = -1.0 / targets.length;
    }
    GradientProjection projection = project(matrices.of(oneHot, targets.length, 30), head);
    try (var subspace = new HeadSubspace(backend, head)) {
      var leverage = TargetLeverage.of(subspace.leverage(), targets);
      assertEquals(projection.destroyedNorm(), leverage.destroyedNorm(), 1e-13, SEEDED);
      assertEquals(4.0 / 30, leverage.unrelated(), 1e-14, SEEDED);
    }
  }

  @Test
  void headWithDependentColumnsIsRefused() {
    Tensor head = scope.zeros(ElementType.F64, 20, 3);
    double[] values = backend.toDoubles(matrices.gaussian(20, 3));
    for (int row = 0; row < 20; row++) {
      values[row * 3 + 2] = values[row * 3] - 2 * values[row * 3 + 1];
    }
    backend.write(values, head);
    var refusal =
        assertThrows(
            RankDeficientHeadException.class, () -> new HeadProjection(backend, head).close());
    assertTrue(refusal.getMessage().contains("[20, 3]"), refusal.getMessage());
  }

  @Test
  void zeroGradientHasNoProjection() {
    try (var projection = new HeadProjection(backend, matrices.gaussian(10, 2))) {
      projection.add(scope.zeros(ElementType.F64, 4, 10));
      assertThrows(IllegalStateException.class, projection::result);
    }
  }

  private GradientProjection project(Tensor gradient, Tensor head) {
    try (var projection = new HeadProjection(backend, head)) {
      projection.add(gradient);
      return projection.result();
    }
  }

  /** P_W = QQᵀ of W = QR. */
  private Tensor projector(Tensor head) {
    Tensor q = matrices.of(backend.toDoubles(head), head.rows(), head.cols());
    backend.qr(q, scope.zeros(ElementType.F64, head.cols(), head.cols()));
    Tensor projector = matrices.product(q, Transpose.NO, q, Transpose.YES);
    assertEquals(
        0,
        matrices.norm(matrices.sum(matrices.product(projector, projector), -1, projector)),
        1e-12,
        "a projector is idempotent");
    return projector;
  }
}
