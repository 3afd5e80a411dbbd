// QR and the orthogonal factor that it leaves as reflectors.
#include "cusolver.h"

using namespace gatun::fake;

namespace {

template <typename T>
using Geqrf = void(const int *, const int *, T *, const int *, T *, T *, const int *, int *);

template <typename T>
using Orgqr = void(
    const int *, const int *, const int *, T *, const int *, const T *, T *, const int *, int *);

struct Arguments {
  std::int64_t m, n, reflectors;
  void *a;
  std::int64_t lda;
  void *tau;

  bool fit() const {
    return fits_int(m) && fits_int(n) && fits_int(reflectors) && fits_int(lda) &&
           lda >= std::max<std::int64_t>(1, m) && reflectors <= n;
  }

  template <typename T>
  void require() const {
    require_device(a, extent(m, n, lda) * sizeof(T), "A");
    require_device(tau, reflectors * sizeof(T), "tau");
  }
};

template <typename T>
int geqrf(const Arguments &it, T *work, int work_size) {
  int m = it.m, n = it.n, lda = it.lda, info = 0;
  lapack<T, Geqrf<T>>("geqrf")(
      &m, &n, static_cast<T *>(it.a), &lda, static_cast<T *>(it.tau), work, &work_size, &info);
  return info;
}

template <typename T>
int orgqr(const Arguments &it, T *work, int work_size) {
  int m = it.m, n = it.n, k = it.reflectors, lda = it.lda, info = 0;
  lapack<T, Orgqr<T>>("orgqr")(
      &m, &n, &k, static_cast<T *>(it.a), &lda, static_cast<const T *>(it.tau), work, &work_size,
      &info);
  return info;
}

// The host memory is not used, but poisoned: the real routine may ask for some.
template <typename T>
Needed geqrf_needs(const Arguments &it) {
  T work = 0;
  geqrf<T>(it, &work, -1);
  return {elements(work) * sizeof(T), 64};
}

template <typename T>
int run_geqrf(const Cusolver &handle, const Arguments &it, const Workspace &workspace) {
  Needed sizes = geqrf_needs<T>(it);
  return run(handle, "cusolverDnXgeqrf", workspace, sizes, [=] {
    it.require<T>();
    return geqrf(it, static_cast<T *>(workspace.on_device), sizes.device_bytes / sizeof(T));
  });
}

int check(
    const Cusolver *handle, const Parameters *parameters, const Arguments &it, int type_a,
    int type_tau, int compute) {
  if (int status = usable(handle, parameters)) {
    return status;
  }
  if (type_a != type_tau || type_a != compute || (type_a != R_32F && type_a != R_64F)) {
    return CUSOLVER_NOT_SUPPORTED;
  }
  return it.fit() ? CUSOLVER_SUCCESS : CUSOLVER_INVALID_VALUE;
}

template <typename T>
int orgqr_size(const Cusolver *handle, const Arguments &it, int *work_size) {
  if (int status = usable(handle)) {
    return status;
  }
  if (!it.fit()) {
    return CUSOLVER_INVALID_VALUE;
  }
  T work = 0;
  orgqr<T>(it, &work, -1);
  *work_size = static_cast<int>(elements(work));
  return CUSOLVER_SUCCESS;
}

template <typename T>
int run_orgqr(
    const Cusolver *handle, const char *name, const Arguments &it, T *work, int work_size,
    int *info) {
  int least = 0;
  if (int status = orgqr_size<T>(handle, it, &least)) {
    return status;
  }
  Workspace workspace{work, work_size * sizeof(T), nullptr, 0, info};
  return run(*handle, name, workspace, {least * sizeof(T), 0}, [=] {
    it.require<T>();
    return orgqr(it, work, work_size);
  });
}

}  // namespace

GATUN_API int cusolverDnXgeqrf_bufferSize(
    Cusolver *handle, Parameters *parameters, std::int64_t m, std::int64_t n, int type_a, void *a,
    std::int64_t lda, int type_tau, void *tau, int compute, std::size_t *on_device,
    std::size_t *on_host) {
  Arguments it{m, n, std::min(m, n), a, lda, tau};
  if (int status = check(handle, parameters, it, type_a, type_tau, compute)) {
    return status;
  }
  Needed sizes = compute == R_32F ? geqrf_needs<float>(it) : geqrf_needs<double>(it);
  return sizes.tell(on_device, on_host);
}

GATUN_API int cusolverDnXgeqrf(
    Cusolver *handle, Parameters *parameters, std::int64_t m, std::int64_t n, int type_a, void *a,
    std::int64_t lda, int type_tau, void *tau, int compute, void *on_device,
    std::size_t device_bytes, void *on_host, std::size_t host_bytes, int *info) {
  Arguments it{m, n, std::min(m, n), a, lda, tau};
  if (int status = check(handle, parameters, it, type_a, type_tau, compute)) {
    return status;
  }
  Workspace workspace{on_device, device_bytes, on_host, host_bytes, info};
  return compute == R_32F ? run_geqrf<float>(*handle, it, workspace)
                          : run_geqrf<double>(*handle, it, workspace);
}

GATUN_API int cusolverDnSorgqr_bufferSize(
    Cusolver *handle, int m, int n, int k, float *a, int lda, float *tau, int *work_size) {
  return orgqr_size<float>(handle, {m, n, k, a, lda, tau}, work_size);
}

GATUN_API int cusolverDnDorgqr_bufferSize(
    Cusolver *handle, int m, int n, int k, double *a, int lda, double *tau, int *work_size) {
  return orgqr_size<double>(handle, {m, n, k, a, lda, tau}, work_size);
}

GATUN_API int cusolverDnSorgqr(
    Cusolver *handle, int m, int n, int k, float *a, int lda, float *tau, float *work,
    int work_size, int *info) {
  return run_orgqr<float>(
      handle, "cusolverDnSorgqr", {m, n, k, a, lda, tau}, work, work_size, info);
}

GATUN_API int cusolverDnDorgqr(
    Cusolver *handle, int m, int n, int k, double *a, int lda, double *tau, double *work,
    int work_size, int *info) {
  return run_orgqr<double>(
      handle, "cusolverDnDorgqr", {m, n, k, a, lda, tau}, work, work_size, info);
}
