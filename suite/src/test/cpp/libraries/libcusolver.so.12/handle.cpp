// The handle, its settings, and what the library says of itself.
#include "cusolver.h"

using namespace gatun::fake;

namespace {
constexpr int VERSION[] = {12, 0, 4};
}

GATUN_API int cusolverDnCreate(Cusolver **handle) {
  if (lost()) {
    return CUSOLVER_NOT_INITIALIZED;
  }
  *handle = new Cusolver;
  return CUSOLVER_SUCCESS;
}

GATUN_API int cusolverDnDestroy(Cusolver *handle) {
  if (int status = usable(handle)) {
    return status;
  }
  // Not freed: a stale handle must stay unknown.
  handle->alive = 0;
  return lost() ? CUSOLVER_INTERNAL_ERROR : CUSOLVER_SUCCESS;
}

GATUN_API int cusolverDnSetStream(Cusolver *handle, void *stream) {
  if (int status = usable(handle)) {
    return status;
  }
  handle->stream = stream;
  return CUSOLVER_SUCCESS;
}

GATUN_API int cusolverDnSetDeterministicMode(Cusolver *handle, int mode) {
  if (int status = usable(handle)) {
    return status;
  }
  if (mode != 1 && mode != 2) {
    return CUSOLVER_INVALID_VALUE;
  }
  handle->deterministic_mode = mode;
  return CUSOLVER_SUCCESS;
}

GATUN_API int cusolverGetVersion(int *version) {
  *version = VERSION[0] * 1000 + VERSION[1] * 100 + VERSION[2];
  return CUSOLVER_SUCCESS;
}

GATUN_API int cusolverGetProperty(int type, int *value) {
  if (type < 0 || type > 2) {
    return CUSOLVER_INVALID_VALUE;
  }
  *value = VERSION[type];
  return CUSOLVER_SUCCESS;
}

GATUN_API int cusolverDnCreateParams(Parameters **parameters) {
  *parameters = new Parameters;
  return CUSOLVER_SUCCESS;
}

GATUN_API int cusolverDnDestroyParams(Parameters *parameters) {
  if (parameters == nullptr || parameters->alive != Parameters::ALIVE) {
    return CUSOLVER_NOT_INITIALIZED;
  }
  parameters->alive = 0;
  return CUSOLVER_SUCCESS;
}
