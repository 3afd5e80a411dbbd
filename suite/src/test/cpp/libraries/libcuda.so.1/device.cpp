// Driver, device, context and error texts.
#include <cstdlib>
#include <cstring>

#include "driver.h"
#include "emulation/block_runner.h"

using namespace gatun::fake;

namespace {

struct Named {
  int status;
  const char *name;
  const char *text;
};

constexpr Named NAMES[] = {
    {SUCCESS, "CUDA_SUCCESS", "no error"},
    {INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {NO_DEVICE, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {INVALID_IMAGE, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {NOT_FOUND, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {LAUNCH_OUT_OF_RESOURCES, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES",
     "too many resources requested for launch"},
    {ASSERT, "CUDA_ERROR_ASSERT", "device-side assert triggered"},
    {MISALIGNED_ADDRESS, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
    {LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {STREAM_CAPTURE_UNSUPPORTED, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED",
     "operation not permitted when stream is capturing"},
    {STREAM_CAPTURE_INVALIDATED, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED",
     "operation failed due to a previous error during capture"},
    {STREAM_CAPTURE_UNMATCHED, "CUDA_ERROR_STREAM_CAPTURE_UNMATCHED",
     "capture was not ended in the same stream as it began"},
    {STREAM_CAPTURE_UNJOINED, "CUDA_ERROR_STREAM_CAPTURE_UNJOINED",
     "capturing stream has unjoined work"},
    {STREAM_CAPTURE_ISOLATION, "CUDA_ERROR_STREAM_CAPTURE_ISOLATION",
     "dependency created on uncaptured work in another stream"},
    {STREAM_CAPTURE_IMPLICIT, "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT",
     "operation would make the legacy stream depend on a capturing blocking stream"},
    {CAPTURED_EVENT, "CUDA_ERROR_CAPTURED_EVENT",
     "operation not permitted on an event last recorded in a capturing stream"},
};

// What an H100 SXM answers.
int attribute_of_h100(int attribute) {
  switch (attribute) {
    case 1: return 1024;        // threads per block
    case 8: return 49152;       // shared memory per block
    case 10: return 32;         // warp size
    case 13: return 1980000;    // clock, kHz
    case 16: return 132;        // multiprocessors
    case 36: return 2619000;    // memory clock, kHz
    case 37: return 5120;       // memory bus, bits
    case 38: return 52428800;   // L2 cache, bytes
    case 39: return 2048;       // threads per multiprocessor
    case 75: return 9;          // compute capability
    case 76: return 0;
    case 81: return 233472;     // shared memory per multiprocessor
    case 97: return 232448;     // shared memory per block, opted in
    default: return -1;
  }
}

bool present(int device) { return device == 0; }

}  // namespace

GATUN_API int cuInit(unsigned flags) {
  auto &driver = Driver::instance();
  std::lock_guard guard(driver.mutex);
  if (flags != 0) {
    return driver.answer(INVALID_VALUE, "cuInit takes no flags");
  }
  const char *devices = std::getenv("GATUN_FAKE_CUDA_DEVICES");
  if (devices != nullptr && std::strcmp(devices, "0") == 0) {
    return NO_DEVICE;
  }
  driver.initialised = true;
  if (const char *kernel = std::getenv("GATUN_FAKE_CUDA_FAULT")) {
    driver.planted = {ILLEGAL_ADDRESS, kernel};
  }
  if (driver.total_bytes == 0) {
    const char *total = std::getenv("GATUN_FAKE_CUDA_MEMORY");
    driver.total_bytes = total == nullptr ? 4ull << 30 : std::strtoull(total, nullptr, 10);
  }
  return SUCCESS;
}

GATUN_API int cuDriverGetVersion(int *version) {
  *version = 13000;
  return SUCCESS;
}

GATUN_API int cuGetErrorName(int status, const char **name) {
  for (auto &named : NAMES) {
    if (named.status == status) {
      *name = named.name;
      return SUCCESS;
    }
  }
  *name = nullptr;
  return INVALID_VALUE;
}

// The real driver's text, and in brackets what this one knows besides.
GATUN_API int cuGetErrorString(int status, const char **text) {
  static thread_local std::string full;
  for (auto &named : NAMES) {
    if (named.status == status) {
      std::string reason = reason_of(status);
      full = reason.empty() ? named.text : std::string(named.text) + " [" + reason + "]";
      *text = full.c_str();
      return SUCCESS;
    }
  }
  *text = nullptr;
  return INVALID_VALUE;
}

GATUN_API int cuDeviceGetCount(int *count) {
  *count = 1;
  return Driver::instance().initialised ? SUCCESS : NOT_INITIALIZED;
}

GATUN_API int cuDeviceGet(int *device, int ordinal) {
  *device = ordinal;
  if (!Driver::instance().initialised) {
    return NOT_INITIALIZED;
  }
  return present(ordinal) ? SUCCESS : INVALID_DEVICE;
}

GATUN_API int cuDeviceGetName(char *name, int length, int device) {
  if (!present(device) || length < 1) {
    return INVALID_DEVICE;
  }
  std::strncpy(name, "Emulated H100", length);
  name[length - 1] = 0;
  return SUCCESS;
}

GATUN_API int cuDeviceGetAttribute(int *value, int attribute, int device) {
  if (!present(device)) {
    return INVALID_DEVICE;
  }
  *value = attribute_of_h100(attribute);
  return *value >= 0 ? SUCCESS
                     : Driver::instance().answer(
                           INVALID_VALUE, "attribute " + std::to_string(attribute) +
                                              " is not known to the fake driver");
}

GATUN_API int cuDeviceTotalMem_v2(std::size_t *bytes, int device) {
  *bytes = Driver::instance().total_bytes;
  return present(device) ? SUCCESS : INVALID_DEVICE;
}

GATUN_API int cuDevicePrimaryCtxRetain(void **context, int device) {
  auto &driver = Driver::instance();
  std::lock_guard guard(driver.mutex);
  if (!driver.initialised || !present(device)) {
    return driver.initialised ? INVALID_DEVICE : NOT_INITIALIZED;
  }
  driver.context_users++;
  *context = &driver;
  return SUCCESS;
}

GATUN_API int cuDevicePrimaryCtxRelease_v2(int device) {
  auto &driver = Driver::instance();
  std::lock_guard guard(driver.mutex);
  if (!present(device) || driver.context_users == 0) {
    return driver.answer(INVALID_CONTEXT, "the primary context is not retained");
  }
  driver.context_users--;
  return SUCCESS;
}

GATUN_API int cuDevicePrimaryCtxReset_v2(int device) {
  auto &driver = Driver::instance();
  std::lock_guard guard(driver.mutex);
  if (!present(device)) {
    return INVALID_DEVICE;
  }
  driver.reset();
  return SUCCESS;
}

GATUN_API int cuCtxSetCurrent(void *context) {
  if (context != nullptr && context != &Driver::instance()) {
    return INVALID_CONTEXT;
  }
  has_context = context != nullptr;
  return SUCCESS;
}

GATUN_API int cuCtxSynchronize() {
  GATUN_CALL;
  if (int status = driver.outside_capture("cuCtxSynchronize")) return status;
  return driver.finish();
}

// For tests: the device's memory from now on.
GATUN_API void gatunFakeSetTotalMemory(std::size_t bytes) {
  auto &driver = Driver::instance();
  std::lock_guard guard(driver.mutex);
  driver.total_bytes = bytes;
}

// For tests: the next launch of this kernel fails with this status.
GATUN_API void gatunFakePlantFailure(const char *kernel, int status) {
  auto &driver = Driver::instance();
  std::lock_guard guard(driver.mutex);
  driver.planted = {status, kernel};
}

// For tests: blocks and threads of kernels, and streams, run in the orders of this seed from now on.
GATUN_API void gatunFakeSetSeed(unsigned long long seed) {
  auto &driver = Driver::instance();
  std::lock_guard guard(driver.mutex);
  driver.random = gatun::emulation::Random(seed);
  gatun::emulation::set_seed(seed);
}

// For tests: how many launches of a kernel that tells its accesses, <file>/<name>, had no race.
GATUN_API unsigned long long gatunFakeLaunchesWithoutRace(const char *kernel) {
  return gatun::emulation::launches_without_race(kernel);
}

// For tests: meters what kernels that tell their accesses move from now on, instead of looking for
// races; or no longer.
GATUN_API void gatunFakeMeterTraffic(int on) { gatun::emulation::meter_traffic(on != 0); }

// What they have moved since then, a line each; valid until the next call.
GATUN_API const char *gatunFakeTraffic() {
  static std::string text;
  return (text = gatun::emulation::traffic()).c_str();
}

// For tests: how much a program has not given back.
GATUN_API std::size_t gatunFakeLiveObjects() {
  auto &driver = Driver::instance();
  std::lock_guard guard(driver.mutex);
  return driver.device_memory.size() + driver.pinned_memory.size() + driver.streams.size() +
         driver.events.size() + driver.graphs.size() + driver.executables.size() +
         driver.modules.size();
}
