package dev.gatun.backend;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Textbook methods on row-major f64 arrays: slow, simple and accurate. */
final class ReferenceLinearAlgebra {
  private static final int MAXIMUM_SWEEPS = 60;

  private ReferenceLinearAlgebra() {}

  /** A·B for A [m, k], B [k, n]. */
  static double[] product(double[] a, double[] b, int m, int k, int n) {
    double[] c = new double[m * n];
    double[] row = new double[n];
    for (int i = 0; i < m; i++) {
      Arrays.fill(row, 0);
      for (int l = 0; l < k; l++) {
        addScaled(a[i * k + l], b, l * n, row);
      }
      System.arraycopy(row, 0, c, i * n, n);
    }
    return c;
  }

  /** y ← y + factor·x from an index on: a loop that the JVM's compiler vectorises. */
  private static void addScaled(double factor, double[] x, int from, double[] y) {
    for (int j = 0; j < y.length; j++) {
      y[j] += factor * x[from + j];
    }
  }

  /** Aᵀ [n, m] of A [m, n]. */
  static double[] transposed(double[] a, int m, int n) {
    double[] t = new double[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        t[j * m + i] = a[i * n + j];
      }
    }
    return t;
  }

  /** Eigenvalues ascending, and the unit eigenvectors as rows. */
  record Eigen(double[] values, double[] vectors) {}

  /** Cyclic Jacobi (Golub and Van Loan, §8.5) on the lower triangle of A [n, n]. */
  static Eigen jacobiEigen(double[] lower, int n) {
    double[] a = new double[n * n];
    double[] v = new double[n * n];
    for (int i = 0; i < n; i++) {
      v[i * n + i] = 1;
      for (int j = 0; j <= i; j++) {
        a[i * n + j] = lower[i * n + j];
        a[j * n + i] = lower[i * n + j];
      }
    }
    boolean rotated = true;
    for (int sweep = 0; rotated && sweep < MAXIMUM_SWEEPS; sweep++) {
      rotated = false;
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          rotated |= annihilate(a, v, n, p, q);
        }
      }
    }
    requireConverged("Jacobi eigenvalues", rotated, n, n);
    int[] order = ascending(n, i -> a[i * n + i]);
    double[] values = new double[n];
    double[] vectors = new double[n * n];
    for (int i = 0; i < n; i++) {
      values[i] = a[order[i] * n + order[i]];
      System.arraycopy(v, order[i] * n, vectors, i * n, n);
    }
    return new Eigen(values, vectors);
  }

  /** Makes a[p, q] zero by a rotation of rows and columns p and q; rows of v turn along. */
  private static boolean annihilate(double[] a, double[] v, int n, int p, int q) {
    double apq = a[p * n + q];
    double diagonal = Math.hypot(a[p * n + p], a[q * n + q]);
    if (Math.abs(apq) <= 1e-17 * diagonal || apq == 0 || Math.abs(apq) < 1e-300) {
      return false;
    }
    double theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
    double t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
    double c = 1 / Math.hypot(t, 1);
    rotate(a, p * n, q * n, 1, n, c, t * c);
    rotate(a, p, q, n, n, c, t * c);
    rotate(v, p * n, q * n, 1, n, c, t * c);
    a[p * n + q] = 0;
    a[q * n + p] = 0;
    return true;
  }

  /** (x, y) ← (c·x − s·y, s·x + c·y) for two strided vectors inside one array. */
  private static void rotate(double[] a, int x, int y, int stride, int n, double c, double s) {
    for (int i = 0; i < n; i++) {
      double xi = a[x + i * stride];
      double yi = a[y + i * stride];
      a[x + i * stride] = c * xi - s * yi;
      a[y + i * stride] = s * xi + c * yi;
    }
  }

  /** A = U·diag(values)·Vᵀ with k = min(m, n): U [m, k], values descending, Vᵀ [k, n]. */
  record Svd(double[] u, double[] values, double[] vt) {}

  /** One-sided Jacobi (Hestenes; Golub and Van Loan, §8.6.3). */
  static Svd jacobiSvd(double[] a, int m, int n) {
    if (m < n) {
      Svd t = jacobiSvd(transposed(a, m, n), n, m);
      return new Svd(transposed(t.vt, m, m), t.values, transposed(t.u, n, m));
    }
    double[] columns = transposed(a, m, n);
    double[] v = new double[n * n];
    for (int i = 0; i < n; i++) {
      v[i * n + i] = 1;
    }
    boolean rotated = true;
    for (int sweep = 0; rotated && sweep < MAXIMUM_SWEEPS; sweep++) {
      rotated = false;
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          rotated |= orthogonalise(columns, v, m, n, p, q);
        }
      }
    }
    requireConverged("Jacobi SVD", rotated, m, n);
    return sorted(columns, v, m, n);
  }

  private static boolean orthogonalise(double[] columns, double[] v, int m, int n, int p, int q) {
    double pp = dot(columns, p * m, p * m, m);
    double qq = dot(columns, q * m, q * m, m);
    double pq = dot(columns, p * m, q * m, m);
    if (Math.abs(pq) <= 1e-15 * Math.sqrt(pp) * Math.sqrt(qq) || Math.abs(pq) < 1e-300) {
      return false;
    }
    double theta = (qq - pp) / (2 * pq);
    double t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
    double c = 1 / Math.hypot(t, 1);
    rotate(columns, p * m, q * m, 1, m, c, t * c);
    rotate(v, p * n, q * n, 1, n, c, t * c);
    return true;
  }

  private static Svd sorted(double[] columns, double[] v, int m, int n) {
    double[] norms = new double[n];
    for (int j = 0; j < n; j++) {
      norms[j] = Math.sqrt(dot(columns, j * m, j * m, m));
    }
    int[] order = ascending(n, j -> -norms[j]);
    double[] values = new double[n];
    double[] ut = new double[n * m];
    double[] vt = new double[n * n];
    for (int j = 0; j < n; j++) {
      values[j] = norms[order[j]];
      System.arraycopy(v, order[j] * n, vt, j * n, n);
      System.arraycopy(columns, order[j] * m, ut, j * m, m);
    }
    completeBasis(ut, values, m, n);
    return new Svd(transposed(ut, n, m), values, vt);
  }

  /** Normalises rows of Uᵀ; directions without a singular value get any orthonormal completion. */
  private static void completeBasis(double[] ut, double[] values, int m, int n) {
    int unit = 0;
    for (int j = 0; j < n; j++) {
      double norm = values[j];
      if (norm <= 1e-15 * values[0] * m) {
        // Some unit vector keeps at least 1/√m of its length outside the rows so far.
        do {
          Arrays.fill(ut, j * m, (j + 1) * m, 0);
          ut[j * m + unit++] = 1;
          removeProjections(ut, m, j);
          removeProjections(ut, m, j);
          norm = Math.sqrt(dot(ut, j * m, j * m, m));
        } while (norm < 0.5 / Math.sqrt(m));
      }
      for (int i = 0; i < m; i++) {
        ut[j * m + i] /= norm;
      }
    }
  }

  private static void removeProjections(double[] rows, int width, int j) {
    for (int k = 0; k < j; k++) {
      double along = dot(rows, k * width, j * width, width);
      for (int i = 0; i < width; i++) {
        rows[j * width + i] -= along * rows[k * width + i];
      }
    }
  }

  /** A = Q·R by modified Gram–Schmidt, each column orthogonalised twice. */
  record Qr(double[] q, double[] r) {}

  static Qr qr(double[] a, int m, int n) {
    double[] qt = transposed(a, m, n);
    double[] r = new double[n * n];
    for (int j = 0; j < n; j++) {
      for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < j; k++) {
          double along = dot(qt, k * m, j * m, m);
          r[k * n + j] += along;
          for (int i = 0; i < m; i++) {
            qt[j * m + i] -= along * qt[k * m + i];
          }
        }
      }
      r[j * n + j] = Math.sqrt(dot(qt, j * m, j * m, m));
      for (int i = 0; i < m; i++) {
        qt[j * m + i] /= r[j * n + j];
      }
    }
    return new Qr(transposed(qt, n, m), r);
  }

  /** L of A = L·Lᵀ from the lower triangle of A [n, n]; zeros above. */
  static double[] cholesky(double[] a, int n) {
    double[] l = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double rest = a[i * n + j] - dotRows(l, i, j, j, n);
        if (i == j && !(rest > 0)) {
          throw new IllegalStateException(
              "cholesky: leading minor " + (i + 1) + " of [" + n + ", " + n + "] is not positive");
        }
        l[i * n + j] = i == j ? Math.sqrt(rest) : rest / l[j * n + j];
      }
    }
    return l;
  }

  /** Solves (L·Lᵀ)·X = B [n, k] in place. */
  static void choleskySolve(double[] l, double[] b, int n, int k) {
    for (int col = 0; col < k; col++) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
          b[i * k + col] -= l[i * n + j] * b[j * k + col];
        }
        b[i * k + col] /= l[i * n + i];
      }
      for (int i = n - 1; i >= 0; i--) {
        for (int j = i + 1; j < n; j++) {
          b[i * k + col] -= l[j * n + i] * b[j * k + col];
        }
        b[i * k + col] /= l[i * n + i];
      }
    }
  }

  private static double dotRows(double[] a, int i, int j, int length, int n) {
    return dot(a, i * n, j * n, length);
  }

  private static double dot(double[] a, int x, int y, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += a[x + i] * a[y + i];
    }
    return sum;
  }

  private static int[] ascending(int n, IntToDoubleFunction key) {
    return IntStream.range(0, n)
        .boxed()
        .sorted(Comparator.comparingDouble(key::applyAsDouble))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static void requireConverged(String what, boolean rotated, int m, int n) {
    if (rotated) {
      throw new IllegalStateException(what + " of [" + m + ", " + n + "] did not converge");
    }
  }
}
