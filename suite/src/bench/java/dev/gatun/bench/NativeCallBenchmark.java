package dev.gatun.bench;

import dev.gatun.bindings.openblas.OpenBlas;
import dev.gatun.natives.blas.BlasLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a call through the generated bindings costs: the smallest there is, and a dot product. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NativeCallBenchmark {
  private Arena arena;
  private MemorySegment vector;

  @Setup
  public void open() {
    BlasLibrary.load();
    arena = Arena.ofConfined();
    vector = arena.allocate(ValueLayout.JAVA_FLOAT, 8);
  }

  @TearDown
  public void close() {
    arena.close();
  }

  @Benchmark
  public int smallestCall() {
    return OpenBlas.openblas_get_num_threads();
  }

  @Benchmark
  public float dotProductOfEight() {
    return OpenBlas.cblas_sdot(8, vector, 1, vector, 1);
  }
}
