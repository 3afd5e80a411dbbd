// The handle, its settings, and what the library says of itself.
#include "cublas.h"

using namespace gatun::fake;

namespace {

constexpr int VERSION[] = {13, 1, 1};

struct Name {
  int status;
  const char *name;
  const char *text;
};
constexpr Name NAMES[] = {
    {CUBLAS_SUCCESS, "CUBLAS_STATUS_SUCCESS", "success"},
    {CUBLAS_NOT_INITIALIZED, "CUBLAS_STATUS_NOT_INITIALIZED", "the library was not initialized"},
    {CUBLAS_ALLOC_FAILED, "CUBLAS_STATUS_ALLOC_FAILED", "the resource allocation failed"},
    {CUBLAS_INVALID_VALUE, "CUBLAS_STATUS_INVALID_VALUE", "an unsupported value was passed"},
    {CUBLAS_EXECUTION_FAILED, "CUBLAS_STATUS_EXECUTION_FAILED", "the function failed to launch"},
    {CUBLAS_INTERNAL_ERROR, "CUBLAS_STATUS_INTERNAL_ERROR", "an internal operation failed"},
    {CUBLAS_NOT_SUPPORTED, "CUBLAS_STATUS_NOT_SUPPORTED", "the functionality is not supported"},
};

bool alive(const Cublas *handle) { return handle != nullptr && handle->alive == Cublas::ALIVE; }

}  // namespace

GATUN_API int cublasCreate_v2(Cublas **handle) {
  if (lost()) {
    return CUBLAS_NOT_INITIALIZED;
  }
  *handle = new Cublas;
  return CUBLAS_SUCCESS;
}

GATUN_API int cublasDestroy_v2(Cublas *handle) {
  if (!alive(handle)) {
    return CUBLAS_NOT_INITIALIZED;
  }
  // Not freed: a stale handle must stay unknown.
  handle->alive = 0;
  return lost() ? CUBLAS_INTERNAL_ERROR : CUBLAS_SUCCESS;
}

GATUN_API int cublasGetVersion_v2(Cublas *, int *version) {
  *version = VERSION[0] * 10000 + VERSION[1] * 100 + VERSION[2];
  return CUBLAS_SUCCESS;
}

GATUN_API int cublasGetProperty(int type, int *value) {
  if (type < 0 || type > 2) {
    return CUBLAS_INVALID_VALUE;
  }
  *value = VERSION[type];
  return CUBLAS_SUCCESS;
}

GATUN_API const char *cublasGetStatusName(int status) {
  for (auto &it : NAMES) {
    if (it.status == status) {
      return it.name;
    }
  }
  return "unrecognized error code";
}

GATUN_API const char *cublasGetStatusString(int status) {
  for (auto &it : NAMES) {
    if (it.status == status) {
      return it.text;
    }
  }
  return "unrecognized error code";
}

// Takes the caller's workspace away, as the real one does.
GATUN_API int cublasSetStream_v2(Cublas *handle, void *stream) {
  if (!alive(handle)) {
    return CUBLAS_NOT_INITIALIZED;
  }
  handle->stream = stream;
  handle->workspace = nullptr;
  handle->workspace_bytes = 0;
  return CUBLAS_SUCCESS;
}

GATUN_API int cublasSetWorkspace_v2(Cublas *handle, void *workspace, std::size_t bytes) {
  if (!alive(handle)) {
    return CUBLAS_NOT_INITIALIZED;
  }
  if (reinterpret_cast<std::uintptr_t>(workspace) % 256 != 0) {
    return CUBLAS_INVALID_VALUE;
  }
  handle->workspace = workspace;
  handle->workspace_bytes = bytes;
  return CUBLAS_SUCCESS;
}

GATUN_API int cublasSetMathMode(Cublas *handle, int mode) {
  if (!alive(handle)) {
    return CUBLAS_NOT_INITIALIZED;
  }
  handle->math_mode = mode;
  return CUBLAS_SUCCESS;
}

GATUN_API int cublasSetPointerMode_v2(Cublas *handle, int mode) {
  if (!alive(handle)) {
    return CUBLAS_NOT_INITIALIZED;
  }
  if (mode != POINTER_MODE_HOST && mode != POINTER_MODE_DEVICE) {
    return CUBLAS_INVALID_VALUE;
  }
  handle->pointer_mode = mode;
  return CUBLAS_SUCCESS;
}
