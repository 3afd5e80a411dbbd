package dev.gatun.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.OutOfDeviceMemoryException;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.bindings.openblas.OpenBlas;
import dev.gatun.natives.NativeStatusException;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the CPU adds to the contract: its own reduction to a band, the fallback, memory. */
class LapackTest {
  private static final long SEED = 11;
  private static final double EPSILON = 0x1p-52;

  private final Backend backend = CpuBackend.open(4);
  private final TensorScope scope = backend.newScope();
  private final SplittableRandom random = new SplittableRandom(SEED);

  @AfterEach
  void close() {
    scope.close();
    backend.close();
  }

  private double[] gaussians(int count, double scale) {
    return random.doubles(count).map(x -> scale * (2 * x - 1)).toArray();
  }

  private Tensor tensor(double[] values, long... extents) {
    Tensor tensor = scope.zeros(ElementType.F64, extents);
    backend.write(values, tensor);
    return tensor;
  }

  /** Eigenvalues by this class's own path and, with vectors, by LAPACK's dsyevd. */
  private void assertEigenvaluesAreDsyevds(double[] values, int n) {
    Tensor own = scope.zeros(ElementType.F64, n);
    backend.symmetricEigenvalues(tensor(values, n, n), own);
    double[] want = eigenvaluesByDsyevd(values, n);
    assertArrayEquals(want, backend.toDoubles(own), n * EPSILON * norm(want), "seed " + SEED);
  }

  private double[] eigenvaluesByDsyevd(double[] values, int n) {
    Tensor eigenvalues = scope.zeros(ElementType.F64, n);
    backend.symmetricEigenvectors(tensor(values, n, n), eigenvalues);
    return backend.toDoubles(eigenvalues);
  }

  private static double norm(double[] eigenvalues) {
    return Math.max(Math.abs(eigenvalues[0]), Math.abs(eigenvalues[eigenvalues.length - 1]));
  }

  @ParameterizedTest
  @CsvSource({"512, 1", "577, 1", "700, 1e150", "640, 1e-160", "1025, 1"})
  void eigenvaluesOfRandomSymmetricMatrixAreThoseOfDsyevd(int n, double scale) {
    assertEigenvaluesAreDsyevds(gaussians(n * n, scale), n);
  }

  /** Both widths, at sizes whose last panel is whole, partial or a single row. */
  @ParameterizedTest
  @CsvSource({"32, 192", "32, 193", "32, 200", "64, 256", "64, 257", "64, 300", "64, 577"})
  void aBandHasTheEigenvaluesOfItsMatrix(int width, int n) {
    double[] x = gaussians(n * n, 1);
    double[] values = new double[n * n];
    for (int i = 0; i < n * n; i++) {
      values[i] = x[Math.max(i / n, i % n) * n + Math.min(i / n, i % n)];
    }
    Tensor band = band(n, width);
    try (var pool = new WorkerPool(3)) {
      MemorySegment a = tensor(values, n, n).memory();
      BandReduction.reduce(pool, new HostMemory(), n, width, a, band.memory());
    }
    double[] whole = whole(band, n, width);
    double[] want = eigenvaluesByDsyevd(values, n);
    assertArrayEquals(want, eigenvaluesByDsyevd(whole, n), n * EPSILON * norm(want));
  }

  private Tensor band(int n, int width) {
    return scope.zeros(ElementType.F64, BulgeChase.columns(n, width), BulgeChase.rows(width));
  }

  /** Both triangles of the matrix that a band stands for. */
  private double[] whole(Tensor band, int n, int width) {
    double[] columns = backend.toDoubles(band);
    double[] whole = new double[n * n];
    for (int col = 0; col < n; col++) {
      for (int row = col; row < Math.min(n, col + width + 1); row++) {
        double element = columns[col * BulgeChase.rows(width) + row - col];
        whole[row * n + col] = element;
        whole[col * n + row] = element;
      }
    }
    return whole;
  }

