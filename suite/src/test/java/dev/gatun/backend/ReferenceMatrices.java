package dev.gatun.backend;

import static dev.gatun.backend.Elements.at;
import static dev.gatun.backend.Elements.elements;
import static dev.gatun.backend.Elements.put;

import dev.gatun.tensor.Tensor;

/** Products and factorisations, by {@link ReferenceLinearAlgebra}. */
final class ReferenceMatrices
    implements Parts.MatrixProducts, Parts.GramProducts, Parts.Lapack, Parts.SingularValues {
  @Override
  public void gemm(
      Transpose ta, Transpose tb, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
    int m = (int) c.rows();
    int n = (int) c.cols();
    int k = (int) (ta == Transpose.NO ? a.cols() : a.rows());
    double[] left = ta == Transpose.NO ? elements(a) : transposed(a);
    double[] right = tb == Transpose.NO ? elements(b) : transposed(b);
    double[] product = ReferenceLinearAlgebra.product(left, right, m, k, n);
    for (int i = 0; i < product.length; i++) {
      put(c, i, alpha * product[i] + (beta == 0 ? 0 : beta * at(c, i)));
    }
  }

  @Override
  public void syrk(Transpose transpose, Tensor a, double beta, Tensor c) {
    int n = (int) c.rows();
    int k = (int) (transpose == Transpose.NO ? a.cols() : a.rows());
    double[] left = transpose == Transpose.NO ? elements(a) : transposed(a);
    double[] right = ReferenceLinearAlgebra.transposed(left, n, k);
    double[] product = ReferenceLinearAlgebra.product(left, right, n, k, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        put(c, i, j, product[i * n + j] + (beta == 0 ? 0 : beta * at(c, i, j)));
      }
    }
  }

  @Override
  public void symmetricEigenvalues(Tensor a, Tensor eigenvalues) {
    write(ReferenceLinearAlgebra.jacobiEigen(elements(a), (int) a.rows()).values(), eigenvalues);
  }

  @Override
  public void symmetricEigenvectors(Tensor a, Tensor eigenvalues) {
    var eigen = ReferenceLinearAlgebra.jacobiEigen(elements(a), (int) a.rows());
    write(eigen.values(), eigenvalues);
    write(eigen.vectors(), a);
  }

  @Override
  public void qr(Tensor a, Tensor r) {
    var qr = ReferenceLinearAlgebra.qr(elements(a), (int) a.rows(), (int) a.cols());
    write(qr.q(), a);
    write(qr.r(), r);
  }

  @Override
  public void cholesky(Tensor a) {
    write(ReferenceLinearAlgebra.cholesky(elements(a), (int) a.rows()), a);
  }

  @Override
  public void choleskySolve(Tensor l, Tensor b) {
    double[] x = elements(b);
    ReferenceLinearAlgebra.choleskySolve(elements(l), x, (int) l.rows(), (int) b.cols());
    write(x, b);
  }

  @Override
  public void singularValues(Tensor a, Tensor singularValues) {
    write(jacobiSvd(a).values(), singularValues);
  }

  @Override
  public void svd(Tensor a, Tensor u, Tensor singularValues, Tensor vt) {
    var svd = jacobiSvd(a);
    write(svd.u(), u);
    write(svd.values(), singularValues);
    write(svd.vt(), vt);
  }

  private static ReferenceLinearAlgebra.Svd jacobiSvd(Tensor a) {
    return ReferenceLinearAlgebra.jacobiSvd(elements(a), (int) a.rows(), (int) a.cols());
  }

  private static double[] transposed(Tensor a) {
    return ReferenceLinearAlgebra.transposed(elements(a), (int) a.rows(), (int) a.cols());
  }

  private static void write(double[] values, Tensor to) {
    for (int i = 0; i < values.length; i++) {
      put(to, i, values[i]);
    }
  }
}
