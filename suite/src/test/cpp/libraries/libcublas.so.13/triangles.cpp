// Products that touch one triangle, and solves with one.
#include "cublas.h"

using namespace gatun::fake;

namespace {

// Of cublas_api.h; cblas.h counts from other numbers, in the same order.
constexpr int CBLAS_FILL[] = {122, 121};  // LOWER, UPPER
constexpr int CBLAS_SIDE[] = {141, 142};  // LEFT, RIGHT
constexpr int CBLAS_DIAG[] = {131, 132};  // NON_UNIT, UNIT

bool is_flag(int value) { return value == 0 || value == 1; }

template <typename T>
using Syrk = void(int, int, int, int, int, T, const T *, int, T, T *, int);

template <typename T>
using Trsm = void(int, int, int, int, int, int, int, T, const T *, int, T *, int);

template <typename T>
int syrk(
    Cublas *handle, const char *name, int fill, int op, int n, int k, const T *alpha_at, const T *a,
    int lda, const T *beta_at, T *c, int ldc) {
  if (int status = usable(handle)) {
    return status;
  }
  int rows = op == OP_N ? n : k, cols = op == OP_N ? k : n;
  if (!is_flag(fill) || !is_flag(op) || n < 0 || k < 0 || lda < std::max(1, rows) ||
      ldc < std::max(1, n)) {
    return CUBLAS_INVALID_VALUE;
  }
  bool is_double = sizeof(T) == sizeof(double);
  Scalar alpha(*handle, alpha_at, is_double), beta(*handle, beta_at, is_double);
  return run(*handle, name, [=] {
    require_device(a, extent(rows, cols, lda) * sizeof(T), "A");
    require_device(c, extent(n, n, ldc) * sizeof(T), "C");
    cblas<T, Syrk<T>>("syrk")(
        COLUMNS, CBLAS_FILL[fill], cblas_op(op), n, k, static_cast<T>(alpha.get("alpha")), a, lda,
        static_cast<T>(beta.get("beta")), c, ldc);
  });
}

template <typename T>
int trsm(
    Cublas *handle, const char *name, int side, int fill, int op, int diag, int m, int n,
    const T *alpha_at, const T *a, int lda, T *b, int ldb) {
  if (int status = usable(handle)) {
    return status;
  }
  int order = side == 0 ? m : n;
  if (!is_flag(side) || !is_flag(fill) || !is_flag(op) || !is_flag(diag) || m < 0 || n < 0 ||
      lda < std::max(1, order) || ldb < std::max(1, m)) {
    return CUBLAS_INVALID_VALUE;
  }
  Scalar alpha(*handle, alpha_at, sizeof(T) == sizeof(double));
  return run(*handle, name, [=] {
    require_device(a, extent(order, order, lda) * sizeof(T), "A");
    require_device(b, extent(m, n, ldb) * sizeof(T), "B");
    cblas<T, Trsm<T>>("trsm")(
        COLUMNS, CBLAS_SIDE[side], CBLAS_FILL[fill], cblas_op(op), CBLAS_DIAG[diag], m, n,
        static_cast<T>(alpha.get("alpha")), a, lda, b, ldb);
  });
}

}  // namespace

GATUN_API int cublasSsyrk_v2(
    Cublas *handle, int fill, int op, int n, int k, const float *alpha, const float *a, int lda,
    const float *beta, float *c, int ldc) {
  return syrk(handle, "cublasSsyrk", fill, op, n, k, alpha, a, lda, beta, c, ldc);
}

GATUN_API int cublasDsyrk_v2(
    Cublas *handle, int fill, int op, int n, int k, const double *alpha, const double *a, int lda,
    const double *beta, double *c, int ldc) {
  return syrk(handle, "cublasDsyrk", fill, op, n, k, alpha, a, lda, beta, c, ldc);
}

GATUN_API int cublasStrsm_v2(
    Cublas *handle, int side, int fill, int op, int diag, int m, int n, const float *alpha,
    const float *a, int lda, float *b, int ldb) {
  return trsm(handle, "cublasStrsm", side, fill, op, diag, m, n, alpha, a, lda, b, ldb);
}

GATUN_API int cublasDtrsm_v2(
    Cublas *handle, int side, int fill, int op, int diag, int m, int n, const double *alpha,
    const double *a, int lda, double *b, int ldb) {
  return trsm(handle, "cublasDtrsm", side, fill, op, diag, m, n, alpha, a, lda, b, ldb);
}
