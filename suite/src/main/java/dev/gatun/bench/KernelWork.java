package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.List;
import java.util.Random;

/** Single operations, on inputs that change places so that no cache helps. */
final class KernelWork {
  private static final int PLACES = 3;

  private KernelWork() {}

  /** Cross-entropy and its logit gradient in place: one read and one write of [rows, classes]. */
  static Work crossEntropy(String name, List<String> peers, int rows, int classes) {
    return new Work(
        name,
        peers,
        0,
        Cost.memory(2.0 * Float.BYTES * rows * classes),
        100,
        (backend, rounds, listener) -> crossEntropy(backend, rows, classes, rounds, listener));
  }

  private static void crossEntropy(
      Backend backend, int rows, int classes, int rounds, Work.Listener listener) {
    try (TensorScope scope = backend.newScope()) {
      var random = new Random(1);
      Tensor given = scope.zeros(ElementType.F32, rows, classes);
      fillRows(backend, random, given);
      Tensor[] logits = new Tensor[PLACES];
      for (int i = 0; i < PLACES; i++) {
        logits[i] = scope.zeros(ElementType.F32, rows, classes);
      }
      Tensor losses = scope.zeros(ElementType.F32, rows);
      Tensor targets = scope.zeros(ElementType.I32, rows);
      backend.write(random.ints(rows, 0, classes).toArray(), targets);
      for (int round = 0; round < rounds; round++) {
        if (round % PLACES == 0) {
          for (Tensor place : logits) {
            backend.copy(given, place);
          }
        }
        Tensor x = logits[round % PLACES];
        listener.finished(
            round,
            Work.seconds(backend, () -> backend.crossEntropy(x, targets, 1.0 / rows, losses)));
      }
    }
  }

  /** Normal numbers, row by row: the whole may be larger than a Java array. */
  private static void fillRows(Backend backend, Random random, Tensor x) {
    var row = new float[Math.toIntExact(x.cols())];
    for (long r = 0; r < x.rows(); r++) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) random.nextGaussian();
      }
      backend.write(row, x.rows(r, 1));
    }
  }

  /** All singular values of an f64 matrix, through the Gram matrix of its shorter side. */
  static Work singularValues(String name, List<String> peers, int rows, int cols) {
    return new Work(
        name,
        peers,
        0,
        // A symmetric product is half a product.
        new Cost(0, (double) rows * rows * cols, (double) Double.BYTES * rows * cols),
        3,
        (backend, rounds, listener) -> singularValues(backend, rows, cols, rounds, listener));
  }

  private static void singularValues(
      Backend backend, int rows, int cols, int rounds, Work.Listener listener) {
    try (TensorScope scope = backend.newScope()) {
      var random = new Random(1);
      Tensor matrix = scope.zeros(ElementType.F64, rows, cols);
      for (int r = 0; r < rows; r++) {
        backend.write(random.doubles(cols, -1, 1).toArray(), matrix.rows(r, 1));
      }
      Tensor gram = scope.zeros(ElementType.F64, rows, rows);
      Tensor eigenvalues = scope.zeros(ElementType.F64, rows);
      for (int round = 0; round < rounds; round++) {
        listener.finished(
            round,
            Work.seconds(
                backend,
                () -> {
                  backend.syrk(Transpose.NO, matrix, 0, gram);
                  backend.symmetricEigenvalues(gram, eigenvalues);
                }));
      }
    }
  }
}
