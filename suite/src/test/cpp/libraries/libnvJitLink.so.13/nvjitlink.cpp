// nvJitLink, which cuSOLVER and cuSPARSE need and Gatun does not call: it can be loaded and says
// its version.
#include "openblas.h"

GATUN_API int nvJitLinkVersion(unsigned *major, unsigned *minor) {
  *major = 13;
  *minor = 0;
  return 0;
}
