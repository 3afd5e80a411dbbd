// CUDA C++ as far as Gatun's kernels use it, for a host C++ compiler, which includes this file
// before a .cu file. What is not here is not allowed in a kernel: floating-point atomics, fast-math
// intrinsics, partial masks.
#pragma once

#include <math.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "emulation/kernel_file.h"
#include "emulation/position.h"
#include "emulation/warp.h"

#define GATUN_EMULATION 1
#define __global__
#define __device__
#define __host__
#define __constant__ static const
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __align__(n) __attribute__((aligned(n)))
#define __launch_bounds__(...)
// A block stays on one OS thread, so thread-local is per block.
#define __shared__ static thread_local
#define GATUN_SHARED(type, name) \
  type *const name = reinterpret_cast<type *>(::gatun::emulation::position.dynamic_shared)

#define threadIdx (::gatun::emulation::position.thread)
#define blockIdx (::gatun::emulation::position.block)
#define blockDim (::gatun::emulation::position.block_extents)
#define gridDim (::gatun::emulation::position.grid_extents)
constexpr int warpSize = 32;

// Where accesses are told, a vector is copied at once, as on a device: else the compiler loads and
// stores its elements one by one.
#if GATUN_TELLS_ACCESSES
#define GATUN_COPIED_AT_ONCE(name, alignment)                                              \
  typedef char Bytes __attribute__((vector_size(alignment), may_alias));                   \
  name() = default;                                                                        \
  name(const name &other) { *this = other; }                                               \
  name &operator=(const name &other) {                                                     \
    *reinterpret_cast<Bytes *>(this) = *reinterpret_cast<const Bytes *>(&other);           \
    return *this;                                                                          \
  }
#define GATUN_VECTOR2(name, type, alignment)                                               \
  struct __align__(alignment) name {                                                       \
    type x, y;                                                                             \
    GATUN_COPIED_AT_ONCE(name, alignment)                                                  \
    name(type x, type y) : x(x), y(y) {}                                                   \
  };                                                                                       \
  inline name make_##name(type x, type y) { return {x, y}; }
#define GATUN_VECTOR4(name, type, alignment)                                               \
  struct __align__(alignment) name {                                                       \
    type x, y, z, w;                                                                       \
    GATUN_COPIED_AT_ONCE(name, alignment)                                                  \
    name(type x, type y, type z, type w) : x(x), y(y), z(z), w(w) {}                       \
  };                                                                                       \
  inline name make_##name(type x, type y, type z, type w) { return {x, y, z, w}; }
#else
#define GATUN_VECTOR2(name, type, alignment)    \
  struct __align__(alignment) name {            \
    type x, y;                                  \
  };                                            \
  inline name make_##name(type x, type y) { return {x, y}; }
#define GATUN_VECTOR4(name, type, alignment)    \
  struct __align__(alignment) name {            \
    type x, y, z, w;                            \
  };                                            \
  inline name make_##name(type x, type y, type z, type w) { return {x, y, z, w}; }
#endif
GATUN_VECTOR2(float2, float, 8)
GATUN_VECTOR2(double2, double, 16)
GATUN_VECTOR2(int2, int, 8)
GATUN_VECTOR2(uint2, unsigned, 8)
GATUN_VECTOR2(ushort2, unsigned short, 4)
GATUN_VECTOR2(longlong2, long long, 16)
GATUN_VECTOR2(ulonglong2, unsigned long long, 16)
GATUN_VECTOR4(float4, float, 16)
GATUN_VECTOR4(int4, int, 16)
GATUN_VECTOR4(uint4, unsigned, 16)
GATUN_VECTOR4(ushort4, unsigned short, 8)
GATUN_VECTOR4(uchar4, unsigned char, 4)

// Bits.
template <typename To, typename From>
inline To gatun_bits(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}
inline int __float_as_int(float x) { return gatun_bits<int>(x); }
inline float __int_as_float(int x) { return gatun_bits<float>(x); }
inline unsigned __float_as_uint(float x) { return gatun_bits<unsigned>(x); }
inline float __uint_as_float(unsigned x) { return gatun_bits<float>(x); }
inline long long __double_as_longlong(double x) { return gatun_bits<long long>(x); }
inline double __longlong_as_double(long long x) { return gatun_bits<double>(x); }
inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz(x); }
inline int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll(x); }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline unsigned __umulhi(unsigned a, unsigned b) {
  return static_cast<unsigned>((static_cast<unsigned long long>(a) * b) >> 32);
}

// Loads and stores with a cache hint.
template <typename T>
inline T __ldg(const T *from) { return *from; }
template <typename T>
inline T __ldca(const T *from) { return *from; }
template <typename T>
inline T __ldcg(const T *from) { return *from; }
template <typename T>
inline T __ldcs(const T *from) { return *from; }
template <typename T>
inline void __stwb(T *to, T value) { *to = value; }
template <typename T>
inline void __stcg(T *to, T value) { *to = value; }
template <typename T>
inline void __stcs(T *to, T value) { *to = value; }
inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence_block() {}

