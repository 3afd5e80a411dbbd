package dev.gatun.backend.cpu;

import dev.gatun.backend.Parts;
import dev.gatun.natives.LapackStatus;
import dev.gatun.natives.NativeStatusException;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Singular values and thin SVDs by LAPACK, F32 or F64, of row-major matrices. LAPACK always gets
 * the tall orientation, which it is several times faster with: a wide matrix as it is (read by
 * columns it is tall), a tall one transposed.
 *
 * <p>When the fast routine does not converge the slow one takes over; {@link #fallbacks()} counts
 * it.
 */
final class SingularValues implements Parts.SingularValues {
  private final WorkerPool pool;
  private final HostMemory memory;
  private final SvdRoutine fast;
  private final SvdRoutine slow;
  private final AtomicInteger fallbacks = new AtomicInteger();

  SingularValues(WorkerPool pool, HostMemory memory) {
    this(pool, memory, SvdRoutine.GESDD, SvdRoutine.GESVD);
  }

  SingularValues(WorkerPool pool, HostMemory memory, SvdRoutine fast, SvdRoutine slow) {
    this.pool = pool;
    this.memory = memory;
    this.fast = fast;
    this.slow = slow;
  }

  /** How often the fast routine failed and the slow one was called. */
  int fallbacks() {
    return fallbacks.get();
  }

  /** Singular values, descending, of a [m, n]: [min(m, n)]. */
  @Override
  public void singularValues(Tensor a, Tensor sigma) {
    if (sigma.size() > 0) {
      decompose(a, true, sigma.memory(), MemorySegment.NULL, MemorySegment.NULL);
    }
  }

  /** Thin SVD of a [m, n] into u [m, k], sigma [k], vt [k, n]. */
  @Override
  public void svd(Tensor a, Tensor u, Tensor sigma, Tensor vt) {
    if (sigma.size() == 0) {
      return;
    }
    if (a.rows() <= a.cols()) {
      // Read by columns a is Aᵀ = V·Σ·Uᵀ: its U, read by rows, is our Vᵀ, and its Vᵀ our U.
      decompose(a, false, sigma.memory(), vt.memory(), u.memory());
      return;
    }
    try (var scope = new HostScope(memory)) {
      Tensor left = scope.zeros(a.type(), u.cols(), u.rows());
      Tensor right = scope.zeros(a.type(), vt.cols(), vt.rows());
      decompose(a, false, sigma.memory(), left.memory(), right.memory());
      Transposition.transpose(pool, left, u);
      Transposition.transpose(pool, right, vt);
    }
  }

  private void decompose(
      Tensor a, boolean values, MemorySegment sigma, MemorySegment left, MemorySegment right) {
    try (var scope = new HostScope(memory)) {
      // A copy, so that the slow routine finds the matrix as it was.
      Tensor copy = scope.zeros(a.type(), a.size());
      int info = call(fast, a, copy, values, sigma, left, right);
      if (info > 0) {
        fallbacks.incrementAndGet();
        try {
          check(slow, call(slow, a, copy, values, sigma, left, right), a);
        } catch (NativeStatusException e) {
          e.addSuppressed(new IllegalStateException(fast.name() + " returned info = " + info));
          throw e;
        }
      } else {
        check(fast, info, a);
      }
    }
  }

  private int call(
      SvdRoutine routine,
      Tensor a,
      Tensor copy,
      boolean values,
      MemorySegment sigma,
      MemorySegment left,
      MemorySegment right) {
    int rows = Math.toIntExact(a.rows());
    int cols = Math.toIntExact(a.cols());
    if (rows <= cols) {
      new Vectors(pool).copy(a, copy);
    } else {
      Transposition.transpose(pool, a, copy);
    }
    return routine.decompose(
        a.type(),
        values,
        Math.max(rows, cols),
        Math.min(rows, cols),
        copy.memory(),
        sigma,
        left,
        right);
  }

  private static void check(SvdRoutine routine, int info, Tensor a) {
    String letter = a.type() == ElementType.F32 ? "s" : "d";
    LapackStatus.check(
        "LAPACKE_" + letter + routine.name(), info, "a " + a.type() + Shape.of(a.rows(), a.cols()));
  }
}
