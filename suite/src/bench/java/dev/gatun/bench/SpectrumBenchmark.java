package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** All singular values of a 2,048 x 16,384 matrix in F64, through its Gram matrix. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class SpectrumBenchmark {
  private static final int ROWS = 2_048;
  private static final int COLS = 16_384;

  private Backend backend;
  private TensorScope scope;
  private Tensor matrix;
  private Tensor gram;
  private Tensor eigenvalues;

  @Setup
  public void open() {
    backend = CpuBackend.open(CpuBackend.defaultThreads());
    scope = backend.newScope();
    matrix = scope.zeros(ElementType.F64, ROWS, COLS);
    backend.write(new Random(1).doubles((long) ROWS * COLS, -1, 1).toArray(), matrix);
    gram = scope.zeros(ElementType.F64, ROWS, ROWS);
    eigenvalues = scope.zeros(ElementType.F64, ROWS);
  }

  @TearDown
  public void close() {
    scope.close();
    backend.close();
  }

  @Benchmark
  public void singularValuesThroughGram() {
    backend.syrk(Transpose.NO, matrix, 0, gram);
    backend.symmetricEigenvalues(gram, eigenvalues);
  }
}
