// Singular values and thin decompositions of matrices with at least as many rows as columns.
#include "cusolver.h"

using namespace gatun::fake;

namespace {

template <typename T>
using Gesvd = void(
    const char *, const char *, const int *, const int *, T *, const int *, T *, T *, const int *,
    T *, const int *, T *, const int *, int *, std::size_t, std::size_t);

struct Arguments {
  char jobu, jobvt;
  std::int64_t m, n;
  void *a;
  std::int64_t lda;
  void *values, *u;
  std::int64_t ldu;
  void *vt;
  std::int64_t ldvt;

  bool fit() const {
    bool leading = lda >= std::max<std::int64_t>(1, m) && ldu >= 1 && ldvt >= 1;
    bool thin = (jobu == 'N' || (jobu == 'S' && ldu >= m)) &&
                (jobvt == 'N' || (jobvt == 'S' && ldvt >= n));
    return leading && thin && fits_int(m) && fits_int(n) && fits_int(lda) && m >= n;
  }
};

template <typename T>
int gesvd(const Arguments &it, T *work, int work_size) {
  int m = it.m, n = it.n, lda = it.lda, ldu = it.ldu, ldvt = it.ldvt, info = 0;
  lapack<T, Gesvd<T>>("gesvd")(
      &it.jobu, &it.jobvt, &m, &n, static_cast<T *>(it.a), &lda, static_cast<T *>(it.values),
      static_cast<T *>(it.u), &ldu, static_cast<T *>(it.vt), &ldvt, work, &work_size, &info, 1, 1);
  return info;
}

// The host memory is not used, but poisoned: the real routine asks for some.
template <typename T>
Needed needed(const Arguments &it) {
  T work = 0;
  gesvd<T>(it, &work, -1);
  return {elements(work) * sizeof(T), 64 + 8 * static_cast<std::size_t>(it.n)};
}

template <typename T>
int run(const Cusolver &handle, const Arguments &it, const Workspace &workspace) {
  Needed sizes = needed<T>(it);
  return run(handle, "cusolverDnXgesvd", workspace, sizes, [=] {
    require_device(it.a, extent(it.m, it.n, it.lda) * sizeof(T), "A");
    require_device(it.values, it.n * sizeof(T), "S");
    if (it.jobu == 'S') {
      require_device(it.u, extent(it.m, it.n, it.ldu) * sizeof(T), "U");
    }
    if (it.jobvt == 'S') {
      require_device(it.vt, extent(it.n, it.n, it.ldvt) * sizeof(T), "VT");
    }
    return gesvd(it, static_cast<T *>(workspace.on_device), sizes.device_bytes / sizeof(T));
  });
}

int check(
    const Cusolver *handle, const Parameters *parameters, const Arguments &it, int type_a,
    int type_values, int type_u, int type_vt, int compute) {
  if (int status = usable(handle, parameters)) {
    return status;
  }
  if (type_a != type_values || type_a != type_u || type_a != type_vt || type_a != compute ||
      (type_a != R_32F && type_a != R_64F)) {
    return CUSOLVER_NOT_SUPPORTED;
  }
  return it.fit() ? CUSOLVER_SUCCESS : CUSOLVER_INVALID_VALUE;
}

}  // namespace

GATUN_API int cusolverDnXgesvd_bufferSize(
    Cusolver *handle, Parameters *parameters, signed char jobu, signed char jobvt, std::int64_t m,
    std::int64_t n, int type_a, void *a, std::int64_t lda, int type_values, void *values,
    int type_u, void *u, std::int64_t ldu, int type_vt, void *vt, std::int64_t ldvt, int compute,
    std::size_t *on_device, std::size_t *on_host) {
  Arguments it{char(jobu), char(jobvt), m, n, a, lda, values, u, ldu, vt, ldvt};
  if (int status = check(handle, parameters, it, type_a, type_values, type_u, type_vt, compute)) {
    return status;
  }
  Needed sizes = compute == R_32F ? needed<float>(it) : needed<double>(it);
  return sizes.tell(on_device, on_host);
}

GATUN_API int cusolverDnXgesvd(
    Cusolver *handle, Parameters *parameters, signed char jobu, signed char jobvt, std::int64_t m,
    std::int64_t n, int type_a, void *a, std::int64_t lda, int type_values, void *values,
    int type_u, void *u, std::int64_t ldu, int type_vt, void *vt, std::int64_t ldvt, int compute,
    void *on_device, std::size_t device_bytes, void *on_host, std::size_t host_bytes, int *info) {
  Arguments it{char(jobu), char(jobvt), m, n, a, lda, values, u, ldu, vt, ldvt};
  if (int status = check(handle, parameters, it, type_a, type_values, type_u, type_vt, compute)) {
    return status;
  }
  Workspace workspace{on_device, device_bytes, on_host, host_bytes, info};
  return compute == R_32F ? run<float>(*handle, it, workspace)
                          : run<double>(*handle, it, workspace);
}
