// What every kernel may use: the warp, reductions in a fixed order, 16-byte loads, dynamic shared
// memory. The only header of the kernels. It includes nothing, so that NVRTC compiles it with no
// header files on the machine. Nothing here adds in an order that depends on the schedule: equal
// inputs give equal bytes.
#pragma once

constexpr int WARP = 32;
constexpr unsigned FULL_WARP = 0xffffffffu;

// Declares name as a type * to the block's dynamic shared memory, 16-byte aligned. Every use in a
// kernel names the same memory: a kernel that needs two arrays splits one.
#ifndef GATUN_SHARED
#define GATUN_SHARED(type, name)                                       \
  extern __shared__ __align__(16) unsigned char gatun_dynamic_shared[]; \
  type *const name = reinterpret_cast<type *>(gatun_dynamic_shared)
#endif

static __device__ __forceinline__ float infinity_f32() { return __int_as_float(0x7f800000); }
static __device__ __forceinline__ double infinity_f64() {
  return __longlong_as_double(0x7ff0000000000000ll);
}

// The operators of the reductions. Maxima ignore NaN unless all values are NaN.
struct Sum {
  static __device__ __forceinline__ float identity(float) { return 0.0f; }
  static __device__ __forceinline__ double identity(double) { return 0.0; }
  template <typename T>
  static __device__ __forceinline__ T apply(T a, T b) {
    return a + b;
  }
};

struct Max {
  static __device__ __forceinline__ float identity(float) { return -infinity_f32(); }
  static __device__ __forceinline__ double identity(double) { return -infinity_f64(); }
  static __device__ __forceinline__ float apply(float a, float b) { return fmaxf(a, b); }
  static __device__ __forceinline__ double apply(double a, double b) { return fmax(a, b); }
};

// A value of each of the 32 lanes to one result in every lane, by a butterfly: five exchanges, and
// every lane computes the same bits because the operators commute. All 32 lanes must call.
template <typename Operator, typename T>
static __device__ __forceinline__ T warp_reduce(T value) {
#pragma unroll
  for (int distance = WARP / 2; distance > 0; distance /= 2) {
    value = Operator::apply(value, __shfl_xor_sync(FULL_WARP, value, distance));
  }
  return value;
}

// A value of each thread to one result in every thread. For one-dimensional blocks of whole warps,
// up to 1,024 threads; all of them must call. May be called again at once.
template <typename Operator, typename T>
static __device__ __forceinline__ T block_reduce(T value) {
  __shared__ T of_warp[WARP];
  const int lane = threadIdx.x % WARP;
  const int warp = threadIdx.x / WARP;
  const int warps = blockDim.x / WARP;
  value = warp_reduce<Operator>(value);
  __syncthreads();  // the last call's of_warp has been read
  if (lane == 0) {
    of_warp[warp] = value;
  }
  __syncthreads();
  return warp_reduce<Operator>(lane < warps ? of_warp[lane] : Operator::identity(value));
}

static __device__ __forceinline__ float warp_sum(float value) { return warp_reduce<Sum>(value); }
static __device__ __forceinline__ double warp_sum(double value) { return warp_reduce<Sum>(value); }
static __device__ __forceinline__ float warp_max(float value) { return warp_reduce<Max>(value); }
static __device__ __forceinline__ double warp_max(double value) { return warp_reduce<Max>(value); }
static __device__ __forceinline__ float block_sum(float value) { return block_reduce<Sum>(value); }
static __device__ __forceinline__ double block_sum(double value) {
  return block_reduce<Sum>(value);
}
static __device__ __forceinline__ float block_max(float value) { return block_reduce<Max>(value); }
static __device__ __forceinline__ double block_max(double value) {
  return block_reduce<Max>(value);
}

// Four floats at once, from or to a 16-byte aligned address.
static __device__ __forceinline__ float4 load4(const float *from) {
  return *reinterpret_cast<const float4 *>(from);
}
static __device__ __forceinline__ void store4(float *to, float4 value) {
  *reinterpret_cast<float4 *>(to) = value;
}