  /** Orders below, at and beyond whole blocks and groups of sweeps; each element counts. */
  @ParameterizedTest
  @CsvSource({
    "8, 1, 1",
    "8, 2, 1",
    "8, 3, 1",
    "8, 9, 1",
    "8, 10, 1",
    "8, 64, 1",
    "16, 100, 1",
    "32, 31, 1",
    "32, 33, 1",
    "32, 257, 1",
    "64, 300, 1",
    "32, 200, 1e120",
    "32, 200, 1e-120"
  })
  void aTridiagonalMatrixHasTheEigenvaluesOfItsBand(int width, int n, double scale) {
    Tensor band = band(n, width);
    for (int col = 0; col < n; col++) {
      for (int row = col; row < Math.min(n, col + width + 1); row++) {
        long at = (long) col * BulgeChase.rows(width) + row - col;
        band.memory().setAtIndex(JAVA_DOUBLE, at, scale * (random.nextDouble() - 0.5));
      }
    }
    double[] want = eigenvaluesByDsyevd(whole(band, n, width), n);
    byte[][] bits = new byte[2][];
    double[] got = new double[n];
    for (int together = 0; together < 2; together++) {
      Tensor copy = band(n, width);
      backend.copy(band, copy);
      Tensor diagonal = scope.zeros(ElementType.F64, n);
      Tensor offDiagonal = scope.zeros(ElementType.F64, n);
      int sweeps = together == 0 ? 1 : BulgeChase.SWEEPS;
      BulgeChase.run(
          new HostMemory(),
          n,
          width,
          sweeps,
          copy.memory(),
          diagonal.memory(),
          offDiagonal.memory());
      bits[together] = offDiagonal.memory().toArray(JAVA_BYTE);
      OpenBlas.LAPACKE_dsterf(n, diagonal.memory(), offDiagonal.memory());
      got = backend.toDoubles(diagonal);
    }
    assertArrayEquals(bits[0], bits[1], "sweeps one by one and together");
    assertArrayEquals(want, got, n * EPSILON * norm(want), "seed " + SEED);
  }

  @Test
  void eigenvaluesOfAnIllConditionedGramMatrixAreThoseOfDsyevd() {
    int n = 530;
    double[] a = gaussians(n * 700, 1);
    for (int i = 0; i < a.length; i++) {
      a[i] *= Math.pow(10, -8.0 * (i / 700) / n);
    }
    Tensor gram = scope.zeros(ElementType.F64, n, n);
    backend.syrk(Transpose.NO, tensor(a, n, 700), 0, gram);
    assertEigenvaluesAreDsyevds(backend.toDoubles(gram), n);
  }

  @Test
  void eigenvaluesOfDiagonalZeroAndBlockMatricesAreThoseOfDsyevd() {
    int n = 600;
    double[] diagonal = new double[n * n];
    double[] blocks = new double[n * n];
    for (int i = 0; i < n; i++) {
      diagonal[i * n + i] = i % 7 - 3;
      for (int j = i / 50 * 50; j <= i; j++) {
        blocks[i * n + j] = random.nextDouble();
      }
    }
    assertEigenvaluesAreDsyevds(diagonal, n);
    assertEigenvaluesAreDsyevds(blocks, n);
    assertEigenvaluesAreDsyevds(new double[n * n], n);
  }

