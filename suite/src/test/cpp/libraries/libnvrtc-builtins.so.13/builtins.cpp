// What NVRTC keeps its device code in. The fake NVRTC compiles nothing and needs none; the library
// is there because it must be loaded before NVRTC.
#include "openblas.h"

GATUN_API int gatunFakeBuiltins() { return 0; }
