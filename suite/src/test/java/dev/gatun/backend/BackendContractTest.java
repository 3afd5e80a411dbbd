package dev.gatun.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link Backend} must do: each operation, forward and backward, at odd shapes, against
 * the f64 oracle. A subclass per backend says how to open it.
 */
public abstract class BackendContractTest extends RowOperationsContract {

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "3, 7, 33", "5, 257, 65", "70, 1001, 300"})
  void embedding(int vocabulary, int count, int width) {
    int[] ids = ids(count, 0, vocabulary);
    check(
        "exact",
        run -> {
          Tensor out = run.out(count, width);
          run.backend().embedding(run.in(0, vocabulary, width), run.ids(ids), out);
          return List.of(out);
        },
        normal((long) vocabulary * width));
    check(
        "sums",
        run -> {
          Tensor dTable = run.in(0, vocabulary, width);
          run.backend().embeddingBackward(run.in(1, count, width), run.ids(ids), dTable);
          return List.of(dTable);
        },
        normal((long) vocabulary * width),
        normal((long) count * width));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 7", "17, 33", "1030, 65", "65, 1001"})
  void bias(int rows, int cols) {
    check(
        "sums",
        run -> {
          Tensor x = run.in(0, rows, cols);
          Tensor dBias = run.in(1, cols);
          run.backend().addBiasBackward(x, dBias);
          run.backend().addBias(run.in(1, cols), x);
          return List.of(x, dBias);
        },
        normal((long) rows * cols),
        normal(cols));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 0", "3, 7, 0", "17, 33, 100", "1030, 65, 1", "65, 1001, 0", "33, 64, 0"})
  void layerNorm(int rows, int cols, double offset) {
    double[] x = shifted(normal((long) rows * cols), offset);
    check(
        "layerNorm",
        backend.real(),
        // Deviations from the mean are differences of numbers as large as the offset.
        new double[][] {constant(rows * cols, offset)},
        run -> {
          Tensor y = run.out(rows, cols);
          Tensor mean = run.out(rows);
          Tensor rstd = run.out(rows);
          Tensor weight = run.in(1, cols);
          run.backend()
              .layerNorm(run.in(0, rows, cols), weight, run.in(2, cols), 1e-5, y, mean, rstd);
          return List.of(y, mean, rstd);
        },
        x,
        normal(cols),
        normal(cols));
    double[] mean = new double[rows];
    double[] rstd = new double[rows];
    for (int r = 0; r < rows; r++) {
      double[] row = Arrays.copyOfRange(x, r * cols, (r + 1) * cols);
      double mu = Arrays.stream(row).average().orElseThrow();
      double variance = Arrays.stream(row).map(v -> (v - mu) * (v - mu)).average().orElseThrow();
      mean[r] = (float) mu;
      rstd[r] = (float) (1 / Math.sqrt(variance + 1e-5));
    }
    layerNormBackward(rows, cols, x, mean, rstd);
  }

  private void layerNormBackward(int rows, int cols, double[] x, double[] mean, double[] rstd) {
    check(
        "layerNormBackward",
        run -> {
          Tensor dX = run.in(5, rows, cols);
          Tensor dWeight = run.in(6, cols);
          Tensor dBias = run.in(7, cols);
          run.backend()
              .layerNormBackward(
                  run.in(0, rows, cols),
                  run.in(1, rows, cols),
                  run.in(2, cols),
                  run.in(3, rows),
                  run.in(4, rows),
                  dX,
                  dWeight,
                  dBias);
          return List.of(dX, dWeight, dBias);
        },
        normal((long) rows * cols),
        x,
        normal(cols),
        mean,
        rstd,
        normal((long) rows * cols),
        normal(cols),
        normal(cols));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 7", "17, 33", "1030, 65", "65, 1001"})
  void rmsNorm(int rows, int cols) {
    double[] x = normal((long) rows * cols, 3);
    check(
        "rmsNorm",
        run -> {
          Tensor y = run.out(rows, cols);
          Tensor rstd = run.out(rows);
          run.backend().rmsNorm(run.in(0, rows, cols), run.in(1, cols), 1e-6, y, rstd);
          return List.of(y, rstd);
        },
        x,
        normal(cols));
    check(
        "rmsNormBackward",
        run -> {
          Tensor dX = run.in(4, rows, cols);
          Tensor dWeight = run.in(5, cols);
          Tensor dY = run.in(0, rows, cols);
          Tensor rstd = run.in(3, rows);
          run.backend()
              .rmsNormBackward(dY, run.in(1, rows, cols), run.in(2, cols), rstd, dX, dWeight);
          return List.of(dX, dWeight);
        },
        normal((long) rows * cols),
        x,
        normal(cols),
        shifted(normal(rows, 0.1), 0.5),
        normal((long) rows * cols),
        normal(cols));
  }

  /**
   * Rows of warps and of blocks, with columns beyond what their threads hold in registers. The sum
   * does not depend on whether there is a norm.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, true",
    "3, 7, 5, false",
    "17, 33, 8, true",
    "130, 64, 3, false",
    "3, 1001, 2, true",
    "5, 1030, 2, false",
    "2, 8200, 1, true"
  })
  void residualSumAndNorm(int rows, int cols, int inner, boolean biased) {
    for (boolean rms : new boolean[] {true, false}) {
      check(
          "residualNorm",
          run -> {
            Backend tested = run.backend();
            Tensor sum = run.out(rows, cols);
            Tensor sumAlone = run.out(rows, cols);
            Tensor y = run.out(rows, cols);
            Tensor mean = run.out(rows);
            Tensor rstd = run.out(rows);
            Function<Tensor, Residual> into =
                to ->
                    new Residual(
                        run.in(0, rows, inner),
                        run.in(1, cols, inner),
                        biased ? Optional.of(run.in(2, cols)) : Optional.empty(),
                        run.in(3, rows, cols),
                        to);
            Tensor weight = run.in(4, cols);
            tested.residualNorm(
                into.apply(sum),
                rms
                    ? new RowNorm.RootMeanSquare(weight, 1e-6, rstd)
                    : new RowNorm.Layer(weight, run.in(5, cols), 1e-5, mean, rstd),
                y);
            tested.residualSum(into.apply(sumAlone));
            assertArrayEquals(tested.toDoubles(sum), tested.toDoubles(sumAlone));
            return rms ? List.of(sum, y, rstd) : List.of(sum, y, mean, rstd);
          },
          normal((long) rows * inner),
          normal((long) cols * inner),
          normal(cols),
          normal((long) rows * cols, 3),
          normal(cols),
          normal(cols));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 17, 1001, 40_003})
  void clip(int size) {
    double[] x = normal(size, 3);
    x[0] = 1.5;
    x[size / 2] = -1.5;
    check(
        "exact",
        run -> {
          Tensor y = run.out(size);
          Tensor inPlace = run.in(0, size);
          Tensor gradient = run.in(1, size);
          run.backend().clip(1.5, run.in(0, size), y);
          run.backend().clip(1.5, inPlace, inPlace);
          run.backend().clipBackward(1.5, run.in(0, size), gradient, gradient);
          return List.of(y, inPlace, gradient);
        },
        x,
        normal(size));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 17, 1001, 40_003})
  void elementwise(int size) {
    double[] x = normal(size, 3);
    x[0] = size == 7 ? 60 : -4;
    x[size / 2] = (float) 1e-6;
    for (Elementwise form : Elementwise.values()) {
      check(
          "elementwiseFunctions",
          run -> {
            Tensor y = run.out(size);
            Tensor inPlace = run.in(0, size);
            run.backend().elementwise(form, run.in(0, size), y);
            run.backend().elementwise(form, inPlace, inPlace);
            return List.of(y, inPlace);
          },
          x);
      check(
          toleranceOfSlope(form),
          run -> {
            Tensor gradient = run.in(1, size);
            run.backend().elementwiseBackward(form, run.in(0, size), gradient, gradient);
            return List.of(gradient);
          },
          x,
          normal(size));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 7", "17, 33", "65, 1001"})
  void gated(int rows, int width) {
    for (Gate gate : Gate.values()) {
      // GELU of less than −9 is less than the smallest normal F32.
      double[] x = normal(2L * rows * width, gate == Gate.SILU ? 4 : 2);
      check(
          "gated",
          run -> {
            Tensor y = run.out(rows, width);
            run.backend().gated(gate, run.in(0, rows, 2 * width), y);
            return List.of(y);
          },
          x);
      check(
          "gatedBackward",
          run -> {
            Tensor dX = run.out(rows, 2 * width);
            Tensor in = run.in(0, rows, 2 * width);
            run.backend().gatedBackward(gate, in, run.in(1, rows, width), dX);
            return List.of(dX);
          },
          x,
          normal((long) rows * width));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 0, 1, 0, 1",
    "5, 7, 2, 9, 4, 3",
    "40, 24, 8, 16, 4, 12",
    "33, 260, 4, 132, 0, 130",
    "70000, 3, 1, 2, 0, 2",
    "3, 5, 2, 4, 1, 0"
  })
  void columnsAreCopiedAndOthersStay(
      int rows, int fromCols, int fromColumn, int toCols, int toColumn, int count) {
    check(
        "exact",
        run -> {
          Tensor from = run.in(0, rows, fromCols);
          Tensor to = run.in(1, rows, toCols);
          run.backend().copyColumns(from, fromColumn, to, toColumn, count);
          return List.of(to);
        },
        normal((long) rows * fromCols),
        normal((long) rows * toCols));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, 2, 1",
    "2, 7, 4, 2, 8, 3",
    "2, 9, 3, 3, 12, 4",
    "3, 33, 6, 2, 64, 32",
    "1, 65, 3, 1, 37, 18"
  })
  void rotary(int batch, int length, int heads, int shared, int headWidth, int half) {
    var shape = new AttentionShape(batch, length, heads, shared, headWidth);
    double[] angles = normal((long) length * half, 10);
    double[] cos = Arrays.stream(angles).map(a -> (float) Math.cos(a)).toArray();
    double[] sin = Arrays.stream(angles).map(a -> (float) Math.sin(a)).toArray();
    check(
        "rotary",
        run -> {
          Tensor packed = run.in(0, batch, length, shape.packedWidth());
          Tensor gradient = run.in(0, batch, length, shape.packedWidth());
          Tensor c = run.in(1, length, half);
          Tensor s = run.in(2, length, half);
          run.backend().rotary(shape, c, s, packed);
          run.backend().rotaryBackward(shape, c, s, gradient);
          return List.of(packed, gradient);
        },
        normal((long) batch * length * shape.packedWidth()),
        cos,
        sin);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, 1, 1",
    "3, 7, 2, 2, 5, 1",
    "5, 64, 4, 4, 8, 1",
    "2, 130, 6, 2, 64, 1",
    "1, 129, 3, 1, 17, 1",
    "2, 65, 4, 1, 33, 4",
    "2, 1, 4, 2, 64, 1",
    "1, 63, 3, 3, 5, 1",
    "1, 65, 4, 2, 8, 2",
    "1, 63, 4, 2, 80, 1",
    "1, 64, 2, 1, 128, 1",
    "1, 129, 2, 2, 128, 1",
    "1, 33, 2, 1, 256, 1"
  })
  void attention(int batch, int length, int heads, int shared, int headWidth, double factor) {
    attention(new AttentionShape(batch, length, heads, shared, headWidth), factor);
  }

  /** A cap of 0 stands for none. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, 1, 1, 0, 1",
    "2, 7, 4, 2, 5, 5, 0, 1",
    "2, 70, 4, 2, 8, 8, 0, 3",
    "1, 130, 3, 1, 17, 1, 0, 64",
    "1, 200, 2, 2, 64, 64, 0, 33",
    "2, 33, 4, 2, 12, 3, 0, 33",
    "1, 40, 2, 1, 16, 16, 2, 9",
    "2, 65, 4, 2, 33, 33, 5, 65",
    "1, 129, 2, 1, 80, 144, 2, 40",
    "1, 40, 2, 1, 256, 256, 3, 9"
  })
  void attentionOfCappedScoresInAWindow(
      int batch,
      int length,
      int heads,
      int shared,
      int headWidth,
      double scoreVariance,
      double cap,
      int window) {
    double scoreCap = cap == 0 ? Double.POSITIVE_INFINITY : cap;
    attention(
        new AttentionShape(
            batch, length, heads, shared, headWidth, scoreVariance, scoreCap, window),
        1);
  }

  private void attention(AttentionShape shape, double factor) {
    int batch = shape.batch();
    int length = shape.length();
    int heads = shape.heads();
    long rows = (long) batch * length;
    double[] packed = normal(rows * shape.packedWidth(), factor);
    ContractRun.Operation forward =
        run -> {
          Tensor out = run.out(batch, length, shape.outputWidth());
          Tensor normalisers = run.out(batch, heads, length, 2);
          Tensor in = run.in(0, batch, length, shape.packedWidth());
          run.backend().attention(shape, in, out, normalisers);
          return List.of(out, normalisers);
        };
    check("attention", forward, packed);
    List<double[]> kept = oracleOutputs(forward, packed);
    check(
        "attentionBackward",
        run -> {
          Tensor dPacked = run.out(batch, length, shape.packedWidth());
          Tensor in = run.in(0, batch, length, shape.packedWidth());
          Tensor dOut = run.in(1, batch, length, shape.outputWidth());
          Tensor out = run.in(2, batch, length, shape.outputWidth());
          Tensor normalisers = run.in(3, batch, heads, length, 2);
          run.backend().attentionBackward(shape, in, out, normalisers, dOut, dPacked);
          return List.of(dPacked);
        },
        packed,
        normal(rows * shape.outputWidth()),
        kept.get(0),
        kept.get(1));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "3, 7, 1",
    "17, 33, 80",
    "65, 1001, 4",
    "5, 9001, 20",
    "3, 5, 0",
    "4, 20003, 6",
    "2, 60007, 6"
  })
  void crossEntropy(int rows, int classes, double factor) {
    double[] logits = normal((long) rows * classes, factor);
    for (int i = 0; i < logits.length; i++) {
      logits[i] = Math.clamp(logits[i], -80, 80);
    }
    int[] targets = ids(rows, 0, classes);
    targets[rows / 2] = rows > 1 ? -1 : targets[0];
    double scale = 0.25;
    double[] atTarget = new double[logits.length];
    double[] sizes = new double[rows];
    for (int r = 0; r < rows; r++) {
      // The gradient at the target is the difference of a probability and one.
      if (targets[r] >= 0) {
        atTarget[r * classes + targets[r]] = scale;
        sizes[r] = Math.abs(logits[r * classes + targets[r]]) + Math.log(classes);
      }
    }
    check(
        "crossEntropy",
        backend.real(),
        // The rest of a logarithm is that of a sum of at least 1.
        new double[][] {atTarget, sizes, sizes, new double[rows], constant(rows, 1)},
        run -> {
          Tensor gradient = run.in(0, rows, classes);
          Tensor losses = run.out(rows);
          Tensor lossesAlone = run.out(rows);
          var logSumExp = new LogSumExp(run.out(rows), run.out(rows));
          run.backend().crossEntropy(gradient, run.ids(targets), scale, losses);
          Tensor x = run.in(0, rows, classes);
          run.backend().crossEntropyLoss(x, run.ids(targets), lossesAlone);
          run.backend().logSumExpRows(x, logSumExp);
          return List.of(gradient, losses, lossesAlone, logSumExp.max(), logSumExp.rest(), x);
        },
        logits);
    crossEntropyColumns(rows, classes, logits, targets, scale, atTarget);
  }

  private void crossEntropyColumns(
      int rows, int classes, double[] logits, int[] targets, double scale, double[] atTarget) {
    int firstClass = classes / 3;
    int cols = classes - firstClass;
    double[] part = new double[rows * cols];
    double[] intermediate = new double[rows * cols];
    double[] max = new double[rows];
    double[] rest = new double[rows];
    for (int r = 0; r < rows; r++) {
      System.arraycopy(logits, r * classes + firstClass, part, r * cols, cols);
      System.arraycopy(atTarget, r * classes + firstClass, intermediate, r * cols, cols);
      double[] row = Arrays.copyOfRange(logits, r * classes, (r + 1) * classes);
      double most = Arrays.stream(row).max().orElseThrow();
      max[r] = most;
      rest[r] = (float) Math.log(Arrays.stream(row).map(x -> Math.exp(x - most)).sum());
    }
    check(
        "crossEntropy",
        backend.real(),
        new double[][] {intermediate},
        run -> {
          Tensor x = run.in(0, rows, cols);
          var logSumExp = new LogSumExp(run.in(1, rows), run.in(2, rows));
          run.backend().crossEntropyColumns(x, logSumExp, run.ids(targets), firstClass, scale);
          return List.of(x);
        },
        part,
        max,
        rest);
    double[] weights = random.doubles(rows).map(w -> (float) w).toArray();
    check(
        "crossEntropy",
        backend.real(),
        new double[][] {intermediate},
        run -> {
          Tensor x = run.in(0, rows, cols);
          run.backend()
              .weightedCrossEntropyColumns(
                  x,
                  new LogSumExp(run.in(1, rows), run.in(2, rows)),
                  run.ids(targets),
                  run.in(3, rows),
                  firstClass,
                  scale);
          return List.of(x);
        },
        part,
        max,
        rest,
        weights);
  }

  /**
   * Rows of equal logits, of neighbouring numbers, of numbers a nat apart and of any. What is
   * allowed does not grow with the logits: they are taken as they are.
   */
  @ParameterizedTest
  @ValueSource(doubles = {1, 1e3, -1e3, 1e6, 1e30, -1e30, 1e38, 1e-40})
  void logitsOfAnySize(double size) {
    int rows = 4;
    for (int classes : new int[] {5, 1001, 9001, 60_007}) {
      double[] logits = new double[rows * classes];
      for (int v = 0; v < classes; v++) {
        logits[v] = (float) size;
        logits[classes + v] = random.nextBoolean() ? (float) size : Math.nextUp((float) size);
        logits[2 * classes + v] = (float) (size + random.nextInt(5));
        logits[3 * classes + v] = (float) (size * random.nextGaussian() / 4);
      }
      int[] targets = ids(rows, 0, classes);
      for (int r = 0; r < rows; r++) {
        logits[r * classes + targets[r]] = logits[r * classes];
      }
      new SoftmaxOfAnySize(backend, logits, targets).check();
    }
  }

  /** Equal scores of any size: a query takes the mean of the values that it sees. */
  @ParameterizedTest
  @ValueSource(doubles = {1e3, 1e6, 1e15})
  void attentionAtScoresOfAnySize(double size) {
    var shape = new AttentionShape(1, 70, 1, 1, 2);
    double[] packed = normal(70L * shape.packedWidth());
    for (int t = 0; t < 70; t++) {
      Arrays.fill(packed, t * 6, t * 6 + 4, (float) Math.sqrt(size));
    }
    check(
        "attentionOfEqualScores",
        run -> {
          Tensor out = run.out(1, 70, 2);
          Tensor in = run.in(0, 1, 70, shape.packedWidth());
          Tensor normalisers = run.out(1, 1, 70, 2);
          run.backend().attention(shape, in, out, normalisers);
          Tensor dPacked = run.out(1, 70, shape.packedWidth());
          run.backend()
              .attentionBackward(shape, in, out, normalisers, run.in(1, 1, 70, 2), dPacked);
          Tensor dValues = run.out(70, 2);
          run.backend().copyColumns(dPacked.reshape(70, 6), 4, dValues, 0, 2);
          return List.of(out, dValues);
        },
        packed,
        normal(140));
  }

  private static final AdamWConstants ADAM_W = new AdamWConstants(0.9, 0.95, 1e-8, 0.1);

  @ParameterizedTest
  @CsvSource({"1, 1", "17, 2", "1001, 10", "70003, 100000"})
  void adamW(int size, long step) {
    check(
        "adamW",
        run -> {
          Tensor p = run.in(0, size);
          Tensor m = run.in(2, size);
          Tensor v = run.in(3, size);
          run.backend().adamW(ADAM_W, run.step(step, 3e-4, 0.5), p, run.in(1, size), m, v);
          return List.of(p, m, v);
        },
        normal(size),
        normal(size, 1e-3),
        normal(size, 1e-3),
        Arrays.stream(normal(size, 1e-3)).map(g -> (float) (g * g)).toArray());
  }

  @ParameterizedTest
  @CsvSource({"9, 1, 0", "0.25, 1, 0", "0, 1, 0", "9, Infinity, 0", "NaN, 1, 1"})
  void gradientScaleIsThatOfTheNorm(double squares, double clipNorm, double held) {
    try (TensorScope scope = backend.newScope()) {
      Tensor sums = scope.zeros(ElementType.F64, 2);
      Tensor step = scope.zeros(ElementType.F64, StepNumbers.SIZE);
      backend.write(new double[] {squares, 3}, sums);
      backend.write(new double[] {7, 0.5, 0, 0}, step);
      backend.gradientScale(sums, clipNorm, step);
      double scale = StepNumbers.gradientScale(squares, clipNorm);
      assertArrayEquals(new double[] {7, 0.5, scale, held}, backend.toDoubles(step));
    }
  }

  @Test
  void aStepIsHeldFromTheFirstSumOnThatIsNotFinite() {
    try (TensorScope scope = backend.newScope()) {
      Tensor sums = scope.zeros(ElementType.F64, 2);
      Tensor step = scope.zeros(ElementType.F64, StepNumbers.SIZE);
      Tensor p = scope.zeros(backend.real(), 5);
      Tensor g = scope.zeros(backend.real(), 5);
      Tensor m = scope.zeros(backend.real(), 5);
      Tensor v = scope.zeros(backend.real(), 5);
      backend.fill(p, 2);
      backend.fill(g, 3);
      for (double loss : new double[] {Double.POSITIVE_INFINITY, 1}) {
        backend.write(new double[] {45, loss}, sums);
        backend.write(new double[] {1, 0.5}, step.slice(0, StepNumbers.KNOWN_BEFORE));
        backend.gradientScale(sums, 1, step);
        backend.adamW(ADAM_W, step, p, g, m, v);
        assertEquals(5 * 4, backend.sumOfSquares(p));
        assertEquals(0, backend.sumOfSquares(m) + backend.sumOfSquares(v));
      }
      backend.write(new double[] {0}, step.slice(StepNumbers.SIZE - 1, 1));
      backend.adamW(ADAM_W, step, p, g, m, v);
      assertTrue(backend.sumOfSquares(p) < 5 * 4 && backend.sumOfSquares(m) > 0);
    }
  }

  @Test
  void operandsThatDoNotFitAreNamed() {
    try (TensorScope scope = backend.newScope()) {
      Tensor a = scope.zeros(backend.real(), 3, 7);
      Tensor b = scope.zeros(backend.real(), 3, 6);
      Tensor ids = scope.zeros(ElementType.I32, 3);
      Tensor row = scope.zeros(backend.real(), 7);
      Tensor column = scope.zeros(backend.real(), 3);
      var shape = new AttentionShape(1, 3, 2, 1, 2);
      Tensor step = scope.zeros(ElementType.F64, StepNumbers.SIZE);
      Map<String, Runnable> mistakes =
          Map.ofEntries(
              Map.entry("gemm", () -> backend.gemm(Transpose.NO, Transpose.NO, 1, a, b, 0, a)),
              Map.entry("axpy", () -> backend.axpy(1, a, b)),
              Map.entry("dot", () -> backend.dot(a, ids)),
              Map.entry("copy", () -> backend.copy(a, b)),
              Map.entry("copyColumns", () -> backend.copyColumns(a, 2, b, 0, 6)),
              Map.entry("qr", () -> backend.qr(a, b)),
              Map.entry("cholesky", () -> backend.cholesky(a)),
              Map.entry("addBias", () -> backend.addBias(row, b)),
              Map.entry("embedding", () -> backend.embedding(a, ids, b)),
              Map.entry("gated", () -> backend.gated(Gate.SILU, a, b)),
              Map.entry("rmsNorm", () -> backend.rmsNorm(a, row, 1e-5, b, column)),
              Map.entry(
                  "residualNorm",
                  () ->
                      backend.residualNorm(
                          new Residual(a, a, Optional.empty(), a, b),
                          new RowNorm.RootMeanSquare(row, 1e-5, column),
                          b)),
              Map.entry(
                  "residualSum",
                  () -> backend.residualSum(new Residual(a, a, Optional.empty(), a, b))),
              Map.entry("layerNorm", () -> backend.layerNorm(a, row, row, 1e-5, a, column, row)),
              Map.entry("rotary", () -> backend.rotary(shape, a, a, b)),
              Map.entry("attention", () -> backend.attention(shape, b, a, a)),
              Map.entry("elementwise", () -> backend.elementwise(Elementwise.TANH, a, b)),
              Map.entry("clip", () -> backend.clip(1, a, b)),
              Map.entry(
                  "weightedCrossEntropyColumns",
                  () ->
                      backend.weightedCrossEntropyColumns(
                          a, new LogSumExp(column, column), ids, row, 0, 1)),
              Map.entry("crossEntropy", () -> backend.crossEntropy(a, row, 1, column)),
              Map.entry("crossEntropyLoss", () -> backend.crossEntropyLoss(a, ids, row)),
              Map.entry("addDot", () -> backend.addDot(1, a, a, column)),
              Map.entry("gradientScale", () -> backend.gradientScale(ids, 1, step)),
              Map.entry("adamW", () -> backend.adamW(ADAM_W, step, a, a, b, a)),
              Map.entry("adamW: step", () -> backend.adamW(ADAM_W, column, a, a, a, a)));
      mistakes.forEach((name, mistake) -> {
        var thrown = assertThrows(IllegalArgumentException.class, mistake::run, name);
        String message = thrown.getMessage();
        assertTrue(message.contains(name) && !message.contains("\n"), name + ": " + message);
      });
    }
  }

  @Test
  void idsOutsideTheTableAreRefused() {
    try (TensorScope scope = backend.newScope()) {
      Tensor table = scope.zeros(backend.real(), 3, 7);
      Tensor ids = scope.zeros(ElementType.I32, 3);
      Tensor losses = scope.zeros(backend.real(), 3);
      backend.write(new int[] {0, 3, 1}, ids);
      Tensor out = scope.zeros(backend.real(), 3, 7);
      refused("embedding", () -> backend.embedding(table, ids, out), out);
      refused("embeddingBackward", () -> backend.embeddingBackward(out, ids, table), table);
      backend.write(new int[] {0, -2, 1}, ids);
      refused("crossEntropyLoss", () -> backend.crossEntropyLoss(table, ids, losses), losses);
    }
  }

  /** At once or, on a device that works behind the calls, when a result is read. */
  private void refused(String name, Runnable operation, Tensor result) {
    var thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> {
              operation.run();
              backend.toDoubles(result);
            });
    assertTrue(thrown.getMessage().startsWith(name + ": "), thrown.getMessage());
    backend.toDoubles(result);
  }

  private static double[] shifted(double[] values, double offset) {
    return Arrays.stream(values).map(x -> (float) (x + offset)).toArray();
  }

  private static double[] constant(int size, double value) {
    double[] values = new double[size];
    Arrays.fill(values, value);
    return values;
  }
}
