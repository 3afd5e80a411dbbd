package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.MathMode;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.natives.NativeStatusException;
import dev.gatun.natives.cuda.CudaLibraries;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cuBLAS and cuSOLVER add to the contract: pieces, working memory, errors. */
class CudaLinearAlgebraIT {
  private static final long SEED = Long.getLong("gatun.seed", 20261123L);
  private static final Path LIBRARIES = FakeCuda.build();

  private final CudaSession session =
      new CudaSession(
          CudaLibraries.load(Optional.of(LIBRARIES)),
          MathMode.F32,
          AttentionKernels.GATUN,
          _ -> {});
  private final TensorScope scope = session.memory().newScope();
  private final SplittableRandom random = new SplittableRandom(SEED);

  @AfterEach
  void close() {
    scope.close();
    session.close();
  }

  private Tensor normal(ElementType type, long... extents) {
    Tensor tensor = scope.zeros(type, extents);
    float[] values = new float[(int) tensor.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    session.transfers().write(values, tensor);
    return tensor;
  }

  private double[] gram(GramProducts products, Transpose transpose, Tensor a, double beta) {
    long n = transpose == Transpose.NO ? a.rows() : a.cols();
    Tensor c = scope.zeros(ElementType.F64, n, n);
    session.transfers().write(filled(n * n), c);
    products.syrk(transpose, a, beta, c);
    return session.transfers().toDoubles(c);
  }

  private static double[] filled(long size) {
    double[] values = new double[(int) size];
    Arrays.fill(values, 0.25);
    return values;
  }

  @Test
  void gramMatricesInPiecesAreThoseInOne() {
    Tensor a = normal(ElementType.F32, 67, 131);
    // 67 · 64 elements to a piece of columns: three pieces; 64 rows of 131: two.
    var pieces = new GramProducts(session.launcher(), session.memory(), session.cublas(), 1);
    var whole = new GramProducts(session.launcher(), session.memory(), session.cublas());
    for (Transpose transpose : Transpose.values()) {
      for (double beta : new double[] {0, 0.5}) {
        assertArrayEquals(
            gram(whole, transpose, a, beta),
            gram(pieces, transpose, a, beta),
            1e-12,
            () -> transpose + ", seed " + SEED);
      }
    }
  }

  @Test
  void anOperandIsRoundedOnceUntilItIsWritten() {
    var rounded = new RoundedOperands(session.launcher(), session.memory());
    var products = new MatrixProducts(session.launcher(), session.cublas(), MathMode.BF16, rounded);
    Tensor dY = normal(ElementType.F32, 5, 9);
    Tensor x = normal(ElementType.F32, 5, 7);
    Tensor weights = normal(ElementType.F32, 9, 7);
    Tensor dWeights = scope.zeros(ElementType.F32, 9, 7);
    Tensor dX = scope.zeros(ElementType.F32, 5, 7);
    Runnable backward =
        () -> {
          products.gemm(Transpose.YES, Transpose.NO, 1, dY, x, 1, dWeights);
          products.gemm(Transpose.NO, Transpose.NO, 1, dY, weights, 0, dX);
        };
    assertEquals(3, roundings(backward));
    assertEquals(0, roundings(backward));
    session.transfers().write(new double[1], weights.slice(62, 1));
    assertEquals(1, roundings(backward));
  }

  private static long roundings(Runnable operations) {
    return FakeCuda.trace(LIBRARIES, false, operations).stream()
        .filter(call -> call.startsWith("round_"))
        .count();
  }

  /**
   * Within a block, in two, and with a block that takes the end of one and the start of the other.
   */
  @ParameterizedTest
  @CsvSource({"1, 8, 8", "16, 64, 128", "40, 72, 8", "5, 1088, 24"})
  void operandsThatAreRoundedTogetherAreThoseThatAreRoundedAlone(int rows, int left, int right) {
    Tensor dY = normal(ElementType.F32, rows, left);
    Tensor x = normal(ElementType.F32, rows, right);
    RoundedOperand first = roundedOperand();
    RoundedOperand second = roundedOperand();
    assertEquals(1, roundings(() -> first.roundWith(dY, second, x)));
    assertArrayEquals(words(roundedOperand(), dY, 1), words(first, dY, 0), "seed " + SEED);
    assertArrayEquals(words(roundedOperand(), x, 1), words(second, x, 0), "seed " + SEED);
  }

  private RoundedOperand roundedOperand() {
    return new RoundedOperand(session.launcher(), session.memory());
  }

  /** The operand, two elements to a word, which takes this many launches to round. */
  private int[] words(RoundedOperand operand, Tensor x, int launches) {
    assertEquals(launches, roundings(() -> operand.of(x, Transpose.NO)));
    return session.transfers().toInts(operand.room(x.rows(), x.cols()));
  }

  @ParameterizedTest
  @CsvSource({"9, 8", "8, 1032"})
  void operandsOfWhichOneIsPaddedAreRoundedAlone(int left, int right) {
    Tensor dY = normal(ElementType.F32, 3, left);
    Tensor x = normal(ElementType.F32, 3, right);
    assertEquals(0, roundings(() -> roundedOperand().roundWith(dY, roundedOperand(), x)));
  }

  @Test
  void errorsOfCusolverNameRoutineInfoAndShape() {
    Tensor a = scope.zeros(ElementType.F64, 2, 2);
    session.transfers().write(new double[] {1, 0, 3, 1}, a);
    var lapack =
        new Lapack(session.launcher(), session.memory(), session.cublas(), session.cusolver());
    var thrown = assertThrows(NativeStatusException.class, () -> lapack.cholesky(a));
    assertEquals("cusolverDnXpotrf", thrown.call());
    assertEquals(2, thrown.status());
    assertTrue(thrown.getMessage().contains("[a F64[2, 2]]"), thrown.getMessage());
  }

  @Test
  void workingMemoryOfCusolverIsGivenBack() {
    var lapack =
        new Lapack(session.launcher(), session.memory(), session.cublas(), session.cusolver());
    var singularValues =
        new SingularValues(session.launcher(), session.memory(), session.cusolver());
    Tensor a = normal(ElementType.F32, 65, 33);
    Tensor r = scope.zeros(ElementType.F32, 33, 33);
    Tensor sigma = scope.zeros(ElementType.F32, 33);
    long before = session.memory().memoryUse().bytes();
    lapack.qr(a, r);
    singularValues.singularValues(a, sigma);
    lapack.symmetricEigenvalues(r, sigma);
    assertEquals(before, session.memory().memoryUse().bytes());
  }

  @Test
  void equalMatricesHaveEqualDecompositionsToTheByte() {
    var singularValues =
        new SingularValues(session.launcher(), session.memory(), session.cusolver());
    double[][] u = new double[2][];
    double[][] vt = new double[2][];
    Tensor original = normal(ElementType.F64, 40, 23);
    double[] values = session.transfers().toDoubles(original);
    for (int i = 0; i < 2; i++) {
      Tensor a = scope.zeros(ElementType.F64, 40, 23);
      Tensor left = scope.zeros(ElementType.F64, 40, 23);
      Tensor right = scope.zeros(ElementType.F64, 23, 23);
      session.transfers().write(values, a);
      singularValues.svd(a, left, scope.zeros(ElementType.F64, 23), right);
      u[i] = session.transfers().toDoubles(left);
      vt[i] = session.transfers().toDoubles(right);
    }
    assertArrayEquals(u[0], u[1]);
    assertArrayEquals(vt[0], vt[1]);
  }

  @Test
  void transpositionMovesEveryElementOfMatricesAtTileEdges() {
    var transposition = new Transposition(session.launcher());
    for (ElementType type : new ElementType[] {ElementType.F32, ElementType.F64}) {
      for (int[] extents : new int[][] {{1, 1}, {31, 33}, {32, 64}, {65, 1}, {3, 100}}) {
        int rows = extents[0];
        int cols = extents[1];
        Tensor from = normal(type, rows, cols);
        Tensor to = scope.zeros(type, cols, rows);
        transposition.transpose(from, to);
        double[] x = session.transfers().toDoubles(from);
        double[] y = session.transfers().toDoubles(to);
        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < cols; j++) {
            assertEquals(x[i * cols + j], y[j * rows + i], type + " " + from.shape());
          }
        }
      }
    }
  }
}
