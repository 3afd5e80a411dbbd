// What layer_norm.cu and rms_norm.cu share: the threads of a row, and the way forward from x or from
// a sum that is made here. A row belongs to a warp up to 1,024 columns, else to a block.
#pragma once
#include "residual.cuh"

constexpr int THREADS = 256;
constexpr int STRIPS = 8;  // of 4·LANES columns, that a row's threads hold in registers

// The sum over the threads of a row, in each of them.
template <int LANES>
static __device__ __forceinline__ float row_sum(float value) {
  return LANES == WARP ? warp_sum(value) : block_sum(value);
}

// The row of this thread.
template <int LANES>
static __device__ __forceinline__ long long row_of_thread() {
  return static_cast<long long>(blockIdx.x) * (THREADS / LANES) + threadIdx.x / LANES;
}

// Rows of y from those of x. A Norm does one by normalise(load, x, y, row, lane, cols): load(base)
// gives a strip of x when it is read first, and what does not fit in registers is read from x again.
template <bool ALIGNED, int LANES, typename Norm>
static __device__ __forceinline__ void forward(Norm norm, const float *x, float *y, long long rows,
                                               int cols) {
  const int lane = threadIdx.x % LANES;
  const long long row = row_of_thread<LANES>();
  if (row >= rows) {
    return;  // a whole warp; a block's row is never beyond
  }
  const float *const in = x + row * cols;
  norm.template normalise<ALIGNED, LANES>(
      [=](int base) { return load_strip<ALIGNED, LANES>(in, base, lane, cols); }, in,
      y + row * cols, row, lane, cols);
}

// Rows of y from those of residual + product + added, which it keeps as sum. The product is where y
// will be; added is the product's bias [D], or null.
template <bool ALIGNED, int LANES, typename Norm>
static __device__ __forceinline__ void add_forward(Norm norm, const float *residual,
                                                   const float *added, float *sum, float *y,
                                                   long long rows, int cols) {
  const int lane = threadIdx.x % LANES;
  const long long row = row_of_thread<LANES>();
  if (row >= rows) {
    return;  // a whole warp; a block's row is never beyond
  }
  const float *const in = residual + row * cols;
  float *const total = sum + row * cols;
  float *const out = y + row * cols;
  norm.template normalise<ALIGNED, LANES>(
      [=](int base) {
        return add_strip<ALIGNED, LANES>(in, out, added, total, base, lane, cols);
      },
      total, out, row, lane, cols);
}
