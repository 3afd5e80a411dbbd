package dev.gatun.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;

/** Loss, probabilities and gradient of logits, held to what F32 can tell of the logits as given. */
final class SoftmaxOfAnySize {
  private static final double SCALE = 0.25;

  /** Roundings of an exponential, a sum of up to 60,007 of them, a quotient. */
  private static final double ROUNDINGS = 16 * 0x1p-24;

  private final Backend backend;
  private final double[] logits;
  private final int[] targets;
  private final int rows;
  private final int classes;

  /** For logits [R, V] as the backend can hold them, and a target of each row. */
  SoftmaxOfAnySize(Backend backend, double[] logits, int... targets) {
    this.backend = backend;
    this.logits = logits;
    this.targets = targets;
    this.rows = targets.length;
    this.classes = logits.length / rows;
  }

  void check() {
    try (TensorScope scope = backend.newScope()) {
      Tensor ids = scope.zeros(ElementType.I32, rows);
      backend.write(targets, ids);
      Tensor losses = scope.zeros(backend.real(), rows);
      Tensor lossesAlone = scope.zeros(backend.real(), rows);
      Tensor x = matrix(scope);
      var logSumExp =
          new LogSumExp(scope.zeros(backend.real(), rows), scope.zeros(backend.real(), rows));
      backend.logSumExpRows(x, logSumExp);
      backend.crossEntropyLoss(x, ids, lossesAlone);
      backend.crossEntropy(x, ids, SCALE, losses);
      losses(backend.toDoubles(losses));
      losses(backend.toDoubles(lossesAlone));
      gradients(backend.toDoubles(x));
      Tensor columns = matrix(scope);
      backend.crossEntropyColumns(columns, logSumExp, ids, 0, SCALE);
      gradients(backend.toDoubles(columns));
      Tensor weights = scope.zeros(backend.real(), rows);
      backend.fill(weights, 1);
      Tensor weighted = matrix(scope);
      backend.weightedCrossEntropyColumns(weighted, logSumExp, ids, weights, 0, SCALE);
      gradients(backend.toDoubles(weighted));
    }
  }

  private Tensor matrix(TensorScope scope) {
    Tensor x = scope.zeros(backend.real(), rows, classes);
    backend.write(logits, x);
    return x;
  }

  private void losses(double[] got) {
    for (int r = 0; r < rows; r++) {
      double toMax = max(r) - logits[r * classes + targets[r]];
      double want = toMax + Math.log(sum(r));
      assertEquals(want, got[r], ROUNDINGS * (1 + want), "loss of row " + r + name());
    }
  }

  private void gradients(double[] got) {
    for (int r = 0; r < rows; r++) {
      double max = max(r);
      double sum = sum(r);
      for (int v = 0; v < classes; v++) {
        double below = max - logits[r * classes + v];
        double probability = Math.exp(-below) / sum;
        double oneHot = v == targets[r] ? 1 : 0;
        double roundings = ROUNDINGS * (oneHot + probability * (1 + below)) + 1e-37;
        assertEquals(
            SCALE * (probability - oneHot),
            got[r * classes + v],
            SCALE * (Double.isNaN(roundings) ? 1e-37 : roundings),
            "gradient at " + r + ", " + v + name());
      }
    }
  }

  private double max(int r) {
    return Arrays.stream(logits, r * classes, (r + 1) * classes).max().orElseThrow();
  }

  private double sum(int r) {
    double max = max(r);
    return Arrays.stream(logits, r * classes, (r + 1) * classes).map(x -> Math.exp(x - max)).sum();
  }

  private String name() {
    return " of %s classes, -Dgatun.seed=%s".formatted(classes, ContractSupport.SEED);
  }
}