  @Test
  void eigenvaluesInF32AreTheF64OnesRounded() {
    int n = 520;
    float[] values = new float[n * n];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble();
    }
    Tensor single = scope.zeros(ElementType.F32, n, n);
    Tensor twice = scope.zeros(ElementType.F64, n, n);
    backend.write(values, single);
    backend.write(values, twice);
    Tensor narrow = scope.zeros(ElementType.F32, n);
    Tensor wide = scope.zeros(ElementType.F64, n);
    backend.symmetricEigenvalues(single, narrow);
    backend.symmetricEigenvalues(twice, wide);
    assertArrayEquals(backend.toFloats(wide), backend.toFloats(narrow));
  }

  @Test
  void notANumberInTheMatrixIsNamed() {
    double[] values = new double[600 * 600];
    values[300 * 600 + 7] = Double.NaN;
    Tensor a = tensor(values, 600, 600);
    Tensor eigenvalues = scope.zeros(ElementType.F64, 600);
    var thrown =
        assertThrows(
            IllegalArgumentException.class, () -> backend.symmetricEigenvalues(a, eigenvalues));
    assertTrue(thrown.getMessage().contains("NaN"), thrown.getMessage());
  }

  /** A routine that spoils its input and says that it did not converge. */
  private record Diverging(String name) implements SvdRoutine {
    @Override
    public int decompose(
        ElementType type,
        boolean values,
        int m,
        int n,
        MemorySegment a,
        MemorySegment sigma,
        MemorySegment u,
        MemorySegment vt) {
      a.fill((byte) 77);
      return 3;
    }
  }

  @ParameterizedTest
  @CsvSource({"30, 50", "50, 30"})
  void whenGesddFailsGesvdGivesTheSameAndIsCounted(int m, int n) {
    var memory = new HostMemory();
    try (var pool = new WorkerPool(2, memory)) {
      var failing = new SingularValues(pool, memory, new Diverging("gesdd"), SvdRoutine.GESVD);
      Tensor a = tensor(gaussians(m * n, 1), m, n);
      Tensor got = scope.zeros(ElementType.F64, 30);
      Tensor want = scope.zeros(ElementType.F64, 30);
      Tensor u = scope.zeros(ElementType.F64, m, 30);
      Tensor vt = scope.zeros(ElementType.F64, 30, n);
      failing.svd(a, u, got, vt);
      assertEquals(1, failing.fallbacks());
      failing.singularValues(a, got);
      assertEquals(2, failing.fallbacks());
      backend.singularValues(a, want);
      assertArrayEquals(backend.toDoubles(want), backend.toDoubles(got), 1e-12);
      assertEquals(Map.of(), backend.device().events());
    }
  }

  @Test
  void whenBothFailTheExceptionNamesTheRoutineAndTheShapes() {
    var memory = new HostMemory();
    try (var pool = new WorkerPool(1, memory)) {
      var failing =
          new SingularValues(pool, memory, new Diverging("gesdd"), new Diverging("gesvd"));
      Tensor a = tensor(gaussians(12, 1), 3, 4);
      Tensor sigma = scope.zeros(ElementType.F64, 3);
      var thrown =
          assertThrows(NativeStatusException.class, () -> failing.singularValues(a, sigma));
      assertTrue(thrown.getMessage().contains("LAPACKE_dgesvd"), thrown.getMessage());
      assertTrue(thrown.getMessage().contains("[3, 4]"), thrown.getMessage());
    }
  }

  @Test
  void aSumOfNoTermsLeavesBetaTimesC() {
    for (Transpose ta : Transpose.values()) {
      for (Transpose tb : Transpose.values()) {
        Tensor c = tensor(new double[] {1, 2, 3, 4}, 2, 2);
        Tensor a = ta == Transpose.NO ? tensor(new double[0], 2, 0) : tensor(new double[0], 0, 2);
        Tensor b = tb == Transpose.NO ? tensor(new double[0], 0, 2) : tensor(new double[0], 2, 0);
        backend.gemm(ta, tb, 1, a, b, 0.5, c);
        assertArrayEquals(new double[] {0.5, 1, 1.5, 2}, backend.toDoubles(c));
      }
      Tensor c = tensor(new double[] {1, 2, 3, 4}, 2, 2);
      Tensor a = ta == Transpose.NO ? tensor(new double[0], 2, 0) : tensor(new double[0], 0, 2);
      backend.syrk(ta, a, 0.5, c);
      assertArrayEquals(new double[] {0.5, 2, 1.5, 2}, backend.toDoubles(c));
    }
  }

  @Test
  void choleskyOfAnIndefiniteMatrixNamesTheMinor() {
    Tensor a = tensor(new double[] {1, 0, 2, 1}, 2, 2);
    var thrown = assertThrows(NativeStatusException.class, () -> backend.cholesky(a));
    assertEquals(2, thrown.status());
  }

  @Test
  void memoryIsZeroedAlignedCountedAndRefusedWithTheNumbers() {
    long before = backend.memoryUse().bytes();
    try (var other = backend.newScope()) {
      Tensor large = other.zeros(ElementType.F32, 9 << 20);
      assertEquals(0, large.memory().address() % (2 << 20));
      assertTrue(Arrays.stream(backend.toDoubles(large)).allMatch(x -> x == 0));
      assertEquals(0, other.zeros(ElementType.F32, 3).memory().address() % 64);
      assertEquals(before + (36 << 20) + 12, backend.memoryUse().bytes());
      var thrown =
          assertThrows(
              OutOfDeviceMemoryException.class, () -> other.zeros(ElementType.F64, 1L << 50));
      assertTrue(thrown.getMessage().contains("8589934592.0 MiB"), thrown.getMessage());
    }
    assertEquals(before, backend.memoryUse().bytes());
  }

  @Test
  void aClosedScopeRefusesAndItsTensorsAreRefused() {
    var closed = backend.newScope();
    Tensor x = closed.zeros(ElementType.F32, 5);
    closed.close();
    closed.close();
    assertThrows(IllegalStateException.class, () -> closed.zeros(ElementType.F32, 5));
    assertThrows(IllegalStateException.class, () -> backend.scale(2, x));
  }
}
