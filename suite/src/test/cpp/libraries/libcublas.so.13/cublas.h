// What a call to the fake cuBLAS checks before it does anything: handle, workspace, shapes.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "openblas.h"

namespace gatun::fake {

// Of cublas_api.h and library_types.h.
enum CublasStatus {
  CUBLAS_SUCCESS = 0,
  CUBLAS_NOT_INITIALIZED = 1,
  CUBLAS_ALLOC_FAILED = 3,
  CUBLAS_INVALID_VALUE = 7,
  CUBLAS_EXECUTION_FAILED = 13,
  CUBLAS_INTERNAL_ERROR = 14,
  CUBLAS_NOT_SUPPORTED = 15,
};
enum DataType { R_32F = 0, R_64F = 1, R_16BF = 14 };
enum ComputeType {
  COMPUTE_32F = 68,
  COMPUTE_32F_PEDANTIC = 69,
  COMPUTE_64F = 70,
  COMPUTE_64F_PEDANTIC = 71,
  COMPUTE_32F_FAST_TF32 = 77,
};
enum Operation { OP_N = 0, OP_T = 1 };
enum PointerMode { POINTER_MODE_HOST = 0, POINTER_MODE_DEVICE = 1 };

struct Cublas {
  static constexpr int ALIVE = 0x6c626c61;
  int alive = ALIVE;
  void *stream = nullptr;
  void *workspace = nullptr;
  std::size_t workspace_bytes = 0;
  int pointer_mode = POINTER_MODE_HOST;
  int math_mode = 0;
};

// alpha or beta: read at the call from host memory, or when the work runs from device memory.
class Scalar {
 public:
  Scalar(const Cublas &handle, const void *at, bool is_double)
      : at(at), on_device(handle.pointer_mode == POINTER_MODE_DEVICE), is_double(is_double) {
    if (!on_device) {
      value = read();
    }
  }
  double get(const std::string &name) const {
    if (!on_device) {
      return value;
    }
    require_device(at, is_double ? sizeof(double) : sizeof(float), name);
    return read();
  }

 private:
  double read() const {
    return is_double ? *static_cast<const double *>(at) : *static_cast<const float *>(at);
  }
  const void *at;
  bool on_device, is_double;
  double value = 0;
};

// Elements from the first to the last of a matrix [rows, cols] by columns.
inline std::size_t extent(long long rows, long long cols, long long leading) {
  return rows == 0 || cols == 0 ? 0 : static_cast<std::size_t>((cols - 1) * leading + rows);
}

inline int cblas_op(int operation) { return operation == OP_N ? NO_TRANSPOSE : TRANSPOSE; }

// Whether a handle is one that can compute. Results depend on the workspace, and a capture may not
// allocate one: the fake insists on the caller's own.
inline int usable(const Cublas *handle) {
  if (handle == nullptr || handle->alive != Cublas::ALIVE) {
    return CUBLAS_NOT_INITIALIZED;
  }
  return handle->workspace == nullptr ? CUBLAS_ALLOC_FAILED : CUBLAS_SUCCESS;
}

// Gives work to the stream, which first uses the workspace, as far as its two ends show.
inline int run(const Cublas &handle, const std::string &name, Work work) {
  void *workspace = handle.workspace;
  std::size_t bytes = handle.workspace_bytes;
  int status = submit(handle.stream, name, [=, work = std::move(work)] {
    constexpr std::size_t END = 4096;
    constexpr int POISON = 0xff;
    require_device(workspace, bytes, "the workspace");
    auto begin = static_cast<unsigned char *>(workspace);
    std::memset(begin, POISON, std::min(bytes, END));
    std::memset(begin + bytes - std::min(bytes, END), POISON, std::min(bytes, END));
    work();
  });
  return status == 0 ? CUBLAS_SUCCESS : CUBLAS_EXECUTION_FAILED;
}

}  // namespace gatun::fake
