// A driver without a device, for planning with the real cuDNN: it takes compiled kernels, which
// cuDNN loads when a plan is finished, and answers everything else that no device is there. Nothing
// is judged or computed here.
namespace {
constexpr int SUCCESS = 0, NO_DEVICE = 100;
int place;  // what kernels and their modules are handles of
}  // namespace

#define GATUN_TAKES(name) extern "C" int name() { return SUCCESS; }
#define GATUN_GIVES(name) extern "C" int name(void **handle) { *handle = &place; return SUCCESS; }
#define GATUN_LACKS(name) extern "C" int name() { return NO_DEVICE; }

extern "C" int cuDriverGetVersion(int *version) {
  *version = 13000;
  return SUCCESS;
}

GATUN_GIVES(cuLibraryLoadData)
GATUN_GIVES(cuLibraryGetKernel)
GATUN_TAKES(cuLibraryUnload)
GATUN_TAKES(cuKernelSetAttribute)
GATUN_LACKS(cuCtxGetCurrent)
GATUN_LACKS(cuCtxGetLimit)
GATUN_LACKS(cuCtxPopCurrent)
GATUN_LACKS(cuCtxPushCurrent)
GATUN_LACKS(cuDeviceGet)
GATUN_LACKS(cuDeviceGetCount)
GATUN_LACKS(cuGetErrorName)
GATUN_LACKS(cuGetErrorString)
GATUN_LACKS(cuInit)
GATUN_LACKS(cuKernelGetAttribute)
GATUN_LACKS(cuLaunchCooperativeKernel)
GATUN_LACKS(cuLaunchKernel)
GATUN_LACKS(cuLaunchKernelEx)
GATUN_LACKS(cuLibraryLoadFromFile)
GATUN_LACKS(cuLinkAddData)
GATUN_LACKS(cuLinkComplete)
GATUN_LACKS(cuLinkCreate)
GATUN_LACKS(cuLinkDestroy)
GATUN_LACKS(cuOccupancyMaxPotentialClusterSize)
GATUN_LACKS(cuStreamGetCtx)
