package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.bindings.openblas.OpenBlas;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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

/**
 * What a call through the generated bindings costs: the smallest there is, of OpenBLAS or of the
 * CUDA driver, and a dot product, which a GPU answers with a copy to the host.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NativeCallBenchmark {
  /** {@code cpu} or {@code cuda}. */
  @Param(BenchmarkDevice.CPU)
  public String device;

  private Backend backend;
  private Arena arena;
  private MemorySegment vector;
  private TensorScope scope;
  private Tensor tensor;
  private boolean onCuda;

  @Setup
  public void open() {
    backend = BenchmarkDevice.open(device, 1);
    arena = Arena.ofConfined();
    vector = arena.allocate(ValueLayout.JAVA_FLOAT, 8);
    scope = backend.newScope();
    tensor = scope.zeros(ElementType.F32, 8);
    onCuda = device.equals(BenchmarkDevice.CUDA);
  }

  @TearDown
  public void close() {
    arena.close();
    scope.close();
    backend.close();
  }

  @Benchmark
  public int smallestCall() {
    return onCuda ? CudaDriver.cuDriverGetVersion(vector) : OpenBlas.openblas_get_num_threads();
  }

  @Benchmark
  public double dotProductOfEight() {
    return onCuda ? backend.dot(tensor, tensor) : OpenBlas.cblas_sdot(8, vector, 1, vector, 1);
  }
}
