package dev.gatun.bench;

import dev.gatun.backend.AdamWConstants;
import dev.gatun.backend.Backend;
import dev.gatun.backend.Elementwise;
import dev.gatun.backend.StepNumbers;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
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
  private static final int ROWS = 2048;
  private static final int CLASSES = 8192;
  private static final int PARAMETERS = 50_000_000;

  /** Threads; 0 stands for all. */
  @Param("0")
  public int threads;

  private Backend backend;
  private TensorScope scope;

  /** What one benchmark needs is allocated when it first asks: together they do not fit. */
  private Tensor[] tensors;

  private Tensor step;

  @Setup
  public void open() {
    backend = CpuBackend.open(threads == 0 ? CpuBackend.defaultThreads() : threads);
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
      var targets = scope.zeros(ElementType.I32, ROWS);
      backend.write(new Random(1).ints(ROWS, 0, CLASSES).toArray(), targets);
      tensors = new Tensor[] {random(ROWS, CLASSES), targets, scope.zeros(ElementType.F32, ROWS)};
    }
    backend.crossEntropy(tensors[0], tensors[1], 1.0 / ROWS, tensors[2]);
  }

  @Benchmark
  public void gelu() {
    if (tensors == null) {
      tensors = new Tensor[] {random(ROWS, CLASSES), scope.zeros(ElementType.F32, ROWS, CLASSES)};
    }
    backend.elementwise(Elementwise.GELU_TANH, tensors[0], tensors[1]);
  }

  @Benchmark
  public void layerNorm() {
    int rows = 16_384;
    int cols = 1_024;
    if (tensors == null) {
      tensors =
          new Tensor[] {
            random(rows, cols),
            random(1, cols).reshape(cols),
            random(1, cols).reshape(cols),
            scope.zeros(ElementType.F32, rows, cols),
            scope.zeros(ElementType.F32, rows),
            scope.zeros(ElementType.F32, rows)
          };
    }
    backend.layerNorm(tensors[0], tensors[1], tensors[2], 1e-5, tensors[3], tensors[4], tensors[5]);
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
