package dev.gatun.backend.cpu;

import com.sun.management.ThreadMXBean;
import dev.gatun.backend.AdamWConstants;
import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Backend;
import dev.gatun.backend.Elementwise;
import dev.gatun.backend.Gate;
import dev.gatun.backend.LogSumExp;
import dev.gatun.backend.Residual;
import dev.gatun.backend.RowNorm;
import dev.gatun.backend.StepNumbers;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.data.Randomness;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TransformerConfig;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import dev.gatun.train.StepReport;
import dev.gatun.train.Trainer;
import dev.gatun.train.TrainingConfig;
import dev.gatun.train.TrainingListener;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Runs every operation of the CPU backend and whole training steps until the compiler is done, then
 * prints for each what all threads allocate on the Java heap.
 */
final class AllocationMain {
  private static final int THREADS = 2;

  /**
   * Bytes per element of the largest operand. A call has some hundred bytes for itself, LAPACK's
   * some thousand; a vector or a mask that the compiler left on the heap has at least 48, once for
   * every row of 37 elements or even for every vector.
   */
  private static final double MOST = 0.5;

  /**
   * A step makes some hundred calls, and a product makes some objects for each of its tiles. How
   * many tiles there are depends on the machine: 188 kB a step come of them on an AMD EPYC, and
   * less than 77 kB on an Intel Xeon. The elements are those of one activation, rows of 37, which
   * several kernels read: a vector that each of them leaves on the heap would be megabytes.
   */
  private static final double MOST_PER_STEP = 4;

  /** On a busy machine the compiler may be idle and yet have work: it gets this long. */
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  /** The compiler is done when it has finished nothing for this long. */
  private static final long IDLE_NANOS = 2_000_000_000L;

  private final SplittableRandom random = new SplittableRandom(20261128);
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final List<Operation> operations = new ArrayList<>();
  private final Backend backend;
  private final TensorScope scope;

  /**
   * Something to run again and again.
   *
   * @param elements of its largest operand
   */
  private record Operation(String name, long elements, Runnable body) {}

  private AllocationMain(Backend backend, TensorScope scope) {
    this.backend = backend;
    this.scope = scope;
  }

  /** Prints a line "name elements bytes" for each operation, and "too much" after what is. */
  public static void main(String[] arguments) {
    try (Backend backend = CpuBackend.open(THREADS);
        TensorScope scope = backend.newScope()) {
      var allocation = new AllocationMain(backend, scope);
      // Less than a vector of 16 lanes, two vectors and a rest, many vectors and a rest.
      for (int width : new int[] {11, 37, 333}) {
        allocation.addRowOperations(20_000 / width, width);
      }
      allocation.addVectorOperations(70_003);
      allocation.addMatrixOperations(131);
      allocation.warmUp();
      allocation.operations.forEach(allocation::measure);
      allocation.measureTrainingStep();
    }
  }

  private void warmUp() {
    var compiler = ManagementFactory.getCompilationMXBean();
    long compiled = -1;
    long since = System.nanoTime();
    while (System.nanoTime() - since < IDLE_NANOS) {
      operations.forEach(operation -> operation.body.run());
      long now = compiler.getTotalCompilationTime();
      if (now != compiled) {
        compiled = now;
        since = System.nanoTime();
      }
    }
  }

  private void measure(Operation operation) {
    long least = Long.MAX_VALUE;
    long start = System.nanoTime();
    while (least > MOST * operation.elements && System.nanoTime() - start < PATIENCE_NANOS) {
      long before = threads.getTotalThreadAllocatedBytes();
      operation.body.run();
      least = Math.min(least, threads.getTotalThreadAllocatedBytes() - before);
    }
    print(operation.name, operation.elements, least, MOST);
  }

  private static void print(String name, long elements, long bytes, double most) {
    String verdict = bytes > most * elements ? " too much" : "";
    System.out.printf(Locale.ROOT, "%s %d %d%s%n", name, elements, bytes, verdict);
  }

  private void add(String name, Tensor largest, Runnable body) {
    operations.add(new Operation(name, largest.size(), body));
  }