// Arithmetic with a stated rounding, and conversions. Products and sums with a stated rounding do
// not become one instruction, as others do with either compiler.
template <typename T>
inline T gatun_rounded(T x) {
#if defined(__x86_64__)
  asm("" : "+x"(x));
#elif defined(__aarch64__)
  asm("" : "+w"(x));
#else
  volatile T rounded = x;
  x = rounded;
#endif
  return x;
}
inline float __fadd_rn(float a, float b) { return gatun_rounded(a + b); }
inline float __fsub_rn(float a, float b) { return gatun_rounded(a - b); }
inline float __fmul_rn(float a, float b) { return gatun_rounded(a * b); }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fsqrt_rn(float a) { return sqrtf(a); }
inline float __frcp_rn(float a) { return 1.0f / a; }
inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
inline double __dadd_rn(double a, double b) { return gatun_rounded(a + b); }
inline double __dsub_rn(double a, double b) { return gatun_rounded(a - b); }
inline double __dmul_rn(double a, double b) { return gatun_rounded(a * b); }
inline double __ddiv_rn(double a, double b) { return a / b; }
inline double __dsqrt_rn(double a) { return sqrt(a); }
inline double __fma_rn(double a, double b, double c) { return fma(a, b, c); }
inline float __double2float_rn(double x) { return static_cast<float>(x); }
inline float __int2float_rn(int x) { return static_cast<float>(x); }
inline double __int2double_rn(int x) { return x; }
inline float __ll2float_rn(long long x) { return static_cast<float>(x); }
inline double __ll2double_rn(long long x) { return static_cast<double>(x); }
inline int __float2int_rn(float x) { return static_cast<int>(rintf(x)); }
inline int __float2int_rz(float x) { return static_cast<int>(x); }
inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline double rsqrt(double x) { return 1.0 / std::sqrt(x); }
inline float rsqrt(float x) { return rsqrtf(x); }
using std::isfinite;
using std::isinf;
using std::isnan;
using std::signbit;

#define GATUN_MIN_MAX(type)                                \
  inline type min(type a, type b) { return b < a ? b : a; } \
  inline type max(type a, type b) { return a < b ? b : a; }
GATUN_MIN_MAX(int)
GATUN_MIN_MAX(unsigned)
GATUN_MIN_MAX(long)
GATUN_MIN_MAX(unsigned long)
GATUN_MIN_MAX(long long)
GATUN_MIN_MAX(unsigned long long)
inline float min(float a, float b) { return fminf(a, b); }
inline float max(float a, float b) { return fmaxf(a, b); }
inline double min(double a, double b) { return fmin(a, b); }
inline double max(double a, double b) { return fmax(a, b); }
inline double min(float a, double b) { return fmin(a, b); }
inline double max(float a, double b) { return fmax(a, b); }
inline double min(double a, float b) { return fmin(a, b); }
inline double max(double a, float b) { return fmax(a, b); }
inline long long min(int a, long long b) { return min(static_cast<long long>(a), b); }
inline long long max(int a, long long b) { return max(static_cast<long long>(a), b); }
inline long long min(long long a, int b) { return min(a, static_cast<long long>(b)); }
inline long long max(long long a, int b) { return max(a, static_cast<long long>(b)); }
inline unsigned min(int a, unsigned b) { return min(static_cast<unsigned>(a), b); }
inline unsigned max(int a, unsigned b) { return max(static_cast<unsigned>(a), b); }
inline unsigned min(unsigned a, int b) { return min(a, static_cast<unsigned>(b)); }
inline unsigned max(unsigned a, int b) { return max(a, static_cast<unsigned>(b)); }

// Atomics on integers. Blocks run on several OS threads.
#define GATUN_ATOMICS(type)                                                                  \
  inline type atomicAdd(type *at, type value) {                                              \
    return __atomic_fetch_add(at, value, __ATOMIC_RELAXED);                                  \
  }                                                                                          \
  inline type atomicOr(type *at, type value) {                                               \
    return __atomic_fetch_or(at, value, __ATOMIC_RELAXED);                                   \
  }                                                                                          \
  inline type atomicAnd(type *at, type value) {                                              \
    return __atomic_fetch_and(at, value, __ATOMIC_RELAXED);                                  \
  }                                                                                          \
  inline type atomicExch(type *at, type value) {                                             \
    return __atomic_exchange_n(at, value, __ATOMIC_RELAXED);                                 \
  }                                                                                          \
  inline type atomicCAS(type *at, type expected, type value) {                               \
    __atomic_compare_exchange_n(                                                             \
        at, &expected, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);                    \
    return expected;                                                                         \
  }                                                                                          \
  inline type atomicMax(type *at, type value) {                                              \
    type old = __atomic_load_n(at, __ATOMIC_RELAXED);                                        \
    while (old < value && !__atomic_compare_exchange_n(                                      \
                              at, &old, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) { \
    }                                                                                        \
    return old;                                                                              \
  }                                                                                          \
  inline type atomicMin(type *at, type value) {                                              \
    type old = __atomic_load_n(at, __ATOMIC_RELAXED);                                        \
    while (value < old && !__atomic_compare_exchange_n(                                      \
                              at, &old, value, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) { \
    }                                                                                        \
    return old;                                                                              \
  }
GATUN_ATOMICS(int)
GATUN_ATOMICS(unsigned)
GATUN_ATOMICS(long long)
GATUN_ATOMICS(unsigned long long)
