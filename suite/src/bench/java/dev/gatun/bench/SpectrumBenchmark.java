package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
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

/** All singular values of a matrix in F64 with 8 columns for each row, through its Gram matrix. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class SpectrumBenchmark {
  private static final int COLS_PER_ROW = 8;

  /** {@code cpu} or {@code cuda}. */
  @Param(BenchmarkDevice.CPU)
  public String device;

  /** How many rows the matrix has. */
  @Param("2048")
  public int rows;

  private Backend backend;
  private TensorScope scope;
  private Tensor matrix;
  private Tensor gram;
  private Tensor eigenvalues;

  @Setup
  public void open() {
    backend = BenchmarkDevice.open(device, 0);
    scope = backend.newScope();
    int cols = COLS_PER_ROW * rows;
    matrix = scope.zeros(ElementType.F64, rows, cols);
    backend.write(new Random(1).doubles((long) rows * cols, -1, 1).toArray(), matrix);
    gram = scope.zeros(ElementType.F64, rows, rows);
    eigenvalues = scope.zeros(ElementType.F64, rows);
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
    BenchmarkDevice.await(backend);
  }
}
