// cuDNN, which the backend does not compute with: it can be loaded and says its version; every
// other call answers that it is not supported. Arguments that nothing reads are left out.
#include <cstddef>
#include <cstring>

#include "openblas.h"

namespace {
constexpr int VERSION[] = {9, 14, 0};
constexpr int SUCCESS = 0, BAD_PARAM = 2000, NOT_SUPPORTED = 3000;
}  // namespace

GATUN_API std::size_t cudnnGetVersion() {
  return VERSION[0] * 10000 + VERSION[1] * 100 + VERSION[2];
}

GATUN_API int cudnnGetProperty(int type, int *value) {
  if (type < 0 || type > 2) {
    return BAD_PARAM;
  }
  *value = VERSION[type];
  return SUCCESS;
}

GATUN_API const char *cudnnGetErrorString(int status) {
  return status == SUCCESS         ? "CUDNN_STATUS_SUCCESS"
         : status == NOT_SUPPORTED ? "CUDNN_STATUS_NOT_SUPPORTED"
                                   : "CUDNN_STATUS_UNRECOGNIZED";
}

GATUN_API void cudnnGetLastErrorString(char *message, std::size_t size) {
  if (size > 0) {
    std::strncpy(message, "this cuDNN computes nothing", size - 1);
    message[size - 1] = 0;
  }
}

GATUN_API int cudnnCreate() { return NOT_SUPPORTED; }
GATUN_API int cudnnDestroy() { return NOT_SUPPORTED; }
GATUN_API int cudnnSetStream() { return NOT_SUPPORTED; }
GATUN_API int cudnnBackendCreateDescriptor() { return NOT_SUPPORTED; }
GATUN_API int cudnnBackendDestroyDescriptor() { return NOT_SUPPORTED; }
GATUN_API int cudnnBackendSetAttribute() { return NOT_SUPPORTED; }
GATUN_API int cudnnBackendGetAttribute() { return NOT_SUPPORTED; }
GATUN_API int cudnnBackendFinalize() { return NOT_SUPPORTED; }
GATUN_API int cudnnBackendExecute() { return NOT_SUPPORTED; }
