package dev.gatun.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Memory, vectors, matrix products and LAPACK: what every backend must do, in F32 and F64. */
abstract class LinearAlgebraContract extends RecordingContract {
  /** Backward errors of LAPACK are below this many eps·n of the matrix norm. */
  private static final double LAPACK_FACTOR = 8;

  @Test
  void memoryIsZeroedCountedAndGivenBack() {
    // A backend may keep working memory of its own once it has computed something.
    sumOfSquaresOfZeros();
    long before = backend.memoryUse().bytes();
    backend.resetPeakMemory();
    long own = backend.memoryUse().peakBytes() - before;
    assertTrue(own >= 0);
    long inside = sumOfSquaresOfZeros();
    assertTrue(inside >= before + 3 * 1001 * backend.real().byteSize());
    assertEquals(before, backend.memoryUse().bytes());
    assertEquals(inside + own, backend.memoryUse().peakBytes());
    backend.resetPeakMemory();
    assertEquals(before + own, backend.memoryUse().peakBytes());
  }

  /** Allocates, checks for zeros, and returns the memory held meanwhile. */
  private long sumOfSquaresOfZeros() {
    try (TensorScope scope = backend.newScope()) {
      Tensor x = scope.zeros(backend.real(), 3, 1001);
      assertEquals(0, backend.sumOfSquares(x));
      return backend.memoryUse().bytes();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void valuesComeBackAsWritten(ElementType type) {
    double[] values = normal(1003);
    check("exact", type, run -> List.of(run.in(0, 17, 59)), values);
    check(
        "exact",
        type,
        run -> {
          Tensor to = run.scope().zeros(ElementType.F32, 1003);
          run.backend().copy(run.in(0, 1003), to);
          Tensor back = run.out(1003);
          run.backend().copy(to, back);
          return List.of(back);
        },
        values);
  }

  @Test
  void idsComeBackAsWritten() {
    try (TensorScope scope = backend.newScope()) {
      Tensor ids = scope.zeros(ElementType.I32, 5);
      Tensor copy = scope.zeros(ElementType.I32, 5);
      int[] values = {-1, 0, 7, Integer.MAX_VALUE, Integer.MIN_VALUE};
      backend.write(values, ids);
      backend.copy(ids, copy);
      assertArrayEquals(values, backend.toInts(copy));
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, 1", "F32, 17", "F32, 100003", "F64, 1", "F64, 9", "F64, 100003"})
  void vectors(ElementType type, int n) {
    double[] x = normal(n);
    double[] y = normal(n);
    check(
        "elementwise",
        type,
        run -> {
          Tensor sum = run.in(1, n);
          Tensor scaled = run.in(0, n);
          run.backend().axpy(-0.75, run.in(0, n), sum);
          run.backend().scale(1.25, scaled);
          return List.of(sum, scaled);
        },
        x,
        y);
    check(
        "sums",
        type,
        run -> {
          Tensor results = run.scope().zeros(ElementType.F64, 2);
          Tensor added = run.scope().zeros(ElementType.F64, 1);
          double dot = run.backend().dot(run.in(0, n), run.in(1, n));
          double squares = run.backend().sumOfSquares(run.in(0, n));
          run.backend().write(new double[] {dot, squares}, results);
          run.backend().write(new double[] {3}, added);
          run.backend().addDot(-0.75, run.in(0, n), run.in(1, n), added);
          assertEquals(3 + -0.75 * dot, run.backend().toDoubles(added)[0]);
          return List.of(results, added);
        },
        x,
        y);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void firstNonFiniteIsFound(ElementType type) {
    try (TensorScope scope = backend.newScope()) {
      Tensor x = scope.zeros(type, 100_003);
      assertEquals(-1, backend.firstNonFinite(x));
      for (int at : new int[] {100_002, 70_001, 33, 0}) {
        double[] values = new double[100_003];
        values[at] = at % 2 == 0 ? Double.NaN : Double.NEGATIVE_INFINITY;
        values[100_002] = Double.POSITIVE_INFINITY;
        backend.write(values, x);
        assertEquals(at, backend.firstNonFinite(x));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 7", "7, 33", "5, 1001"})
  void argmaxIsTheFirstOfEquals(int rows, int cols) {
    double[] x = normal((long) rows * cols);
    for (int r = 0; r < rows; r++) {
      x[r * cols + (r * 31) % cols] = 9;
      x[r * cols + cols - 1] = 9;
    }
    check(
        "exact",
        run -> {
          Tensor indices = run.ids(new int[rows]);
          run.backend().argmaxRows(run.in(0, rows, cols), indices);
          return List.of(indices);
        },
        x);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "3, 7, 5",
    "17, 33, 65",
    "65, 1, 129",
    "1, 130, 1001",
    "129, 67, 7",
    "257, 130, 1030"
  })
  void gemm(int m, int n, int k) {
    for (Transpose ta : Transpose.values()) {
      for (Transpose tb : Transpose.values()) {
        for (ElementType type : List.of(ElementType.F32, ElementType.F64)) {
          gemm(type, ta, tb, m, n, k, 0);
          gemm(type, ta, tb, m, n, k, 0.5);
        }
      }
    }
  }

  private void gemm(
      ElementType type, Transpose ta, Transpose tb, int m, int n, int k, double beta) {
    check(
        "gemm",
        type,
        run -> {
          Tensor a = ta == Transpose.NO ? run.in(0, m, k) : run.in(0, k, m);
          Tensor b = tb == Transpose.NO ? run.in(1, k, n) : run.in(1, n, k);
          Tensor c = beta == 0 ? run.out(m, n) : run.in(2, m, n);
          run.backend().gemm(ta, tb, -1.5, a, b, beta, c);
          return List.of(c);
        },
        normal((long) m * k),
        normal((long) k * n),
        normal((long) m * n));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void productsOfNoTermsScaleWhatIsThere(ElementType type) {
    double[] before = {1, -2, 3, -4, 5, -6, 7, -8, 9};
    try (TensorScope scope = backend.newScope()) {
      for (double beta : new double[] {0, 0.5, 1}) {
        double[] there = Arrays.stream(before).map(x -> beta == 0 ? Double.NaN : x).toArray();
        double[] product = Arrays.stream(before).map(x -> beta * x).toArray();
        for (Transpose ta : Transpose.values()) {
          Tensor a = ta == Transpose.NO ? scope.zeros(type, 3, 0) : scope.zeros(type, 0, 3);
          Tensor b = scope.zeros(type, 0, 3);
          Tensor c = tensor(scope, type, there, 3, 3);
          backend.gemm(ta, Transpose.NO, 2, a, b, beta, c);
          assertWithin("A·B", product, backend.toDoubles(c), 0);
          Tensor gram = tensor(scope, ElementType.F64, there, 3, 3);
          backend.syrk(ta, a, beta, gram);
          double[] lower = product.clone();
          for (int above : new int[] {1, 2, 5}) {
            lower[above] = there[above];
          }
          assertWithin("A·Aᵀ", lower, backend.toDoubles(gram), 0);
        }
      }
      Tensor none = scope.zeros(type, 0, 3);
      Tensor square = scope.zeros(type, 3, 3);
      backend.gemm(Transpose.NO, Transpose.NO, 1, none, square, 0, none);
      backend.syrk(Transpose.NO, none, 0, scope.zeros(ElementType.F64, 0, 0));
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, 1, 1", "F32, 65, 33", "F32, 33, 1030", "F64, 17, 7", "F64, 7, 1030"})
  void syrkTouchesTheLowerTriangleOnly(ElementType type, int m, int k) {
    for (Transpose transpose : Transpose.values()) {
      int n = transpose == Transpose.NO ? m : k;
      check(
          "sums",
          ElementType.F64,
          run -> {
            // F32 inputs are widened: the result is as exact as for F64 ones. The oracle takes F64,
            // where perturbations of that size are not rounded away.
            boolean isOracle = run.backend().real() == ElementType.F64;
            Tensor a = run.scope().zeros(isOracle ? ElementType.F64 : type, m, k);
            run.backend().write(run.inputs().get(0), a);
            Tensor c = run.in(1, n, n);
            run.backend().syrk(transpose, a, 0.5, c);
            return List.of(c);
          },
          normal((long) m * k),
          normal((long) n * n));
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, 1", "F32, 7", "F32, 65", "F64, 3", "F64, 33", "F64, 65"})
  void symmetricEigenproblem(ElementType type, int n) {
    double[] a = normal((long) n * n);
    double tolerance = LAPACK_FACTOR * n * epsilon(type) * norm(a);
    double[] want = ReferenceLinearAlgebra.jacobiEigen(a, n).values();
    try (TensorScope scope = backend.newScope()) {
      Tensor values = scope.zeros(type, n);
      Tensor vectors = tensor(scope, type, a, n, n);
      backend.symmetricEigenvalues(tensor(scope, type, a, n, n), values);
      assertWithin("eigenvalues", want, backend.toDoubles(values), tolerance);
      backend.symmetricEigenvectors(vectors, values);
      double[] lambda = backend.toDoubles(values);
      double[] v = backend.toDoubles(vectors);
      assertWithin("eigenvalues", want, lambda, tolerance);
      assertOrthonormalRows(v, n, n, type);
      double[] vt = ReferenceLinearAlgebra.transposed(v, n, n);
      double[] back = ReferenceLinearAlgebra.product(scaleColumns(vt, lambda), v, n, n, n);
      assertWithin("VᵀΛV", symmetric(a, n), back, tolerance);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F32, 1, 1",
    "F32, 7, 33",
    "F32, 65, 17",
    "F64, 3, 1",
    "F64, 1, 5",
    "F64, 33, 65",
    "F64, 65, 33"
  })
  void singularValueDecomposition(ElementType type, int m, int n) {
    int k = Math.min(m, n);
    double[] a = normal((long) m * n);
    if (k > 2) {
      // Rank-deficient by a repeated row, and graded.
      System.arraycopy(a, 0, a, n, n);
      for (int j = 0; j < n; j++) {
        a[2 * n + j] = (float) (1e-3 * a[2 * n + j]);
      }
    }
    double tolerance = LAPACK_FACTOR * Math.max(m, n) * epsilon(type) * norm(a);
    double[] want = ReferenceLinearAlgebra.jacobiSvd(a, m, n).values();
    try (TensorScope scope = backend.newScope()) {
      Tensor values = scope.zeros(type, k);
      Tensor u = scope.zeros(type, m, k);
      Tensor vt = scope.zeros(type, k, n);
      backend.singularValues(tensor(scope, type, a, m, n), values);
      assertWithin("singular values", want, backend.toDoubles(values), tolerance);
      backend.svd(tensor(scope, type, a, m, n), u, values, vt);
      double[] sigma = backend.toDoubles(values);
      assertWithin("singular values", want, sigma, tolerance);
      assertOrthonormalRows(backend.toDoubles(vt), k, n, type);
      double[] left = backend.toDoubles(u);
      assertOrthonormalRows(ReferenceLinearAlgebra.transposed(left, m, k), k, m, type);
      double[] us = scaleColumns(left, sigma);
      double[] back = ReferenceLinearAlgebra.product(us, backend.toDoubles(vt), m, k, n);
      assertWithin("UΣVᵀ", a, back, tolerance);
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, 1, 1", "F32, 33, 7", "F32, 65, 65", "F64, 7, 3", "F64, 130, 33"})
  void qr(ElementType type, int m, int n) {
    double[] a = normal((long) m * n);
    try (TensorScope scope = backend.newScope()) {
      Tensor q = tensor(scope, type, a, m, n);
      Tensor r = scope.zeros(type, n, n);
      backend.fill(r, Double.NaN);
      backend.qr(q, r);
      double[] upper = backend.toDoubles(r);
      double[] columns = backend.toDoubles(q);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
          assertEquals(0, upper[i * n + j], "R is upper triangular");
        }
      }
      assertOrthonormalRows(ReferenceLinearAlgebra.transposed(columns, m, n), n, m, type);
      double[] back = ReferenceLinearAlgebra.product(columns, upper, m, n, n);
      assertWithin("QR", a, back, LAPACK_FACTOR * m * epsilon(type) * norm(a));
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, 1, 1", "F32, 33, 7", "F64, 7, 3", "F64, 65, 130"})
  void cholesky(ElementType type, int n, int k) {
    double[] half = normal((long) n * n);
    double[] a =
        ReferenceLinearAlgebra.product(
            half, ReferenceLinearAlgebra.transposed(half, n, n), n, n, n);
    for (int i = 0; i < n * n; i++) {
      a[i] = (float) (a[i] / n + (i % (n + 1) == 0 ? 1 : 0));
    }
    double[] b = normal((long) n * k);
    double tolerance = LAPACK_FACTOR * n * epsilon(type) * norm(a);
    try (TensorScope scope = backend.newScope()) {
      Tensor l = tensor(scope, type, a, n, n);
      Tensor x = tensor(scope, type, b, n, k);
      backend.cholesky(l);
      backend.choleskySolve(l, x);
      double[] lower = backend.toDoubles(l);
      for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++) {
          assertEquals(0, lower[i * n + j], "L is lower triangular");
        }
      }
      double[] upper = ReferenceLinearAlgebra.transposed(lower, n, n);
      assertWithin("LLᵀ", a, ReferenceLinearAlgebra.product(lower, upper, n, n, n), tolerance);
      double[] solution = backend.toDoubles(x);
      double[] back = ReferenceLinearAlgebra.product(a, solution, n, n, k);
      assertWithin("AX", b, back, tolerance * Math.max(1, norm(solution)));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void matricesWithoutRowsOrColumnsHaveNothingToDecompose(ElementType type) {
    try (TensorScope scope = backend.newScope()) {
      Tensor empty = scope.zeros(type, 0, 0);
      Tensor none = scope.zeros(type, 0);
      Tensor wide = scope.zeros(type, 0, 3);
      Tensor tall = scope.zeros(type, 3, 0);
      backend.symmetricEigenvalues(empty, none);
      backend.symmetricEigenvectors(empty, none);
      backend.singularValues(wide, none);
      backend.svd(tall, scope.zeros(type, 3, 0), none, empty);
      backend.qr(tall, empty);
      backend.cholesky(empty);
      backend.choleskySolve(empty, wide);
      backend.choleskySolve(tensor(scope, type, new double[] {1}, 1, 1), scope.zeros(type, 1, 0));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void aMatrixThatIsNotPositiveDefiniteIsNamed(ElementType type) {
    try (TensorScope scope = backend.newScope()) {
      Tensor a = tensor(scope, type, new double[] {1, 0, 0, 2, 1, 0, 0, 0, 1}, 3, 3);
      var thrown = assertThrows(RuntimeException.class, () -> backend.cholesky(a));
      String message = thrown.getMessage();
      assertTrue(message.matches(".*minor.* 2 .*\\[3, 3].*"), "message: " + message);
    }
  }

  private Tensor tensor(TensorScope scope, ElementType type, double[] values, long... extents) {
    Tensor tensor = scope.zeros(type, extents);
    backend.write(values, tensor);
    return tensor;
  }

  private static void assertOrthonormalRows(double[] rows, int k, int n, ElementType type) {
    double[] gram =
        ReferenceLinearAlgebra.product(
            rows, ReferenceLinearAlgebra.transposed(rows, k, n), k, n, k);
    double[] identity = new double[k * k];
    for (int i = 0; i < k; i++) {
      identity[i * k + i] = 1;
    }
    assertWithin("orthonormality", identity, gram, LAPACK_FACTOR * n * epsilon(type));
  }

  private static void assertWithin(String name, double[] want, double[] got, double tolerance) {
    double[] allowed = new double[want.length];
    Arrays.fill(allowed, tolerance);
    assertClose(name, want, got, allowed);
  }

  private static double[] scaleColumns(double[] a, double[] factors) {
    double[] scaled = a.clone();
    for (int i = 0; i < a.length; i++) {
      scaled[i] *= factors[i % factors.length];
    }
    return scaled;
  }

  private static double[] symmetric(double[] lower, int n) {
    double[] a = lower.clone();
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        a[i * n + j] = a[j * n + i];
      }
    }
    return a;
  }

  private static double norm(double[] a) {
    double sum = 0;
    for (double x : a) {
      sum += x * x;
    }
    return Math.sqrt(sum);
  }

  private static double epsilon(ElementType type) {
    return type == ElementType.F32 ? 0x1p-24 : 0x1p-53;
  }
}
