// Adding a bias to rows, and its gradient.
//   x[n, d] ← x[n, d] + bias[d]
//   dBias[d] ← dBias[d] + Σₙ dOut[n, d]
// Memory bandwidth bounds both: one read and one write of x; one read of dOut.
#include "gatun.cuh"

constexpr int STRIP = 4 * WARP;  // columns of a warp
constexpr int WARPS = 8;
constexpr int ROWS = 4;  // rows of a warp that are in flight together

template <bool ALIGNED>
static __device__ __forceinline__ void add_bias(const float *bias, float *x, long long rows,
                                                int cols) {
  const int lane = threadIdx.x % WARP;
  const int warp = threadIdx.x / WARP;
  const int base = blockIdx.x * STRIP;
  const float4 b = load_strip<ALIGNED, WARP>(bias, base, lane, cols);
  const long long rows_of_block = ROWS * WARPS;
  for (long long first = blockIdx.y * rows_of_block + warp; first < rows;
       first += gridDim.y * rows_of_block) {
    float4 value[ROWS];
#pragma unroll
    for (int k = 0; k < ROWS; k++) {
      const long long row = first + k * WARPS;
      if (row < rows) {
        value[k] = load_strip<ALIGNED, WARP>(x + row * cols, base, lane, cols);
      }
    }
#pragma unroll
    for (int k = 0; k < ROWS; k++) {
      const long long row = first + k * WARPS;
      if (row < rows) {
        store_strip<ALIGNED, WARP>(x + row * cols, base, lane, cols, plus4(value[k], b));
      }
    }
  }
}

// Grid: a strip of 128 columns in x, 32 rows in y.
extern "C" __global__ void __launch_bounds__(256) add_bias_f32(
    const float *__restrict__ bias,  // [D]
    float *__restrict__ x,           // [N, D]
    long long rows, int cols) {
  if (aligned_rows(cols, bias, x)) {
    add_bias<true>(bias, x, rows, cols);
  } else {
    add_bias<false>(bias, x, rows, cols);
  }
}

template <bool ALIGNED>
static __device__ __forceinline__ void add_bias_backward(const float *d_out, float *sums,
                                                         long long rows, int cols,
                                                         long long rows_of_part) {
  const int lane = threadIdx.x % WARP;
  const int warp = threadIdx.x / WARP;
  const int base = blockIdx.x * STRIP;
  const long long begin = blockIdx.y * rows_of_part;
  const long long end = min(rows, begin + rows_of_part);
  float4 sum[1] = {make_float4(0.0f, 0.0f, 0.0f, 0.0f)};
  for (long long first = begin + warp; first < end; first += ROWS * WARPS) {
    float4 value[ROWS];
#pragma unroll
    for (int k = 0; k < ROWS; k++) {
      const long long row = first + k * WARPS;
      value[k] = row < end ? load_strip<ALIGNED, WARP>(d_out + row * cols, base, lane, cols)
                           : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    }
    sum[0] = plus4(sum[0], plus4(plus4(value[0], value[1]), plus4(value[2], value[3])));
  }
  float *const out = sums + static_cast<long long>(blockIdx.y) * cols + base;
  add_warps<ALIGNED, 1>(sum, out, cols - base, gridDim.y == 1);
}

// Grid: a strip of 128 columns in x, a part of the rows in y. One part accumulates into sums;
// several overwrite them, for add_parts_f32 to add up.
extern "C" __global__ void __launch_bounds__(256) add_bias_backward_f32(
    const float *__restrict__ d_out,  // [N, D]
    float *__restrict__ sums,         // [parts, D]
    long long rows, int cols, long long rows_of_part) {
  if (aligned_rows(cols, d_out)) {
    add_bias_backward<true>(d_out, sums, rows, cols, rows_of_part);
  } else {
    add_bias_backward<false>(d_out, sums, rows, cols, rows_of_part);
  }
}
