// cuBLASLt, which the backend does not compute with: it can be loaded and says its version; every
// other call answers that it is not supported. Arguments that nothing reads are left out.
#include <cstddef>

#include "openblas.h"

namespace {
constexpr int VERSION[] = {13, 1, 1};
constexpr int SUCCESS = 0, INVALID_VALUE = 7, NOT_SUPPORTED = 15;
}  // namespace

GATUN_API std::size_t cublasLtGetVersion() {
  return VERSION[0] * 10000 + VERSION[1] * 100 + VERSION[2];
}

GATUN_API int cublasLtGetProperty(int type, int *value) {
  if (type < 0 || type > 2) {
    return INVALID_VALUE;
  }
  *value = VERSION[type];
  return SUCCESS;
}

GATUN_API const char *cublasLtGetStatusName(int status) {
  return status == SUCCESS         ? "CUBLAS_STATUS_SUCCESS"
         : status == NOT_SUPPORTED ? "CUBLAS_STATUS_NOT_SUPPORTED"
                                   : "unrecognized error code";
}

GATUN_API const char *cublasLtGetStatusString(int status) {
  return status == SUCCESS         ? "success"
         : status == NOT_SUPPORTED ? "the functionality is not supported"
                                   : "unrecognized error code";
}

GATUN_API int cublasLtCreate() { return NOT_SUPPORTED; }
GATUN_API int cublasLtDestroy() { return NOT_SUPPORTED; }
GATUN_API int cublasLtMatmulDescCreate() { return NOT_SUPPORTED; }
GATUN_API int cublasLtMatmulDescDestroy() { return NOT_SUPPORTED; }
GATUN_API int cublasLtMatmulDescSetAttribute() { return NOT_SUPPORTED; }
GATUN_API int cublasLtMatrixLayoutCreate() { return NOT_SUPPORTED; }
GATUN_API int cublasLtMatrixLayoutDestroy() { return NOT_SUPPORTED; }
GATUN_API int cublasLtMatrixLayoutSetAttribute() { return NOT_SUPPORTED; }
GATUN_API int cublasLtMatmulPreferenceCreate() { return NOT_SUPPORTED; }
GATUN_API int cublasLtMatmulPreferenceDestroy() { return NOT_SUPPORTED; }
GATUN_API int cublasLtMatmulPreferenceSetAttribute() { return NOT_SUPPORTED; }
GATUN_API int cublasLtMatmulAlgoGetHeuristic() { return NOT_SUPPORTED; }
GATUN_API int cublasLtMatmul() { return NOT_SUPPORTED; }
