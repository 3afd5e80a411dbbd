package dev.gatun.backend.cuda;

import dev.gatun.bindings.cublas.CuBlas;
import dev.gatun.bindings.cusolver.CuSolver;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The routines of cuSOLVER that Gatun calls, on dense matrices read by columns, all of one real
 * type, computed in that type.
 */
final class CusolverRoutines {
  /** The lower triangle of a row-major matrix. */
  private static final int UPPER = CuBlas.CUBLAS_FILL_MODE_UPPER();

  private CusolverRoutines() {}

  /** Eigenvalues, ascending, of a [n, n]; with vectors, its columns become the eigenvectors. */
  record Syevd(CusolverHandle cusolver, boolean vectors, Tensor a, Tensor values)
      implements CusolverHandle.Routine {
    @Override
    public String name() {
      return "cusolverDnXsyevd";
    }

    private int job() {
      return vectors ? CuSolver.CUSOLVER_EIG_MODE_VECTOR() : CuSolver.CUSOLVER_EIG_MODE_NOVECTOR();
    }

    @Override
    public int bufferSize(MemorySegment bytesOnDevice, MemorySegment bytesOnHost) {
      int type = CublasHandle.dataType(a.type());
      return CuSolver.cusolverDnXsyevd_bufferSize(
          cusolver.handle(),
          cusolver.parameters(),
          job(),
          UPPER,
          a.cols(),
          type,
          a.memory(),
          a.cols(),
          type,
          values.memory(),
          type,
          bytesOnDevice,
          bytesOnHost);
    }

    @Override
    public int run(CusolverHandle.Workspace workspace) {
      int type = CublasHandle.dataType(a.type());
      return CuSolver.cusolverDnXsyevd(
          cusolver.handle(),
          cusolver.parameters(),
          job(),
          UPPER,
          a.cols(),
          type,
          a.memory(),
          a.cols(),
          type,
          values.memory(),
          type,
          workspace.onDevice(),
          workspace.bytesOnDevice(),
          workspace.onHost(),
          workspace.bytesOnHost(),
          workspace.info());
    }
  }

  /**
   * Singular values, descending, of a [m, n] by columns, m ≥ n, which is destroyed; and the thin U
   * [m, n] and Vᵀ [n, n] by columns, unless both are null.
   */
  record Gesvd(
      CusolverHandle cusolver,
      long m,
      long n,
      Tensor a,
      Tensor values,
      MemorySegment u,
      MemorySegment vt)
      implements CusolverHandle.Routine {
    @Override
    public String name() {
      return "cusolverDnXgesvd";
    }

    private byte job() {
      return (byte) (u.equals(MemorySegment.NULL) ? 'N' : 'S');
    }

    @Override
    public int bufferSize(MemorySegment bytesOnDevice, MemorySegment bytesOnHost) {
      int type = CublasHandle.dataType(a.type());
      return CuSolver.cusolverDnXgesvd_bufferSize(
          cusolver.handle(),
          cusolver.parameters(),
          job(),
          job(),
          m,
          n,
          type,
          a.memory(),
          m,
          type,
          values.memory(),
          type,
          u,
          m,
          type,
          vt,
          n,
          type,
          bytesOnDevice,
          bytesOnHost);
    }

    @Override
    public int run(CusolverHandle.Workspace workspace) {
      int type = CublasHandle.dataType(a.type());
      return CuSolver.cusolverDnXgesvd(
          cusolver.handle(),
          cusolver.parameters(),
          job(),
          job(),
          m,
          n,
          type,
          a.memory(),
          m,
          type,
          values.memory(),
          type,
          u,
          m,
          type,
          vt,
          n,
          type,
          workspace.onDevice(),
          workspace.bytesOnDevice(),
          workspace.onHost(),
          workspace.bytesOnHost(),
          workspace.info());
    }
  }

