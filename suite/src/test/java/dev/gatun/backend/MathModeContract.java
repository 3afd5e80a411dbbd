package dev.gatun.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a device that has math modes must do in each: {@link MathMode}. A subclass per device says
 * how to open it.
 */
public abstract class MathModeContract {
  private static final double F32_ROUNDING = 0x1p-24;

  /** Elements by which operands start behind a multiple of 16 bytes. */
  private static final int UNALIGNED = 1;

  private static final String SEEDED = "-Dgatun.seed=" + ContractSupport.SEED;

  private final Tolerances tolerances = new Tolerances();
  private final SplittableRandom random = new SplittableRandom(ContractSupport.SEED);

  /** Opens the device under test in a mode. */
  protected abstract Backend open(MathMode math);

  /** A product and its operands, row-major. */
  private record Product(
      Transpose ta, Transpose tb, int m, int n, int k, double[] a, double[] b, double[] c) {
    double a(int i, int l) {
      return ta == Transpose.NO ? a[i * k + l] : a[l * m + i];
    }

    double b(int l, int j) {
      return tb == Transpose.NO ? b[l * n + j] : b[j * k + l];
    }

    /** The largest error of an element of C, relative to Σ|a·b|. */
    double largestError() {
      double largest = 0;
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double sum = 0;
          double size = 0;
          for (int l = 0; l < k; l++) {
            sum += a(i, l) * b(l, j);
            size += Math.abs(a(i, l) * b(l, j));
          }
          largest = Math.max(largest, Math.abs(c[i * n + j] - sum) / size);
        }
      }
      return largest;
    }
  }

  private static Product multiply(
      Backend backend,
      ElementType type,
      Transpose ta,
      Transpose tb,
      int m,
      int n,
      int k,
      double[] a,
      double[] b,
      int offset) {
    try (TensorScope scope = backend.newScope()) {
      Tensor left = scope.zeros(type, (long) m * k + offset).slice(offset, (long) m * k);
      Tensor right = scope.zeros(type, (long) k * n + offset).slice(offset, (long) k * n);
      backend.write(a, left);
      backend.write(b, right);
      Tensor c = scope.zeros(type, m, n);
      backend.gemm(
          ta,
          tb,
          1,
          ta == Transpose.NO ? left.reshape(m, k) : left.reshape(k, m),
          tb == Transpose.NO ? right.reshape(k, n) : right.reshape(n, k),
          0,
          c);
      return new Product(ta, tb, m, n, k, a, b, backend.toDoubles(c));
    }
  }

  private Product multiply(
      MathMode math, ElementType type, int m, int n, int k, double[] a, double[] b) {
    try (Backend backend = open(math)) {
      return multiply(backend, type, Transpose.NO, Transpose.NO, m, n, k, a, b, UNALIGNED);
    }
  }

  /** The most that a mode may change a product of k terms, relative to Σ|a·b|. */
  private double allowed(MathMode math, int k) {
    double change = math.operandChange();
    double worst = (1 + change) * (1 + change) - 1;
    double factor = math == MathMode.F32 ? 0 : tolerances.number(math.label(), "factor");
    // Adding up errs as in F32, with the factor that "sums" has there.
    return factor * worst + tolerances.number("sums", "factor") * F32_ROUNDING * Math.sqrt(k);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "3, 7, 5", "17, 33, 65", "65, 1, 129", "129, 67, 7", "64, 72, 80"})
  void productsErrByNoMoreThanOperandsRoundedAsTheModeSays(int m, int n, int k) {
    for (MathMode math : MathMode.values()) {
      try (Backend backend = open(math)) {
        for (Transpose ta : Transpose.values()) {
          for (Transpose tb : Transpose.values()) {
            var product =
                multiply(
                    backend,
                    ElementType.F32,
                    ta,
                    tb,
                    m,
                    n,
                    k,
                    normal(m * k),
                    normal(k * n),
                    UNALIGNED);
            double error = product.largestError();
            assertTrue(
                error <= allowed(math, k),
                () ->
                    "%s %s %s errs by %.3g of Σ|a·b|, allowed %.3g; %s"
                        .formatted(math, ta, tb, error, allowed(math, k), SEEDED));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TF32", "BF16"})
  void singleTermsErrNearlyAsMuchAsTheirMantissasAllow(MathMode math) {
    // Extents that tensor cores like; all terms but one of each sum are zero.
    int n = 256;
    int k = 16;
    double[] a = new double[n * k];
    double[] b = new double[k * n];
    System.arraycopy(normal(n), 0, b, 0, n);
    double[] column = normal(n);
    for (int i = 0; i < n; i++) {
      a[i * k] = column[i];
    }
    double share;
    try (Backend backend = open(math)) {
      // Aligned, as cuBLAS may multiply operands that are not without tensor cores, and more
      // exactly.
      var product =
          multiply(backend, ElementType.F32, Transpose.NO, Transpose.NO, n, n, k, a, b, 0);
      share = product.largestError() / allowed(math, 1);
    }
    double least = tolerances.number(math.label(), "least");
    assertTrue(
        share > least && share <= 1,
        () ->
            "%s errs by %.3g of what it may, expected more than %s; %s"
                .formatted(math, share, least, SEEDED));
  }

  @ParameterizedTest
  @EnumSource
  void valuesWithFewBitsAreMultipliedExactly(MathMode math) {
    int n = 33;
    double[] a = small(n * n);
    double[] b = small(n * n);
    var product = multiply(math, ElementType.F32, n, n, n, a, b);
    assertEquals(0, product.largestError(), math + " " + SEEDED);
  }

  @ParameterizedTest
  @EnumSource
  void productsInF64AreTheSameInEveryMode(MathMode math) {
    int n = 17;
    double[] a = normal(n * n);
    double[] b = normal(n * n);
    assertArrayEquals(
        multiply(MathMode.F32, ElementType.F64, n, n, n, a, b).c(),
        multiply(math, ElementType.F64, n, n, n, a, b).c());
  }

  @ParameterizedTest
  @EnumSource
  void valuesThatAreNoNumbersStayWhatTheyAre(MathMode math) {
    double largest = Float.MAX_VALUE;
    double[] a = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, largest};
    double[] c = multiply(math, ElementType.F32, 5, 1, 1, a, new double[] {1}).c();
    assertTrue(Double.isNaN(c[0]));
    assertEquals(Double.POSITIVE_INFINITY, c[1]);
    assertEquals(Double.NEGATIVE_INFINITY, c[2]);
    assertEquals(0, c[3]);
    assertTrue(c[4] >= largest * (1 - 0x1p-10), math + " made " + c[4] + " of the largest F32");
  }

  @Test
  void recordedProductsRoundWhatTheirOperandsHoldThen() {
    for (MathMode math : MathMode.values()) {
      try (Backend backend = open(math);
          TensorScope scope = backend.newScope()) {
        Tensor a = scope.zeros(ElementType.F32, 7, 9);
        Tensor c = scope.zeros(ElementType.F32, 7, 7);
        Runnable gram = () -> backend.gemm(Transpose.NO, Transpose.YES, 1, a, a, 0, c);
        gram.run();
        try (Recording recording = backend.record(gram)) {
          for (int i = 0; i < 2; i++) {
            backend.write(normal(7 * 9), a);
            recording.run();
            double[] recorded = backend.toDoubles(c);
            gram.run();
            assertArrayEquals(backend.toDoubles(c), recorded, math + " " + SEEDED);
          }
        }
      }
    }
  }

  /** Both of equal rows; 37 and more are rows that start anywhere, and 8,195 and more are long. */
  @ParameterizedTest
  @CsvSource({"F32, 37", "TF32, 37", "BF16, 37", "BF16, 64", "BF16, 8195", "BF16, 60007"})
  void aLogitGradientThatIsAnOperandHasTheProductsOfOneThatIsWritten(MathMode math, int classes) {
    int rows = 4;
    int width = 3;
    double[] logits = normal(rows * classes);
    double[] weights = normal(classes * width);
    double[] hidden = normal(rows * width);
    try (Backend backend = open(math);
        TensorScope scope = backend.newScope()) {
      Tensor g = scope.zeros(ElementType.F32, rows, classes);
      Tensor w = scope.zeros(ElementType.F32, classes, width);
      Tensor h = scope.zeros(ElementType.F32, rows, width);
      Tensor targets = scope.zeros(ElementType.I32, rows);
      backend.write(weights, w);
      backend.write(hidden, h);
      backend.write(new int[] {classes - 1, -1, 0, classes / 2}, targets);
      double[][] results = new double[2][];
      for (int i = 0; i < 2; i++) {
        Tensor losses = scope.zeros(ElementType.F32, rows);
        Tensor dHidden = scope.zeros(ElementType.F32, rows, width);
        Tensor dWeights = scope.zeros(ElementType.F32, classes, width);
        backend.write(logits, g);
        if (i == 0) {
          backend.crossEntropy(g, targets, 0.25, losses);
        } else {
          backend.crossEntropyOperand(g, targets, 0.25, losses);
        }
        backend.gemm(Transpose.NO, Transpose.NO, 1, g, w, 0, dHidden);
        backend.gemm(Transpose.YES, Transpose.NO, 1, g, h, 1, dWeights);
        results[i] =
            Stream.of(losses, dHidden, dWeights)
                .flatMapToDouble(x -> Arrays.stream(backend.toDoubles(x)))
                .toArray();
      }
      assertArrayEquals(results[0], results[1], math + " " + SEEDED);
    }
  }

  /** How the matrix on the left that changes is allocated. */
  enum Left {
    /** As any tensor, with rows that start anywhere. */
    PLAIN(7),
    /** As weights, which a device may keep a second time. */
    WEIGHTS(16);

    private final int size;

    Left(int size) {
      this.size = size;
    }
  }

  /** Square matrices that a product is made of twice, with something happening in between. */
  private final class Twice {
    final Backend backend;
    final TensorScope scope;
    final int size;
    final Tensor a;
    final Tensor b;
    final Tensor first;
    final Tensor second;
    final Tensor copied;

    Twice(Backend backend, TensorScope scope, Left left) {
      this.backend = backend;
      this.scope = scope;
      size = left.size;
      a = left == Left.WEIGHTS ? scope.weights(ElementType.F32, size, size) : square();
      b = square();
      first = square();
      second = square();
      copied = square();
      backend.write(values(), b);
    }

    Tensor square() {
      return scope.zeros(ElementType.F32, size, size);
    }

    double[] values() {
      return normal(size * size);
    }

    void product() {
      backend.gemm(Transpose.NO, Transpose.YES, 1, a, b, 0, first);
    }

    /** Both products see what the operands hold then, as the product with a copy shows. */
    void checkAfter(String name, Runnable change) {
      backend.write(values(), a);
      product();
      change.run();
      backend.gemm(Transpose.NO, Transpose.YES, 1, a, b, 0, second);
      double[] before = backend.toDoubles(first);
      double[] after = backend.toDoubles(second);
      Tensor other = square();
      backend.copy(a, other);
      backend.gemm(Transpose.NO, Transpose.YES, 1, other, b, 0, copied);
      assertArrayEquals(backend.toDoubles(copied), after, name + " " + SEEDED);
      assertFalse(Arrays.equals(before, after), name + " changes the product; " + SEEDED);
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, PLAIN", "TF32, PLAIN", "BF16, PLAIN", "F32, WEIGHTS", "BF16, WEIGHTS"})
  void productsInARowSeeWhatWasWrittenInBetween(MathMode math, Left left) {
    try (Backend backend = open(math);
        TensorScope scope = backend.newScope()) {
      var twice = new Twice(backend, scope, left);
      Tensor a = twice.a;
      Tensor b = twice.b;
      twice.checkAfter("write", () -> backend.write(twice.values(), a));
      twice.checkAfter("fill", () -> backend.fill(a, 2));
      twice.checkAfter("scale", () -> backend.scale(-1, a));
      twice.checkAfter("axpy", () -> backend.axpy(1, b, a));
      twice.checkAfter("copy", () -> backend.copy(b, a));
      twice.checkAfter("elementwise", () -> backend.elementwise(Elementwise.GELU_TANH, b, a));
      twice.checkAfter("qr", () -> backend.qr(a, twice.copied));
      twice.checkAfter("gemm", () -> backend.gemm(Transpose.NO, Transpose.NO, 1, b, b, 1, a));
      Tensor row = a.rows(twice.size - 1, 1);
      twice.checkAfter(
          "gemm into a part",
          () -> backend.gemm(Transpose.NO, Transpose.NO, 1, b.rows(0, 1), b, 1, row));
      var constants = new AdamWConstants(0.9, 0.95, 1e-8, 0.1);
      Tensor step = scope.zeros(ElementType.F64, StepNumbers.SIZE);
      backend.write(new StepNumbers(1, 0.1, 1).values(), step);
      Tensor m = twice.square();
      Tensor v = twice.square();
      Runnable adamW = () -> backend.adamW(constants, step, a, b, m, v);
      twice.checkAfter("adamW", adamW);
      Runnable part =
          () -> backend.adamW(constants, step, row, b.rows(0, 1), m.rows(0, 1), v.rows(0, 1));
      twice.checkAfter("adamW of a part", part);
      twice.checkAfter(
          "adamW of a part after another write",
          () -> {
            backend.scale(-1, a);
            part.run();
          });
      for (Runnable change : List.of(() -> backend.scale(0.5, a), adamW, part)) {
        try (Recording recording = backend.record(change)) {
          twice.checkAfter("a recording", recording::run);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, PLAIN", "TF32, PLAIN", "BF16, PLAIN", "F32, WEIGHTS", "BF16, WEIGHTS"})
  void productsAroundARecordingAreOfTheirOwn(MathMode math, Left left) {
    try (Backend backend = open(math);
        TensorScope scope = backend.newScope()) {
      var twice = new Twice(backend, scope, left);
      backend.write(twice.values(), twice.a);
      twice.product();
      double[] want = backend.toDoubles(twice.first);
      backend.scale(2, twice.a);
      try (Recording recording = backend.record(twice::product)) {
        // What is recorded has not been computed: the next product may not rely on it.
        twice.product();
        double[] doubled = Arrays.stream(want).map(x -> 2 * x).toArray();
        assertArrayEquals(doubled, backend.toDoubles(twice.first), math + " " + SEEDED);
        recording.run();
        assertArrayEquals(doubled, backend.toDoubles(twice.first), math + " " + SEEDED);
        backend.scale(0.5, twice.a);
        recording.run();
        assertArrayEquals(want, backend.toDoubles(twice.first), math + " " + SEEDED);
      }
    }
  }

  @Test
  void theDeviceSaysItsMode() {
    for (MathMode math : MathMode.values()) {
      try (Backend backend = open(math)) {
        assertEquals(math.label(), backend.device().mathMode());
      }
    }
  }

  /** Integers below 2⁷, which every mode keeps; their sums stay below 2²⁴. */
  private double[] small(int size) {
    return random.ints(size, -127, 128).asDoubleStream().toArray();
  }

  private double[] normal(int size) {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
