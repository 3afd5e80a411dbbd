// What a call to the fake cuSOLVER checks, and how it runs: LAPACK computes in the workspace that
// the caller brought, so that one too small, or not there, is found out.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

#include "openblas.h"

namespace gatun::fake {

// Of cusolver_common.h, library_types.h and cublas_api.h.
enum CusolverStatus {
  CUSOLVER_SUCCESS = 0,
  CUSOLVER_NOT_INITIALIZED = 1,
  CUSOLVER_INVALID_VALUE = 3,
  CUSOLVER_EXECUTION_FAILED = 6,
  CUSOLVER_INTERNAL_ERROR = 7,
  CUSOLVER_NOT_SUPPORTED = 9,
};
enum DataType { R_32F = 0, R_64F = 1 };

struct Cusolver {
  static constexpr int ALIVE = 0x6c6c6f73;
  int alive = ALIVE;
  void *stream = nullptr;
  int deterministic_mode = 0;
};

struct Parameters {
  static constexpr int ALIVE = 0x6d726170;
  int alive = ALIVE;
};

// Bytes of working memory; the routine writes its info after it.
struct Workspace {
  void *on_device;
  std::size_t device_bytes;
  void *on_host;
  std::size_t host_bytes;
  int *info;
};

struct Needed {
  std::size_t device_bytes = 0;
  std::size_t host_bytes = 0;

  // Writes it where the caller wants it.
  int tell(std::size_t *on_device, std::size_t *on_host) const {
    *on_device = device_bytes;
    *on_host = host_bytes;
    return CUSOLVER_SUCCESS;
  }
};

// A fill mode as LAPACK names it; 0 for one that is none.
inline char uplo(int fill) { return fill == 0 ? 'L' : fill == 1 ? 'U' : 0; }

inline bool fits_int(std::int64_t n) { return n >= 0 && n <= std::numeric_limits<int>::max(); }

// Elements from the first to the last of a matrix [rows, cols] by columns.
inline std::size_t extent(std::int64_t rows, std::int64_t cols, std::int64_t leading) {
  return rows == 0 || cols == 0 ? 0 : static_cast<std::size_t>((cols - 1) * leading + rows);
}

inline int usable(const Cusolver *handle) {
  bool alive = handle != nullptr && handle->alive == Cusolver::ALIVE;
  return alive ? CUSOLVER_SUCCESS : CUSOLVER_NOT_INITIALIZED;
}

inline int usable(const Cusolver *handle, const Parameters *parameters) {
  bool alive = parameters != nullptr && parameters->alive == Parameters::ALIVE;
  return alive ? usable(handle) : static_cast<int>(CUSOLVER_NOT_INITIALIZED);
}

// LAPACK answers a query for working memory with a number of elements, as a real one.
template <typename T>
std::size_t elements(T answer) {
  return static_cast<std::size_t>(std::max(T(1), answer));
}

// Gives a routine to the stream: all of the workspace is overwritten, routine() computes and
// returns LAPACK's info. It throws Failure for operands that are not on the device.
template <typename Routine>
int run(
    const Cusolver &handle, const std::string &name, const Workspace &workspace,
    const Needed &needed, Routine routine) {
  if (workspace.device_bytes < needed.device_bytes || workspace.host_bytes < needed.host_bytes ||
      (needed.host_bytes > 0 && workspace.on_host == nullptr)) {
    return CUSOLVER_INVALID_VALUE;
  }
  int status = submit(handle.stream, name, [=] {
    constexpr int POISON = 0xff;
    if (workspace.device_bytes > 0) {
      require_device(workspace.on_device, workspace.device_bytes, "the workspace");
      std::memset(workspace.on_device, POISON, workspace.device_bytes);
    }
    if (workspace.host_bytes > 0) {
      std::memset(workspace.on_host, POISON, workspace.host_bytes);
    }
    require_device(workspace.info, sizeof *workspace.info, "info");
    *workspace.info = routine();
  });
  return status == 0 ? CUSOLVER_SUCCESS : CUSOLVER_EXECUTION_FAILED;
}

}  // namespace gatun::fake
