package dev.gatun.spectrum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LossCurvesTest extends SpectrumTestBase {
  private static final int CONTEXTS = 70;
  private static final int VOCABULARY = 30;
  private static final int WIDTH = 4;

  private final Tensor hidden = matrices.gaussian(CONTEXTS, WIDTH);
  private final Tensor head = matrices.gaussian(VOCABULARY, WIDTH);
  private final Tensor targets = targets();

  @Test
  void aVanishingStepGainsItsCosineTimesWhatTheGradientGains() {
    for (LogitDirection direction :
        List.of(LogitDirection.through(head), LogitDirection.product(hidden, head))) {
      try (var curves = curves()) {
        List<LossCurve> both =
            curves.along(List.of(LogitDirection.steepestDescent(), direction), 1e-6);
        double ratio = both.getLast().decrease(0) / both.getFirst().decrease(0);
        assertEquals(both.getLast().cosine(), ratio, 1e-4, SEEDED);
        assertEquals(1, both.getFirst().cosine(), 1e-12, SEEDED);
      }
    }
  }

  @Test
  void lossIsThatOfTheLogitsMovedByAStepOfTheGivenNorm() {
    Tensor logits = logits();
    Tensor gradient = gradient(logits);
    Tensor step =
        matrices.product(matrices.product(gradient, head), Transpose.NO, head, Transpose.YES);
    backend.scale(-3 * Math.sqrt(CONTEXTS) / matrices.norm(step), step);
    double expected = meanLoss(matrices.sum(logits, 1, step));
    try (var curves = curves()) {
      LossCurve curve = curves.along(List.of(LogitDirection.through(head)), 3).getFirst();
      assertEquals(meanLoss(logits), curve.startLoss(), 1e-12, SEEDED);
      assertEquals(curve.startLoss() - expected, curve.decrease(0), 1e-12, SEEDED);
    }
  }

  @Test
  void fullStepIsTheFirstOrderChangeByAStepOnHiddenStatesAndHead() {
    Tensor logits = logits();
    Tensor gradient = gradient(logits);
    RowChunks chunks = Matrices.chunks(gradient, 11);
    try (var step = new LogitStep(backend, 1, hidden, head, chunks);
        var curves = curves()) {
      var direction = LogitDirection.fullStep(hidden, head, curves.headGradient(scope));
      Tensor out = scope.zeros(ElementType.F64, CONTEXTS, VOCABULARY);
      step.forEach((first, expected) -> {
        Tensor rows = gradient.rows(first, expected.rows());
        direction.rows(backend, first, rows, out.rows(0, expected.rows()));
        Tensor difference = matrices.sum(expected, -1, out.rows(0, expected.rows()));
        assertEquals(0, matrices.norm(difference) / matrices.norm(expected), 1e-12, SEEDED);
      });
    }
  }

  @Test
  void theBestDirectionOfTheSubspaceHasTheKeptNormAsCosine() {
    Tensor basis = matrices.sum(head, 0, head);
    backend.qr(basis, scope.zeros(ElementType.F64, WIDTH, WIDTH));
    try (var curves = curves();
        var projection = new HeadProjection(backend, head)) {
      projection.add(gradient(logits()));
      LossCurve curve = curves.along(List.of(LogitDirection.through(basis)), 1).getFirst();
      assertEquals(projection.result().keptNorm(), curve.cosine(), 1e-12, SEEDED);
    }
  }

  @Test
  void aDirectionThatAscendsIsTurnedRound() {
    try (var curves = curves()) {
      Tensor reversed = matrices.sum(head, 0, head);
      backend.scale(-1, reversed);
      LossCurve there =
          curves.along(List.of(LogitDirection.product(hidden, head)), 1e-3).getFirst();
      LossCurve back =
          curves.along(List.of(LogitDirection.product(hidden, reversed)), 1e-3).getFirst();
      assertEquals(there.decrease(0), back.decrease(0), 1e-12, SEEDED);
      assertTrue(there.decrease(0) > 0, SEEDED);
    }
  }

  private LossCurves curves() {
    return new LossCurves(backend, hidden, head, Optional.empty(), Optional.empty(), targets);
  }

  private Tensor targets() {
    int[] ids = new int[CONTEXTS];
    for (int i = 0; i < CONTEXTS; i++) {
      ids[i] = i * i % VOCABULARY;
    }
    Tensor tensor = scope.zeros(ElementType.I32, CONTEXTS);
    backend.write(ids, tensor);
    return tensor;
  }

  private Tensor logits() {
    return matrices.product(hidden, Transpose.NO, head, Transpose.YES);
  }

  private Tensor gradient(Tensor logits) {
    Tensor gradient = matrices.sum(logits, 0, logits);
    backend.crossEntropy(gradient, targets, 1.0 / CONTEXTS, scope.zeros(ElementType.F64, CONTEXTS));
    return gradient;
  }

  private double meanLoss(Tensor logits) {
    Tensor losses = scope.zeros(ElementType.F64, CONTEXTS);
    backend.crossEntropyLoss(logits, targets, losses);
    double sum = 0;
    for (double loss : backend.toDoubles(losses)) {
      sum += loss;
    }
    return sum / CONTEXTS;
  }
}
