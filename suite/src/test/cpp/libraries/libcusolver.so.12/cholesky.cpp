// Cholesky factors and solves with them.
#include "cusolver.h"

using namespace gatun::fake;

namespace {

template <typename T>
using Potrf = void(const char *, const int *, T *, const int *, int *, std::size_t);

template <typename T>
using Potrs = void(
    const char *, const int *, const int *, const T *, const int *, T *, const int *, int *,
    std::size_t);

// LAPACK needs no working memory here; the real routine does.
constexpr Needed POTRF_NEEDS{4096, 64};

int check(const Cusolver *handle, const Parameters *parameters, bool types_fit, bool sizes_fit) {
  if (int status = usable(handle, parameters)) {
    return status;
  }
  return !types_fit ? CUSOLVER_NOT_SUPPORTED : sizes_fit ? CUSOLVER_SUCCESS : CUSOLVER_INVALID_VALUE;
}

bool is_real(int type) { return type == R_32F || type == R_64F; }

bool fits(int fill, std::int64_t n, std::int64_t lda) {
  return uplo(fill) && fits_int(n) && fits_int(lda) && lda >= std::max<std::int64_t>(1, n);
}

template <typename T>
int potrf(
    const Cusolver &handle, char triangle, int n, void *a, int lda, const Workspace &workspace) {
  return run(handle, "cusolverDnXpotrf", workspace, POTRF_NEEDS, [=] {
    require_device(a, extent(n, n, lda) * sizeof(T), "A");
    int info = 0;
    lapack<T, Potrf<T>>("potrf")(&triangle, &n, static_cast<T *>(a), &lda, &info, 1);
    return info;
  });
}

template <typename T>
int potrs(
    const Cusolver &handle, char triangle, int n, int columns, const void *a, int lda, void *b,
    int ldb, int *info_at) {
  Workspace workspace{nullptr, 0, nullptr, 0, info_at};
  return run(handle, "cusolverDnXpotrs", workspace, {}, [=] {
    require_device(a, extent(n, n, lda) * sizeof(T), "A");
    require_device(b, extent(n, columns, ldb) * sizeof(T), "B");
    int info = 0;
    lapack<T, Potrs<T>>("potrs")(
        &triangle, &n, &columns, static_cast<const T *>(a), &lda, static_cast<T *>(b), &ldb, &info,
        1);
    return info;
  });
}

}  // namespace

GATUN_API int cusolverDnXpotrf_bufferSize(
    Cusolver *handle, Parameters *parameters, int fill, std::int64_t n, int type_a, void *,
    std::int64_t lda, int compute, std::size_t *on_device, std::size_t *on_host) {
  bool types_fit = type_a == compute && is_real(type_a);
  if (int status = check(handle, parameters, types_fit, fits(fill, n, lda))) {
    return status;
  }
  return POTRF_NEEDS.tell(on_device, on_host);
}

GATUN_API int cusolverDnXpotrf(
    Cusolver *handle, Parameters *parameters, int fill, std::int64_t n, int type_a, void *a,
    std::int64_t lda, int compute, void *on_device, std::size_t device_bytes, void *on_host,
    std::size_t host_bytes, int *info) {
  bool types_fit = type_a == compute && is_real(type_a);
  if (int status = check(handle, parameters, types_fit, fits(fill, n, lda))) {
    return status;
  }
  Workspace workspace{on_device, device_bytes, on_host, host_bytes, info};
  return compute == R_32F ? potrf<float>(*handle, uplo(fill), n, a, lda, workspace)
                          : potrf<double>(*handle, uplo(fill), n, a, lda, workspace);
}

GATUN_API int cusolverDnXpotrs(
    Cusolver *handle, Parameters *parameters, int fill, std::int64_t n, std::int64_t columns,
    int type_a, void *a, std::int64_t lda, int type_b, void *b, std::int64_t ldb, int *info) {
  bool types_fit = type_a == type_b && is_real(type_a);
  bool sizes_fit = fits(fill, n, lda) && fits_int(columns) && fits_int(ldb) &&
                   ldb >= std::max<std::int64_t>(1, n);
  if (int status = check(handle, parameters, types_fit, sizes_fit)) {
    return status;
  }
  return type_a == R_32F ? potrs<float>(*handle, uplo(fill), n, columns, a, lda, b, ldb, info)
                         : potrs<double>(*handle, uplo(fill), n, columns, a, lda, b, ldb, info);
}
