// cuSPARSE, which cuSOLVER needs and Gatun does not call: it can be loaded and says its version.
#include "openblas.h"

namespace {
constexpr int VERSION[] = {12, 6, 3};
constexpr int SUCCESS = 0, INVALID_VALUE = 3;
}  // namespace

GATUN_API int cusparseGetProperty(int type, int *value) {
  if (type < 0 || type > 2) {
    return INVALID_VALUE;
  }
  *value = VERSION[type];
  return SUCCESS;
}