  /** QR of a [m, n] by columns, m ≥ n: R above, reflectors below, their factors in tau [n]. */
  record Geqrf(CusolverHandle cusolver, int m, int n, Tensor a, Tensor tau)
      implements CusolverHandle.Routine {
    @Override
    public String name() {
      return "cusolverDnXgeqrf";
    }

    @Override
    public int bufferSize(MemorySegment bytesOnDevice, MemorySegment bytesOnHost) {
      int type = CublasHandle.dataType(a.type());
      return CuSolver.cusolverDnXgeqrf_bufferSize(
          cusolver.handle(),
          cusolver.parameters(),
          m,
          n,
          type,
          a.memory(),
          m,
          type,
          tau.memory(),
          type,
          bytesOnDevice,
          bytesOnHost);
    }

    @Override
    public int run(CusolverHandle.Workspace workspace) {
      int type = CublasHandle.dataType(a.type());
      return CuSolver.cusolverDnXgeqrf(
          cusolver.handle(),
          cusolver.parameters(),
          m,
          n,
          type,
          a.memory(),
          m,
          type,
          tau.memory(),
          type,
          workspace.onDevice(),
          workspace.bytesOnDevice(),
          workspace.onHost(),
          workspace.bytesOnHost(),
          workspace.info());
    }
  }

  /** The first n columns of Q from what {@link Geqrf} left, in place. */
  record Orgqr(CusolverHandle cusolver, int m, int n, Tensor a, Tensor tau)
      implements CusolverHandle.Routine {
    private boolean single() {
      return a.type() == ElementType.F32;
    }

    @Override
    public String name() {
      return single() ? "cusolverDnSorgqr" : "cusolverDnDorgqr";
    }

    /** This one, of the older interface, counts elements on the device and needs no host memory. */
    @Override
    public int bufferSize(MemorySegment bytesOnDevice, MemorySegment bytesOnHost) {
      MemorySegment handle = cusolver.handle();
      bytesOnDevice.set(ValueLayout.JAVA_LONG, 0, 0);
      bytesOnHost.set(ValueLayout.JAVA_LONG, 0, 0);
      int status =
          single()
              ? CuSolver.cusolverDnSorgqr_bufferSize(
                  handle, m, n, n, a.memory(), m, tau.memory(), bytesOnDevice)
              : CuSolver.cusolverDnDorgqr_bufferSize(
                  handle, m, n, n, a.memory(), m, tau.memory(), bytesOnDevice);
      long elements = bytesOnDevice.get(ValueLayout.JAVA_INT, 0);
      bytesOnDevice.set(ValueLayout.JAVA_LONG, 0, elements * a.type().byteSize());
      return status;
    }

    @Override
    public int run(CusolverHandle.Workspace workspace) {
      MemorySegment handle = cusolver.handle();
      MemorySegment work = workspace.onDevice();
      MemorySegment info = workspace.info();
      int elements = Math.toIntExact(workspace.bytesOnDevice() / a.type().byteSize());
      return single()
          ? CuSolver.cusolverDnSorgqr(
              handle, m, n, n, a.memory(), m, tau.memory(), work, elements, info)
          : CuSolver.cusolverDnDorgqr(
              handle, m, n, n, a.memory(), m, tau.memory(), work, elements, info);
    }
  }

  /** Cholesky UᵀU of the upper triangle of a [n, n] by columns, in place. */
  record Potrf(CusolverHandle cusolver, Tensor a) implements CusolverHandle.Routine {
    @Override
    public String name() {
      return "cusolverDnXpotrf";
    }

    @Override
    public int bufferSize(MemorySegment bytesOnDevice, MemorySegment bytesOnHost) {
      int type = CublasHandle.dataType(a.type());
      return CuSolver.cusolverDnXpotrf_bufferSize(
          cusolver.handle(),
          cusolver.parameters(),
          UPPER,
          a.cols(),
          type,
          a.memory(),
          a.cols(),
          type,
          bytesOnDevice,
          bytesOnHost);
    }

    @Override
    public int run(CusolverHandle.Workspace workspace) {
      int type = CublasHandle.dataType(a.type());
      return CuSolver.cusolverDnXpotrf(
          cusolver.handle(),
          cusolver.parameters(),
          UPPER,
          a.cols(),
          type,
          a.memory(),
          a.cols(),
          type,
          workspace.onDevice(),
          workspace.bytesOnDevice(),
          workspace.onHost(),
          workspace.bytesOnHost(),
          workspace.info());
    }
  }
}
