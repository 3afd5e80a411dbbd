// The CUDA runtime, as far as a machine can ask it what there is: one device, CUDA 13.0.
#include "openblas.h"

namespace {
constexpr int CUDA = 13000;
constexpr int SUCCESS = 0;
}  // namespace

GATUN_API int cudaRuntimeGetVersion(int *version) {
  *version = CUDA;
  return SUCCESS;
}

GATUN_API int cudaDriverGetVersion(int *version) {
  *version = CUDA;
  return SUCCESS;
}

GATUN_API int cudaGetDeviceCount(int *count) {
  *count = 1;
  return SUCCESS;
}

GATUN_API const char *cudaGetErrorName(int status) {
  return status == SUCCESS ? "cudaSuccess" : "unrecognized error code";
}

GATUN_API const char *cudaGetErrorString(int status) {
  return status == SUCCESS ? "no error" : "unrecognized error code";
}