  private Tensor normal(ElementType type, long... extents) {
    Tensor tensor = scope.zeros(type, extents);
    double[] values = new double[(int) tensor.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    backend.write(values, tensor);
    return tensor;
  }

  private Tensor normal(long... extents) {
    return normal(ElementType.F32, extents);
  }

  private Tensor ids(int size, int limit) {
    Tensor tensor = scope.zeros(ElementType.I32, size);
    backend.write(random.ints(size, 0, limit).toArray(), tensor);
    return tensor;
  }

  private void addRowOperations(int rows, int width) {
    addNormalisations(rows, width);
    addActivations(rows, width);
    addLosses(rows, width);
    addAttention(rows / 65, 65, width);
    Tensor x = normal(rows, width);
    Tensor row = normal(width);
    Tensor table = normal(7, width);
    Tensor ids = ids(rows, 7);
    Tensor indices = ids(rows, 1);
    Tensor wide = normal(rows, 2 * width);
    add("addBias", x, () -> backend.addBias(row, x));
    add("addBiasBackward", x, () -> backend.addBiasBackward(x, row));
    add("embedding", x, () -> backend.embedding(table, ids, x));
    add("embeddingBackward", x, () -> backend.embeddingBackward(x, ids, table));
    add("argmaxRows", x, () -> backend.argmaxRows(x, indices));
    add("copyColumns", x, () -> backend.copyColumns(x, 0, wide, 3, width));
  }

  private void addNormalisations(int rows, int width) {
    Tensor x = normal(rows, width);
    Tensor y = normal(rows, width);
    Tensor weight = normal(width);
    Tensor bias = normal(width);
    Tensor mean = normal(rows);
    Tensor rstd = normal(rows);
    Tensor dX = normal(rows, width);
    add("layerNorm", x, () -> backend.layerNorm(x, weight, bias, 1e-5, y, mean, rstd));
    add(
        "layerNormBackward",
        x,
        () -> backend.layerNormBackward(y, x, weight, mean, rstd, dX, weight, bias));
    add("rmsNorm", x, () -> backend.rmsNorm(x, weight, 1e-5, y, rstd));
    add("rmsNormBackward", x, () -> backend.rmsNormBackward(y, x, weight, rstd, dX, weight));
    var layerNorm = new RowNorm.Layer(weight, bias, 1e-5, mean, rstd);
    var rmsNorm = new RowNorm.RootMeanSquare(weight, 1e-5, rstd);
    add("norm", x, () -> backend.norm(x, layerNorm, y));
    var residual =
        new Residual(
            normal(rows, 3), normal(width, 3), Optional.of(normal(width)), x, normal(rows, width));
    add("residualSum", x, () -> backend.residualSum(residual));
    add("residualNorm", x, () -> backend.residualNorm(residual, rmsNorm, y));
  }

  private void addActivations(int rows, int width) {
    Tensor x = normal(rows, width);
    Tensor y = normal(rows, width);
    Tensor wide = normal(rows, 2 * width);
    Tensor dWide = normal(rows, 2 * width);
    for (Elementwise form : Elementwise.values()) {
      add("elementwise", x, () -> backend.elementwise(form, x, y));
      add("elementwiseBackward", x, () -> backend.elementwiseBackward(form, x, x, y));
    }
    add("clip", x, () -> backend.clip(0.5, x, y));
    add("clipBackward", x, () -> backend.clipBackward(0.5, x, x, y));
    for (Gate gate : Gate.values()) {
      add("gated", wide, () -> backend.gated(gate, wide, y));
      add("gatedBackward", wide, () -> backend.gatedBackward(gate, wide, x, dWide));
    }
  }

  private void addLosses(int rows, int classes) {
    Tensor logits = normal(rows, classes);
    Tensor targets = ids(rows, classes);
    Tensor weights = normal(rows);
    Tensor out = normal(rows);
    var logSumExp = new LogSumExp(normal(rows), normal(rows));
    add("crossEntropy", logits, () -> backend.crossEntropy(logits, targets, 1, out));
    add("crossEntropyOperand", logits, () -> backend.crossEntropyOperand(logits, targets, 1, out));
    add("crossEntropyLoss", logits, () -> backend.crossEntropyLoss(logits, targets, out));
    add("logSumExpRows", logits, () -> backend.logSumExpRows(logits, logSumExp));
    add(
        "crossEntropyColumns",
        logits,
        () -> backend.crossEntropyColumns(logits, logSumExp, targets, 2, 1));
    add(
        "weightedCrossEntropyColumns",
        logits,
        () -> backend.weightedCrossEntropyColumns(logits, logSumExp, targets, weights, 2, 1));
  }

  private void addAttention(int batch, int length, int headWidth) {
    int sequences = Math.max(1, batch / 4);
    addAttention(new AttentionShape(sequences, length, 4, 2, headWidth));
    addAttention(
        new AttentionShape(sequences, length, 4, 2, headWidth, headWidth, 50, length / 2 + 1));
  }

  private void addAttention(AttentionShape shape) {
    int length = shape.length();
    int headWidth = shape.headWidth();
    Tensor packed = normal(shape.batch(), length, shape.packedWidth());
    Tensor out = normal(shape.batch(), length, shape.outputWidth());
    Tensor normalisers = normal(shape.batch(), shape.heads(), length, 2);
    Tensor dPacked = normal(shape.batch(), length, shape.packedWidth());
    Tensor cos = normal(length, headWidth / 2);
    Tensor sin = normal(length, headWidth / 2);
    add("rotary", packed, () -> backend.rotary(shape, cos, sin, dPacked));
    add("rotaryBackward", packed, () -> backend.rotaryBackward(shape, cos, sin, dPacked));
    add("attention", packed, () -> backend.attention(shape, packed, out, normalisers));
    add(
        "attentionBackward",
        packed,
        () -> backend.attentionBackward(shape, packed, out, normalisers, out, dPacked));
  }

  private void addVectorOperations(int size) {
    Tensor single = normal(size);
    float[] values = backend.toFloats(single);
    add("write", single, () -> backend.write(values, single));
    Tensor first = normal(size);
    Tensor second = normal(size);
    var constants = new AdamWConstants(0.9, 0.95, 1e-8, 0.1);
    Tensor step = scope.zeros(ElementType.F64, StepNumbers.SIZE);
    backend.write(new StepNumbers(3, 1e-3, 0.7).values(), step);
    add("adamW", single, () -> backend.adamW(constants, step, single, single, first, second));
    Tensor sums = normal(ElementType.F64, size);
    add("gradientScale", sums, () -> backend.gradientScale(sums, 1, step));
    Tensor sum = scope.zeros(ElementType.F64, 1);
    add("addDot", single, () -> backend.addDot(0, single, first, sum));
    for (ElementType type : List.of(ElementType.F32, ElementType.F64)) {
      Tensor x = normal(type, size);
      Tensor y = normal(type, size);
      Tensor z = normal(size);
      add("axpy", x, () -> backend.axpy(0.5, x, y));
      add("scale", x, () -> backend.scale(-1, x));
      add("dot", x, () -> backend.dot(x, y));
      add("sumOfSquares", x, () -> backend.sumOfSquares(x));
      add("firstNonFinite", x, () -> backend.firstNonFinite(x));
      add("fill", y, () -> backend.fill(y, 1));
      add("copy", x, () -> backend.copy(x, y));
      add("copy", x, () -> backend.copy(x, z));
      add("copy", x, () -> backend.copy(z, x));
    }
  }

  private void addMatrixOperations(int n) {
    for (ElementType type : List.of(ElementType.F32, ElementType.F64)) {
      Tensor tall = normal(type, 4L * n, n);
      Tensor gram = normal(type, n, n);
      Tensor a = normal(type, 4L * n, n);
      Tensor square = normal(type, n, n);
      Tensor other = normal(type, n, n);
      Tensor values = normal(type, n);
      Tensor wide = normal(ElementType.F64, n, n);
      add("gemm", tall, () -> backend.gemm(Transpose.YES, Transpose.NO, 1, tall, tall, 0, gram));
      add("syrk", tall, () -> backend.syrk(Transpose.YES, tall, 0, wide));
      addFactorisation(
          "symmetricEigenvalues", gram, square, () -> backend.symmetricEigenvalues(square, values));
      addFactorisation(
          "symmetricEigenvectors",
          gram,
          square,
          () -> backend.symmetricEigenvectors(square, values));
      addFactorisation("singularValues", tall, a, () -> backend.singularValues(a, values));
      Tensor u = normal(type, 4L * n, n);
      addFactorisation("svd", tall, a, () -> backend.svd(a, u, values, other));
      addFactorisation("qr", tall, a, () -> backend.qr(a, other));
      addFactorisation("cholesky", gram, square, () -> backend.cholesky(square));
      add("choleskySolve", gram, () -> backend.choleskySolve(square, other));
    }
  }

  /** An operation that destroys the copy which it is given. */
  private void addFactorisation(String name, Tensor matrix, Tensor copy, Runnable body) {
    add(
        name,
        matrix,
        () -> {
          backend.copy(matrix, copy);
          body.run();
        });
  }

  private void measureTrainingStep() {
    int length = 63;
    int batch = 33;
    int steps = 100;
    var config = TransformerConfig.gpt2(1001, 37, 2, 1, length);
    int[] inputs = random.ints(batch * length, 0, config.vocabulary()).toArray();
    int[] targets = random.ints(batch * length, 0, config.vocabulary()).toArray();
    var randomness = Randomness.of(1);
    long[] allocated = new long[steps];
    var listener =
        new TrainingListener() {
          @Override
          public void stepFinished(StepReport report) {
            allocated[(int) report.step() - 1] = threads.getTotalThreadAllocatedBytes();
          }
        };
    try (var model =
            LanguageModel.initialise(
                backend,
                config,
                (stream, out, deviation) -> randomness.stream(stream).gaussian(out, deviation));
        var trainer =
            new Trainer(
                model,
                TrainingConfig.of(steps, batch, length, 1e-3, 1),
                _ -> new Batch(inputs, targets, batch, length),
                Optional.empty(),
                List.of(listener))) {
      trainer.run();
    }
    long least = Long.MAX_VALUE;
    for (int i = 1; i < steps; i++) {
      least = Math.min(least, allocated[i] - allocated[i - 1]);
    }
    print("trainingStep", (long) batch * length * config.width(), least, MOST_PER_STEP);
  }
}
