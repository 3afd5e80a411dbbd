package dev.gatun.spectrum;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import org.junit.jupiter.api.Test;

class LogitStepTest extends SpectrumTestBase {
  private static final int CONTEXTS = 40;
  private static final int VOCABULARY = 30;
  private static final int WIDTH = 4;
  private static final double LEARNING_RATE = 0.1;

  private final Tensor hidden = matrices.gaussian(CONTEXTS, WIDTH);
  private final Tensor head = matrices.gaussian(VOCABULARY, WIDTH);
  private final Tensor gradient = matrices.gaussian(CONTEXTS, VOCABULARY);

  @Test
  void streamedStepIsTheExplicitFormula() {
    try (LogitStep step = step(gradient)) {
      assertArrayEquals(backend.toDoubles(explicitStep(gradient)), collected(step), 1e-12, SEEDED);
    }
  }

  @Test
  void stepIsTheFirstOrderChangeOfTheLogits() {
    double tiny = 1e-7;
    Tensor nextHidden = matrices.sum(hidden, -tiny, matrices.product(gradient, head));
    Tensor nextHead =
        matrices.sum(head, -tiny, matrices.product(gradient, Transpose.YES, hidden, Transpose.NO));
    Tensor before = matrices.product(hidden, Transpose.NO, head, Transpose.YES);
    Tensor after = matrices.product(nextHidden, Transpose.NO, nextHead, Transpose.YES);
    Tensor change = matrices.sum(after, -1, before);
    Tensor formula = explicitStep(gradient);
    backend.scale(tiny / LEARNING_RATE, formula);
    double error = matrices.norm(matrices.sum(change, -1, formula)) / matrices.norm(formula);
    assertEquals(0, error, 1e-5, SEEDED);
  }

  @Test
  void stepHasRankTwiceTheWidthWhileAGenericGradientHasFullRank() {
    try (LogitStep step = step(gradient)) {
      assertEquals(2 * WIDTH, step.spectrum().numericalRank(), SEEDED);
    }
    assertEquals(VOCABULARY, DirectSpectrum.of(backend, gradient).numericalRank(), SEEDED);
  }

  @Test
  void spectrumOfTheStepIsThatOfTheDirectDecomposition() {
    Spectrum direct = DirectSpectrum.of(backend, explicitStep(gradient));
    try (LogitStep step = step(gradient)) {
      Spectrum gram = step.spectrum();
      for (int i = 0; i < VOCABULARY; i++) {
        assertEquals(
            direct.singularValue(i),
            gram.singularValue(i),
            gram.errorBound(i) + direct.errorBound(),
            SEEDED);
      }
    }
  }

  @Test
  void bestRankResidualIsTheErrorOfTheTruncatedDecomposition() {
    Spectrum spectrum = DirectSpectrum.of(backend, gradient);
    Tensor u = scope.zeros(ElementType.F64, CONTEXTS, VOCABULARY);
    Tensor sigma = scope.zeros(ElementType.F64, VOCABULARY);
    Tensor vt = scope.zeros(ElementType.F64, VOCABULARY, VOCABULARY);
    Tensor copy = matrices.of(backend.toDoubles(gradient), CONTEXTS, VOCABULARY);
    backend.svd(copy, u, sigma, vt);
    double[] values = backend.toDoubles(sigma);
    for (int k : new int[] {0, 1, 2 * WIDTH, VOCABULARY - 1}) {
      double[] scaled = backend.toDoubles(u);
      for (int i = 0; i < scaled.length; i++) {
        scaled[i] *= i % VOCABULARY < k ? values[i % VOCABULARY] : 0;
      }
      Tensor truncated = matrices.product(matrices.of(scaled, CONTEXTS, VOCABULARY), vt);
      double residual =
          matrices.norm(matrices.sum(gradient, -1, truncated)) / matrices.norm(gradient);
      assertEquals(residual, spectrum.bestRankResidual(k), 1e-13, SEEDED);
    }
  }

  @Test
  void directionTakenIsNeverBetterThanTheBestOfItsRank() {
    try (LogitStep step = step(gradient)) {
      double best = DirectSpectrum.of(backend, gradient).bestRankResidual(2 * WIDTH);
      assertTrue(step.directionResidual() > best, SEEDED);
    }
  }

  @Test
  void directionResidualIsTheLeastOverAllStepLengths() {
    Tensor change = explicitStep(gradient);
    double residual;
    try (LogitStep step = step(gradient)) {
      residual = step.directionResidual();
    }
    double length = -backend.dot(gradient, change) / backend.sumOfSquares(change);
    for (double factor : new double[] {0.5, 0.99, 1, 1.01, 2}) {
      double left =
          matrices.norm(matrices.sum(gradient, factor * length, change)) / matrices.norm(gradient);
      if (factor == 1) {
        assertEquals(left, residual, 1e-12, SEEDED);
      } else {
        assertTrue(left > residual, SEEDED);
      }
    }
  }

  @Test
  void gradientOfRankTwiceTheWidthHasNoResidualOfThatRank() {
    double[] ones = {1, 1, 1, 1, 1, 1, 1, 1};
    Tensor reachable = matrices.withSingularValues(CONTEXTS, VOCABULARY, ones);
    try (GramSpectrum spectrum = GramSpectrum.ofRows(backend, VOCABULARY)) {
      spectrum.add(reachable);
      Spectrum found = spectrum.finish();
      assertEquals(0, found.bestRankResidual(2 * WIDTH), 1e-6, SEEDED);
      assertTrue(found.bestRankResidual(2 * WIDTH - 1) > 0.3, SEEDED);
    }
  }

  @Test
  void shapesThatDoNotFitAreRefused() {
    Tensor shortHidden = matrices.gaussian(CONTEXTS - 1, WIDTH);
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new LogitStep(backend, LEARNING_RATE, shortHidden, head, Matrices.chunks(gradient, 8))
                .close());
  }

  private LogitStep step(Tensor of) {
    return new LogitStep(backend, LEARNING_RATE, hidden, head, Matrices.chunks(of, 7));
  }

  private double[] collected(LogitStep step) {
    double[] all = new double[CONTEXTS * VOCABULARY];
    step.forEach((firstRow, chunk) -> {
      double[] values = backend.toDoubles(chunk);
      System.arraycopy(values, 0, all, (int) firstRow * VOCABULARY, values.length);
    });
    return all;
  }

  private Tensor explicitStep(Tensor of) {
    Tensor headGram = matrices.product(head, Transpose.NO, head, Transpose.YES);
    Tensor hiddenGram = matrices.product(hidden, Transpose.NO, hidden, Transpose.YES);
    Tensor change =
        matrices.sum(matrices.product(of, headGram), 1, matrices.product(hiddenGram, of));
    backend.scale(-LEARNING_RATE, change);
    return change;
  }
}
