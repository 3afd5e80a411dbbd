package dev.gatun.bench;

import dev.gatun.backend.AdamWConstants;
import dev.gatun.backend.Backend;
import dev.gatun.backend.Elementwise;
import dev.gatun.backend.StepNumbers;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The operations that are not matrix products, at the sizes of a training step. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class KernelBenchmark {
  private static final int CLASSES = 8192;
  private static final int PARAMETERS = 50_000_000;

  /** {@code cpu} or {@code cuda}. */
  @Param(BenchmarkDevice.CPU)
  public String device;

  /** Threads of the CPU; 0 stands for all. */
  @Param("0")
  public int threads;

  /** Rows of cross-entropy and GELU. */
  @Param("2048")
  public int rows;

  private Backend backend;
  private TensorScope scope;

  /** What one benchmark needs is allocated when it first asks: together they do not fit. */
  private Tensor[] tensors;

  private Tensor step;

  @Setup
  public void open() {
    backend = BenchmarkDevice.open(device, threads);
    scope = backend.newScope();
  }

  @TearDown
  public void close() {
    scope.close();
    backend.close();
  }

  @Benchmark
  public void crossEntropy() {
    if (tensors == null) {
      var targets = scope.zeros(ElementType.I32, rows);
      backend.write(new Random(1).ints(rows, 0, CLASSES).toArray(), targets);
      tensors = new Tensor[] {random(rows, CLASSES), targets, scope.zeros(ElementType.F32, rows)};
    }
    backend.crossEntropy(tensors[0], tensors[1], 1.0 / rows, tensors[2]);
    BenchmarkDevice.await(backend);
  }

  @Benchmark
  public void gelu() {
    if (tensors == null) {
      tensors = new Tensor[] {random(rows, CLASSES), scope.zeros(ElementType.F32, rows, CLASSES)};
    }
    backend.elementwise(Elementwise.GELU_TANH, tensors[0], tensors[1]);
    BenchmarkDevice.await(backend);
  }

  @Benchmark
  public void layerNorm() {
    int length = 16_384;
    int cols = 1_024;
    if (tensors == null) {
      tensors =
          new Tensor[] {
            random(length, cols),
            random(1, cols).reshape(cols),
            random(1, cols).reshape(cols),
            scope.zeros(ElementType.F32, length, cols),
            scope.zeros(ElementType.F32, length),
            scope.zeros(ElementType.F32, length)
          };
    }
    backend.layerNorm(tensors[0], tensors[1], tensors[2], 1e-5, tensors[3], tensors[4], tensors[5]);
    BenchmarkDevice.await(backend);
  }

  @Benchmark
  public void adamW() {
    if (tensors == null) {
      tensors = new Tensor[4];
      for (int i = 0; i < tensors.length; i++) {
        tensors[i] = scope.zeros(ElementType.F32, PARAMETERS);
        backend.fill(tensors[i], 0.01);
      }
      step = scope.zeros(ElementType.F64, StepNumbers.SIZE);
      backend.write(new StepNumbers(10, 1e-3, 1).values(), step);
    }
    backend.adamW(
        new AdamWConstants(0.9, 0.95, 1e-8, 0.1),
        step,
        tensors[0],
        tensors[1],
        tensors[2],
        tensors[3]);
    BenchmarkDevice.await(backend);
  }

  /**
   * The memory's speed beside AdamW's. A copy moves 8 bytes for each number. AdamW moves 28: it
   * reads a weight, its gradient and two moments, and writes all but the gradient.
   */
  @Benchmark
  public void copy() {
    if (tensors == null) {
      tensors =
          new Tensor[] {
            scope.zeros(ElementType.F32, PARAMETERS), scope.zeros(ElementType.F32, PARAMETERS)
          };
      backend.fill(tensors[0], 0.01);
    }
    backend.copy(tensors[0], tensors[1]);
    BenchmarkDevice.await(backend);
  }

  private Tensor random(int rows, int cols) {
    var values = new float[rows * cols];
    var random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Tensor tensor = scope.zeros(ElementType.F32, rows, cols);
    backend.write(values, tensor);
    return tensor;
  }
}
