package dev.gatun.backend.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.gatun.backend.Transpose;
import dev.gatun.natives.blas.BlasLibrary;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;

/**
 * The native libraries called directly, without Gatun's own tiling: what the products and copies of
 * {@link CpuBackend} are measured against. Nothing here computes a result of Gatun.
 *
 * <p>A product is one call, or one call per thread on equal parts of the result. The library works
 * with a single thread, but inside {@link #withOwnThreads}.
 */
public final class DirectCalls implements AutoCloseable {
  /** Parts begin at multiples of this many rows or columns: no kernel has larger tiles. */
  private static final int TILE = 64;

  private static final long PAGE = 4096;
  private static final long REST_NANOS = 60_000_000;

  /** How a product is shared out among threads. */
  public enum Cut {
    /** One call. */
    NONE,
    /** Each thread takes rows of the result. */
    ROWS,
    /** Each thread takes columns of the result. */
    COLUMNS
  }

  private final BlasLibrary blas;
  private final WorkerPool pool;
  private final MethodHandle memcpy;

  /** With this many threads, the caller's included. */
  // memcpy has the signature of its manual.
  @SuppressWarnings("restricted")
  public DirectCalls(int threads) {
    blas = BlasLibrary.load();
    pool = new WorkerPool(threads);
    Linker linker = Linker.nativeLinker();
    memcpy =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("memcpy"),
            FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));
  }

  /**
   * A measurement during which the library may use as many threads of its own as there are here.
   * They spin for up to 30 ms after their last call; this returns when they are at rest.
   */
  public double withOwnThreads(DoubleSupplier measurement) {
    blas.setThreads(pool.threads());
    try {
      return measurement.getAsDouble();
    } finally {
      blas.setThreads(1);
      LockSupport.parkNanos(REST_NANOS);
    }
  }

  /** C ← op(A)·op(B), with op(A) [m, k], op(B) [k, n] and C [m, n], all F32 or all F64. */
  public void gemm(Cut cut, Transpose ta, Transpose tb, Tensor a, Tensor b, Tensor c) {
    int m = Math.toIntExact(c.rows());
    int n = Math.toIntExact(c.cols());
    int k = Math.toIntExact(ta == Transpose.NO ? a.cols() : a.rows());
    var left = new MatrixOperand(a.type(), a.memory(), ta, Math.toIntExact(a.cols()));
    var right = new MatrixOperand(b.type(), b.memory(), tb, Math.toIntExact(b.cols()));
    int rows = cut == Cut.ROWS ? part(m) : m;
    int cols = cut == Cut.COLUMNS ? part(n) : n;
    int across = Math.ceilDiv(n, cols);
    pool.forEach(
        Math.ceilDiv(m, rows) * across,
        task -> {
          int i = task / across * rows;
          int j = task % across * cols;
          Blas.gemm(
              Math.min(rows, m - i),
              Math.min(cols, n - j),
              k,
              1,
              left.from(i, 0),
              right.from(0, j),
              0,
              c.memory().asSlice(((long) i * n + j) * c.type().byteSize()),
              n);
        });
  }

  private int part(int extent) {
    return Math.ceilDiv(Math.ceilDiv(extent, pool.threads()), TILE) * TILE;
  }

  /** Lower triangle of C ← A·Aᵀ in F64, in one call. */
  public void syrk(Tensor a, Tensor c) {
    int n = Math.toIntExact(a.rows());
    int k = Math.toIntExact(a.cols());
    Blas.dsyrk(Transpose.NO, n, k, 1, a.memory(), k, 0, c.memory(), n);
  }

  /** Copies a tensor to one of its size: a call of the C library's {@code memcpy} per thread. */
  public void copy(Tensor from, Tensor to) {
    long bytes = from.byteSize();
    long part = Math.ceilDiv(Math.ceilDiv(bytes, pool.threads()), PAGE) * PAGE;
    pool.forEach(
        WorkerPool.chunks(bytes, part),
        task -> {
          long offset = task * part;
          long length = Math.min(part, bytes - offset);
          copy(from.memory().asSlice(offset, length), to.memory().asSlice(offset, length));
        });
  }

  private void copy(MemorySegment from, MemorySegment to) {
    try {
      var _ = (MemorySegment) memcpy.invokeExact(to, from, to.byteSize());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
