package dev.gatun.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.bindings.openblas.OpenBlas;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The yardstick computes the same thing as what it measures. */
class DirectCallsTest {
  private static final int THREADS = 3;

  private Backend backend;
  private TensorScope scope;
  private DirectCalls library;

  @BeforeEach
  void open() {
    backend = CpuBackend.open(THREADS);
    scope = backend.newScope();
    library = new DirectCalls(THREADS);
  }

  @AfterEach
  void close() {
    library.close();
    scope.close();
    backend.close();
  }

  @ParameterizedTest
  @EnumSource
  void everyCutMakesTheWholeProduct(DirectCalls.Cut cut) {
    for (ElementType type : new ElementType[] {ElementType.F32, ElementType.F64}) {
      for (Transpose ta : Transpose.values()) {
        for (Transpose tb : Transpose.values()) {
          Tensor a = ta == Transpose.NO ? random(type, 301, 37) : random(type, 37, 301);
          Tensor b = tb == Transpose.NO ? random(type, 37, 205) : random(type, 205, 37);
          Tensor expected = scope.zeros(type, 301, 205);
          Tensor actual = scope.zeros(type, 301, 205);
          backend.gemm(ta, tb, 1, a, b, 0, expected);
          library.gemm(cut, ta, tb, a, b, actual);
          assertArrayEquals(backend.toDoubles(expected), backend.toDoubles(actual), 1e-5);
        }
      }
    }
  }

  @Test
  void syrkFillsTheLowerTriangle() {
    Tensor a = random(ElementType.F64, 65, 130);
    Tensor expected = scope.zeros(ElementType.F64, 65, 65);
    Tensor actual = scope.zeros(ElementType.F64, 65, 65);
    backend.syrk(Transpose.NO, a, 0, expected);
    library.syrk(a, actual);
    double[] left = backend.toDoubles(expected);
    double[] right = backend.toDoubles(actual);
    for (int i = 0; i < 65; i++) {
      for (int j = 0; j <= i; j++) {
        assertEquals(left[65 * i + j], right[65 * i + j], 1e-12);
      }
    }
  }

  @Test
  void copyReachesTheLastByte() {
    Tensor from = random(ElementType.F32, 101, 103);
    Tensor to = scope.zeros(ElementType.F32, 101, 103);
    library.copy(from, to);
    assertArrayEquals(backend.toFloats(from), backend.toFloats(to));
  }

  @Test
  void libraryIsBackAtOneThreadEvenAfterAFailure() {
    assertThrows(
        IllegalStateException.class,
        () ->
            library.withOwnThreads(() -> {
              assertEquals(THREADS, OpenBlas.openblas_get_num_threads());
              throw new IllegalStateException();
            }));
    assertEquals(1, OpenBlas.openblas_get_num_threads());
  }

  private Tensor random(ElementType type, int rows, int cols) {
    Tensor tensor = scope.zeros(type, rows, cols);
    backend.write(new Random(1).doubles((long) rows * cols, -1, 1).toArray(), tensor);
    return tensor;
  }
}
