package dev.gatun.backend.cuda;

import dev.gatun.backend.Parts;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * Symmetric eigenvalues, QR and Cholesky by cuSOLVER, F32 or F64, on row-major matrices; singular
 * values are in {@link SingularValues}.
 *
 * <p>cuSOLVER reads columns: a row-major matrix is to it the transposed one, its lower triangle the
 * upper one. Where that is enough nothing is copied.
 */
final class Lapack implements Parts.Lapack {
  private final Launcher launcher;
  private final DeviceMemory memory;
  private final CublasHandle cublas;
  private final CusolverHandle cusolver;
  private final Transposition transposition;

  Lapack(Launcher launcher, DeviceMemory memory, CublasHandle cublas, CusolverHandle cusolver) {
    this.launcher = launcher;
    this.memory = memory;
    this.cublas = cublas;
    this.cusolver = cusolver;
    this.transposition = new Transposition(launcher);
  }

  @Override
  public void symmetricEigenvalues(Tensor a, Tensor eigenvalues) {
    syevd(a, eigenvalues, false);
  }

  @Override
  public void symmetricEigenvectors(Tensor a, Tensor eigenvalues) {
    syevd(a, eigenvalues, true);
  }

  private void syevd(Tensor a, Tensor eigenvalues, boolean vectors) {
    if (a.size() > 0) {
      cusolver.run(new CusolverRoutines.Syevd(cusolver, vectors, a, eigenvalues), a);
    }
  }

  @Override
  public void qr(Tensor a, Tensor r) {
    int m = Math.toIntExact(a.rows());
    int n = Math.toIntExact(a.cols());
    if (n == 0) {
      return;
    }
    try (TensorScope scope = memory.newScope()) {
      Tensor columns = scope.zeros(a.type(), n, m);
      Tensor tau = scope.zeros(a.type(), n);
      transposition.transpose(a, columns);
      cusolver.run(new CusolverRoutines.Geqrf(cusolver, m, n, columns, tau), a);
      launcher.launch(
          kernel("upper_of_qr", a.type()), Grid.ofMatrix(n, n, 1), columns, r, (long) m, (long) n);
      cusolver.run(new CusolverRoutines.Orgqr(cusolver, m, n, columns, tau), a);
      transposition.transpose(columns, a);
    }
  }

  @Override
  public void cholesky(Tensor a) {
    if (a.size() == 0) {
      return;
    }
    cusolver.run(new CusolverRoutines.Potrf(cusolver, a), a);
    long n = a.cols();
    launcher.launch(kernel("clear_above_diagonal", a.type()), Grid.ofMatrix(n, n, 1), a, n);
  }

  /**
   * As {@link dev.gatun.backend.Backend#choleskySolve}, by two triangular solves in place: potrs
   * would want B transposed. Read by columns B is Bᵀ and L is U = Lᵀ, so that Xᵀ·Uᵀ·U = Bᵀ is to be
   * solved from the right: first Y·U = Bᵀ, then Xᵀ·Uᵀ = Y.
   */
  @Override
  public void choleskySolve(Tensor l, Tensor b) {
    int n = Math.toIntExact(l.cols());
    int k = Math.toIntExact(b.cols());
    if (b.size() > 0) {
      cublas.solveUpperFromTheRight(Transpose.NO, n, k, l, b);
      cublas.solveUpperFromTheRight(Transpose.YES, n, k, l, b);
    }
  }

  private static Kernel kernel(String name, ElementType type) {
    return new Kernel("triangle", name + (type == ElementType.F32 ? "_f32" : "_f64"));
  }
}
