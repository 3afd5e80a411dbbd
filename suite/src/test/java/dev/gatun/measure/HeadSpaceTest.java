package dev.gatun.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.spectrum.Centring;
import dev.gatun.spectrum.DirectSpectrum;
import dev.gatun.spectrum.HeadSubspace;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeadSpaceTest {
  private static final int VOCABULARY = 90;
  private static final int WIDTH = 12;

  private final Backend backend = CpuBackend.open(2, Optional.empty());
  private final TensorScope scope = backend.newScope();

  @AfterEach
  void close() {
    scope.close();
    backend.close();
  }

  private Tensor gaussian(long rows, long cols) {
    Tensor matrix = scope.zeros(ElementType.F64, rows, cols);
    double[] entries = new double[(int) (rows * cols)];
    Randomness.of(3).gaussian(entries, 1);
    backend.write(entries, matrix);
    return matrix;
  }

  @Test
  void singularValuesAreThoseOfADirectDecomposition() {
    Tensor weights = gaussian(VOCABULARY, WIDTH);
    try (var space = new HeadSpace(backend, weights)) {
      assertArrayEquals(
          DirectSpectrum.of(backend, weights).singularValues(),
          space.spectrum().singularValues(),
          1e-10);
    }
  }

  @Test
  void weightsTimesTheTransformHaveOrthonormalColumns() {
    Tensor weights = gaussian(VOCABULARY, WIDTH);
    try (var space = new HeadSpace(backend, weights)) {
      Tensor basis = space.coordinates(scope, weights);
      Tensor gram = scope.zeros(ElementType.F64, WIDTH, WIDTH);
      backend.gemm(Transpose.YES, Transpose.NO, 1, basis, basis, 0, gram);
      double[] elements = backend.toDoubles(gram);
      for (int i = 0; i < WIDTH; i++) {
        for (int j = 0; j < WIDTH; j++) {
          assertEquals(i == j ? 1 : 0, elements[i * WIDTH + j], 1e-12);
        }
      }
    }
  }

  @Test
  void leverageIsThatOfTheCholeskyFactor() {
    Tensor weights = gaussian(VOCABULARY, WIDTH);
    try (var space = new HeadSpace(backend, weights);
        var subspace = new HeadSubspace(backend, weights)) {
      assertArrayEquals(subspace.leverage(), space.leverage(), 1e-12);
    }
  }

  @Test
  void dependentColumnsAreLeftOutAndCounted() {
    Tensor weights = gaussian(VOCABULARY, WIDTH);
    double[] entries = backend.toDoubles(weights);
    for (int row = 0; row < VOCABULARY; row++) {
      entries[row * WIDTH + 7] = 2 * entries[row * WIDTH + 3];
    }
    backend.write(entries, weights);
    try (var space = new HeadSpace(backend, weights)) {
      assertEquals(WIDTH - 1, space.rank());
      assertEquals(WIDTH - 1, Arrays.stream(space.leverage()).sum(), 1e-9);
    }
  }

  @Test
  void fewerTokensThanColumnsSpanEverything() {
    try (var space = new HeadSpace(backend, gaussian(WIDTH, VOCABULARY))) {
      assertEquals(WIDTH, space.rank());
      assertEquals(WIDTH, space.spectrum().size());
      Arrays.stream(space.leverage()).forEach(leverage -> assertEquals(1, leverage, 1e-9));
    }
  }

  @Test
  void badlyConditionedHeadsSayHowFarTheirEnergyIsKnown() {
    Tensor weights = gaussian(VOCABULARY, WIDTH);
    double[] entries = backend.toDoubles(weights);
    for (int row = 0; row < VOCABULARY; row++) {
      entries[row * WIDTH] *= 1e-5;
    }
    backend.write(entries, weights);
    try (var space = new HeadSpace(backend, weights)) {
      double[] evenly = new double[space.rank()];
      Arrays.fill(evenly, 1);
      double error = space.relativeEnergyError(evenly);
      assertTrue(error > 1e-6 && error < 1e-2, () -> "error " + error);
    }
  }

  @Test
  void spaceOfTheCentredHeadIsThatOfTheCentredMatrix() {
    Tensor weights = gaussian(VOCABULARY, WIDTH);
    double[] moved = backend.toDoubles(weights);
    for (int i = 0; i < moved.length; i++) {
      moved[i] += 20;
    }
    backend.write(moved, weights);
    Tensor centred = Centring.of(backend, scope, weights);
    try (var space = HeadSpace.centred(backend, weights).orElseThrow();
        var subspace = new HeadSubspace(backend, centred)) {
      assertArrayEquals(
          DirectSpectrum.of(backend, centred).singularValues(),
          space.spectrum().singularValues(),
          1e-9);
      assertArrayEquals(subspace.leverage(), space.leverage(), 1e-9);
    }
  }

  @Test
  void headWhoseRowsAreAllEqualHasNoCentredSpace() {
    Tensor weights = scope.zeros(ElementType.F64, VOCABULARY, WIDTH);
    backend.fill(weights, 0.3);
    assertEquals(Optional.empty(), HeadSpace.centred(backend, weights));
  }

  @Test
  void headOfZerosIsRefused() {
    Tensor zeros = scope.zeros(ElementType.F64, VOCABULARY, WIDTH);
    assertThrows(IllegalArgumentException.class, () -> new HeadSpace(backend, zeros));
  }
}
