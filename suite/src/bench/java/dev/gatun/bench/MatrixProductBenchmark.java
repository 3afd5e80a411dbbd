package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.bindings.openblas.OpenBlas;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
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
 * The matrix products of the training steps: tiles of single-threaded OpenBLAS over Gatun's pool,
 * against OpenBLAS on as many threads of its own.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class MatrixProductBenchmark {
  /** Transposes, then M x N x K. */
  @Param({
    "NT 2048x4096x128",
    "NN 2048x128x4096",
    "TN 4096x128x2048",
    "NT 8192x96x32",
    "TN 96x32x8192",
    "NT 2048x1024x256",
    "NN 2048x256x1024",
    "TN 256x1024x2048",
    "NT 512x50257x768",
    "TN 50257x768x512",
    "NN 512x512x512"
  })
  public String product;

  private Backend backend;
  private TensorScope scope;
  private Transpose ta;
  private Transpose tb;
  private int m;
  private int n;
  private int k;
  private Tensor a;
  private Tensor b;
  private Tensor c;

  @Setup
  public void open() {
    backend = CpuBackend.open(CpuBackend.defaultThreads());
    scope = backend.newScope();
    ta = product.charAt(0) == 'T' ? Transpose.YES : Transpose.NO;
    tb = product.charAt(1) == 'T' ? Transpose.YES : Transpose.NO;
    String[] extents = product.substring(3).split("x");
    m = Integer.parseInt(extents[0]);
    n = Integer.parseInt(extents[1]);
    k = Integer.parseInt(extents[2]);
    a = ta == Transpose.NO ? filled(m, k) : filled(k, m);
    b = tb == Transpose.NO ? filled(k, n) : filled(n, k);
    c = filled(m, n);
  }

  @TearDown
  public void close() {
    OpenBlas.openblas_set_num_threads(1);
    scope.close();
    backend.close();
  }

  @Benchmark
  public void gatun() {
    OpenBlas.openblas_set_num_threads(1);
    backend.gemm(ta, tb, 1, a, b, 0, c);
  }

  @Benchmark
  public void openBlasOwnThreads() {
    OpenBlas.openblas_set_num_threads(CpuBackend.defaultThreads());
    OpenBlas.cblas_sgemm(
        OpenBlas.CblasRowMajor(),
        ta == Transpose.YES ? OpenBlas.CblasTrans() : OpenBlas.CblasNoTrans(),
        tb == Transpose.YES ? OpenBlas.CblasTrans() : OpenBlas.CblasNoTrans(),
        m,
        n,
        k,
        1,
        a.memory(),
        (int) a.cols(),
        b.memory(),
        (int) b.cols(),
        0,
        c.memory(),
        n);
  }

  private Tensor filled(int rows, int cols) {
    Tensor tensor = scope.zeros(ElementType.F32, rows, cols);
    backend.fill(tensor, 0.5);
    return tensor;
  }
}
