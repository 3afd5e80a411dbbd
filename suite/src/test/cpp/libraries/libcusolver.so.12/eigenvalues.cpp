// Symmetric eigenvalues and eigenvectors.
#include "cusolver.h"

using namespace gatun::fake;

namespace {

template <typename T>
using Syevd = void(
    const char *, const char *, const int *, T *, const int *, T *, T *, const int *, int *,
    const int *, int *, std::size_t, std::size_t);

// As the caller gives them, with the type apart.
struct Arguments {
  int jobz, fill;
  std::int64_t n;
  void *a;
  std::int64_t lda;
  void *values;

  bool fit() const {
    return (jobz == 0 || jobz == 1) && uplo(fill) && fits_int(n) && fits_int(lda) &&
           lda >= std::max<std::int64_t>(1, n);
  }
};

template <typename T>
int syevd(const Arguments &it, T *work, int work_size, int *integers, int integers_size) {
  char job = it.jobz == 1 ? 'V' : 'N', triangle = uplo(it.fill);
  int n = it.n, lda = it.lda, info = 0;
  lapack<T, Syevd<T>>("syevd")(
      &job, &triangle, &n, static_cast<T *>(it.a), &lda, static_cast<T *>(it.values), work,
      &work_size, integers, &integers_size, &info, 1, 1);
  return info;
}

template <typename T>
Needed needed(const Arguments &it) {
  T work = 0;
  int integers = 0;
  syevd<T>(it, &work, -1, &integers, -1);
  return {elements(work) * sizeof(T), std::max(1, integers) * sizeof(int)};
}

template <typename T>
int run(const Cusolver &handle, const Arguments &it, const Workspace &workspace) {
  Needed sizes = needed<T>(it);
  return run(handle, "cusolverDnXsyevd", workspace, sizes, [=] {
    require_device(it.a, extent(it.n, it.n, it.lda) * sizeof(T), "A");
    require_device(it.values, it.n * sizeof(T), "W");
    return syevd(
        it, static_cast<T *>(workspace.on_device), sizes.device_bytes / sizeof(T),
        static_cast<int *>(workspace.on_host), sizes.host_bytes / sizeof(int));
  });
}

int check(
    const Cusolver *handle, const Parameters *parameters, const Arguments &it, int type_a,
    int type_values, int compute) {
  if (int status = usable(handle, parameters)) {
    return status;
  }
  if (type_a != type_values || type_a != compute || (type_a != R_32F && type_a != R_64F)) {
    return CUSOLVER_NOT_SUPPORTED;
  }
  return it.fit() ? CUSOLVER_SUCCESS : CUSOLVER_INVALID_VALUE;
}

}  // namespace

GATUN_API int cusolverDnXsyevd_bufferSize(
    Cusolver *handle, Parameters *parameters, int jobz, int fill, std::int64_t n, int type_a,
    void *a, std::int64_t lda, int type_values, void *values, int compute, std::size_t *on_device,
    std::size_t *on_host) {
  Arguments it{jobz, fill, n, a, lda, values};
  if (int status = check(handle, parameters, it, type_a, type_values, compute)) {
    return status;
  }
  Needed sizes = compute == R_32F ? needed<float>(it) : needed<double>(it);
  return sizes.tell(on_device, on_host);
}

GATUN_API int cusolverDnXsyevd(
    Cusolver *handle, Parameters *parameters, int jobz, int fill, std::int64_t n, int type_a,
    void *a, std::int64_t lda, int type_values, void *values, int compute, void *on_device,
    std::size_t device_bytes, void *on_host, std::size_t host_bytes, int *info) {
  Arguments it{jobz, fill, n, a, lda, values};
  if (int status = check(handle, parameters, it, type_a, type_values, compute)) {
    return status;
  }
  Workspace workspace{on_device, device_bytes, on_host, host_bytes, info};
  return compute == R_32F ? run<float>(*handle, it, workspace)
                          : run<double>(*handle, it, workspace);
}
