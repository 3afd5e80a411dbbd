package dev.gatun.spectrum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JacobianProjectionTest {
  private static final long SEED = 20261125;
  private static final int VOCABULARY = 40;
  private static final int WIDTH = 5;
  private static final int CONTEXTS = 12;

  private final Backend backend = ReferenceBackend.open();
  private final TensorScope scope = backend.newScope();
  private final SplittableRandom random = new SplittableRandom(SEED);

  @AfterEach
  void close() {
    scope.close();
    backend.close();
  }

  /** Rows that add up to 0 and, for the Jacobian, columns that do. */
  private Tensor centred(int rows, int cols, boolean byColumn) {
    double[] x = new double[rows * cols];
    Arrays.setAll(x, _ -> random.nextGaussian());
    int lines = byColumn ? cols : rows;
    for (int line = 0; line < lines; line++) {
      int length = byColumn ? rows : cols;
      double mean = 0;
      for (int i = 0; i < length; i++) {
        mean += x[byColumn ? i * cols + line : line * cols + i] / length;
      }
      for (int i = 0; i < length; i++) {
        x[byColumn ? i * cols + line : line * cols + i] -= mean;
      }
    }
    return tensor(x, rows, cols);
  }

  private Tensor tensor(double[] x, long... extents) {
    Tensor tensor = scope.zeros(ElementType.F64, extents);
    backend.write(x, tensor);
    return tensor;
  }

  @Test
  void equalJacobiansAreTheProjectionOnOneHead() {
    Tensor weights = centred(VOCABULARY, WIDTH, true);
    Tensor gradient = centred(CONTEXTS, VOCABULARY, false);
    try (var head = new HeadProjection(backend, weights);
        var local = new JacobianProjection(backend, VOCABULARY, WIDTH, CONTEXTS)) {
      head.add(gradient);
      for (int i = 0; i < CONTEXTS; i++) {
        local.add(weights, gradient.rows(i, 1));
      }
      LocalProjection result = local.result();
      assertEquals(head.result().destroyedNorm(), result.destroyedNorm(), 1e-12, "seed " + SEED);
      assertEquals(WIDTH, result.meanRank());
      assertEquals(WIDTH, result.hiddenStepRank());
    }
  }

  @Test
  void numberPerContextAddedToTheLogProbabilitiesChangesNothing() {
    Tensor jacobian = centred(VOCABULARY, WIDTH, true);
    Tensor gradient = centred(1, VOCABULARY, false);
    double[] shifted = backend.toDoubles(jacobian);
    for (int i = 0; i < shifted.length; i++) {
      shifted[i] += 3 + i % WIDTH;
    }
    assertEquals(
        kept(jacobian, gradient), kept(tensor(shifted, VOCABULARY, WIDTH), gradient), 1e-12);
  }

  private double kept(Tensor jacobian, Tensor gradient) {
    try (var local = new JacobianProjection(backend, VOCABULARY, WIDTH, 1)) {
      local.add(jacobian, gradient);
      return local.result().keptNorm();
    }
  }

  @Test
  void gradientInTheColumnSpaceIsKeptAndOneBesideItDestroyed() {
    Tensor jacobian = centred(VOCABULARY, WIDTH, true);
    double[] entries = backend.toDoubles(jacobian);
    double[] inside = new double[VOCABULARY];
    Arrays.setAll(inside, v -> entries[v * WIDTH + 2]);
    assertEquals(1, kept(jacobian, tensor(inside, 1, VOCABULARY)), 1e-12);

    // Columns that are 0 in the first 20 rows see nothing of a gradient that is there alone.
    double[] lower = entries.clone();
    Arrays.fill(lower, 0, 20 * WIDTH, 0);
    for (int d = 0; d < WIDTH; d++) {
      double mean = 0;
      for (int v = 20; v < VOCABULARY; v++) {
        mean += lower[v * WIDTH + d] / 20;
      }
      for (int v = 20; v < VOCABULARY; v++) {
        lower[v * WIDTH + d] -= mean;
      }
    }
    double[] beside = new double[VOCABULARY];
    beside[0] = 1;
    beside[7] = -1;
    assertEquals(0, kept(tensor(lower, VOCABULARY, WIDTH), tensor(beside, 1, VOCABULARY)), 1e-12);
  }

  @Test
  void jacobiansOfTheirOwnLiftTheRankOfTheStepAboveTheWidth() {
    try (var local = new JacobianProjection(backend, VOCABULARY, WIDTH, CONTEXTS)) {
      for (int i = 0; i < CONTEXTS; i++) {
        local.add(centred(VOCABULARY, WIDTH, true), centred(1, VOCABULARY, false));
      }
      LocalProjection result = local.result();
      assertEquals(CONTEXTS, result.hiddenStepRank(), "seed " + SEED);
      assertTrue(result.destroyedNorm() > 0.8, "seed " + SEED);
    }
  }

  @Test
  void dependentColumnsCountOnce() {
    double[] entries = backend.toDoubles(centred(VOCABULARY, WIDTH, true));
    for (int v = 0; v < VOCABULARY; v++) {
      entries[v * WIDTH + 4] = 2 * entries[v * WIDTH] - entries[v * WIDTH + 1];
    }
    try (var local = new JacobianProjection(backend, VOCABULARY, WIDTH, 1)) {
      local.add(tensor(entries, VOCABULARY, WIDTH), centred(1, VOCABULARY, false));
      assertEquals(WIDTH - 1, local.result().meanRank(), "seed " + SEED);
    }
  }

  @Test
  void resultNeedsAllContexts() {
    try (var local = new JacobianProjection(backend, VOCABULARY, WIDTH, 2)) {
      local.add(centred(VOCABULARY, WIDTH, true), centred(1, VOCABULARY, false));
      assertThrows(IllegalStateException.class, local::result);
    }
  }
}
