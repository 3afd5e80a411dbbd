// The largest element of each row: x [R, C], indices [R], one block per row. The first of equals;
// NaN is passed over; 0 for a row of nothing but NaN. Bound by one read of x.
#include "gatun.cuh"

constexpr int NONE = 0x7fffffff;

static __device__ __forceinline__ double infinity_of(double) { return infinity_f64(); }
static __device__ __forceinline__ float infinity_of(float) { return infinity_f32(); }

template <typename T>
struct Largest {
  T value;
  int index;
};

// The larger of two, the first of equals: the same in any order.
template <typename T>
static __device__ __forceinline__ Largest<T> larger(Largest<T> a, Largest<T> b) {
  const bool second = b.value > a.value || (b.value == a.value && b.index < a.index);
  return second ? b : a;
}

template <typename T>
static __device__ __forceinline__ Largest<T> largest_of_warp(Largest<T> of_lane) {
#pragma unroll
  for (int distance = WARP / 2; distance > 0; distance /= 2) {
    const Largest<T> other = {__shfl_xor_sync(FULL_WARP, of_lane.value, distance),
                              __shfl_xor_sync(FULL_WARP, of_lane.index, distance)};
    of_lane = larger(of_lane, other);
  }
  return of_lane;
}

template <typename T>
static __device__ __forceinline__ void argmax_row(const T *x, int *index, int columns) {
  constexpr int UNROLL = 8;
  __shared__ T values[WARP];
  __shared__ int indices[WARP];
  const Largest<T> none = {-infinity_of(T()), NONE};
  Largest<T> of_thread = none;
  const int threads = blockDim.x;
  for (int first = threadIdx.x; first < columns; first += UNROLL * threads) {
    T values_ahead[UNROLL];
#pragma unroll
    for (int k = 0; k < UNROLL; k++) {
      const int i = first + k * threads;
      values_ahead[k] = i < columns ? x[i] : none.value;
    }
#pragma unroll
    for (int k = 0; k < UNROLL; k++) {
      const int i = first + k * threads;
      of_thread = larger(of_thread, {values_ahead[k], i < columns ? i : NONE});
    }
  }
  const int lane = threadIdx.x % WARP;
  const int warp = threadIdx.x / WARP;
  const Largest<T> of_warp = largest_of_warp(of_thread);
  if (lane == 0) {
    values[warp] = of_warp.value;
    indices[warp] = of_warp.index;
  }
  __syncthreads();
  if (warp == 0) {
    const bool there = lane < threads / WARP;
    const Largest<T> all =
        largest_of_warp(there ? Largest<T>{values[lane], indices[lane]} : none);
    if (lane == 0) {
      *index = all.index == NONE ? 0 : all.index;
    }
  }
}

extern "C" __global__ void __launch_bounds__(256)
    argmax_rows_f32(const float *x, int *indices, int columns) {
  const long long r = blockIdx.x;
  argmax_row(x + r * columns, indices + r, columns);
}

extern "C" __global__ void __launch_bounds__(256)
    argmax_rows_f64(const double *x, int *indices, int columns) {
  const long long r = blockIdx.x;
  argmax_row(x + r * columns, indices + r, columns);
}
