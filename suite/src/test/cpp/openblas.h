// The functions of OpenBLAS that answer for cuBLAS and cuSOLVER, looked up in the copy that the JVM
// uses. Matrices are read by columns throughout.
#pragma once

#include <dlfcn.h>

#include <string>

#include "fake_cuda.h"

namespace gatun::fake {

constexpr int COLUMNS = 102, NO_TRANSPOSE = 111, TRANSPOSE = 112;  // of cblas.h
constexpr int LAUNCH_FAILED_STATUS = 719;                          // CUDA_ERROR_LAUNCH_FAILED

// OpenBLAS with one thread; null if it is not there.
inline void *opened_openblas() {
  static void *const library = [] {
    void *opened = dlopen(GATUN_OPENBLAS, RTLD_NOW | RTLD_LOCAL);
    void *threads = opened == nullptr ? nullptr : dlsym(opened, "openblas_set_num_threads");
    if (threads != nullptr) {
      reinterpret_cast<void (*)(int)>(threads)(1);
    }
    return opened;
  }();
  return library;
}

template <typename Function>
Function *openblas(const std::string &name) {
  void *library = opened_openblas();
  void *found = library == nullptr ? nullptr : dlsym(library, name.c_str());
  if (found == nullptr) {
    throw Failure{
        LAUNCH_FAILED_STATUS, std::string("OpenBLAS ") + GATUN_OPENBLAS + " has no " + name};
  }
  return reinterpret_cast<Function *>(found);
}

// Names that differ in the letter of the type alone: cblas_sgemm and cblas_dgemm.
template <typename T>
constexpr char letter() {
  return sizeof(T) == sizeof(float) ? 's' : 'd';
}

// The Fortran routine of LAPACK, such as dsyevd_.
template <typename T, typename Function>
Function *lapack(const std::string &name) {
  return openblas<Function>(letter<T>() + name + "_");
}

template <typename T, typename Function>
Function *cblas(const std::string &name) {
  return openblas<Function>(std::string("cblas_") + letter<T>() + name);
}

}  // namespace gatun::fake

#define GATUN_API extern "C" __attribute__((visibility("default")))
