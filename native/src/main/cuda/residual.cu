// The residual stream after a branch that no norm follows.
//   sum[n, d] ← residual[n, d] + sum[n, d] + bias[d]
// Memory bandwidth bounds it: two reads and one write of each element.
#include "residual.cuh"

constexpr int WARPS = 8;

template <bool ALIGNED>
static __device__ __forceinline__ void add_residual(const float *residual, const float *bias,
                                                    float *sum, long long rows, int cols) {
  const int lane = threadIdx.x % WARP;
  const int base = blockIdx.x * 4 * WARP;
  const long long step = static_cast<long long>(gridDim.y) * WARPS;
  for (long long row = blockIdx.y * WARPS + threadIdx.x / WARP; row < rows; row += step) {
    float *const total = sum + row * cols;
    add_strip<ALIGNED, WARP>(residual + row * cols, total, bias, total, base, lane, cols);
  }
}

// Grid: a strip of 128 columns in x, 8 rows in y.
extern "C" __global__ void __launch_bounds__(256) add_residual_f32(
    const float *__restrict__ residual,  // [N, D]
    const float *__restrict__ bias,      // [D], or null
    float *sum,                          // [N, D]: the product before
    long long rows, int cols) {
  if (aligned_rows(cols, residual, bias, sum)) {
    add_residual<true>(residual, bias, sum, rows, cols);
  } else {
    add_residual<false>(residual, bias, sum, rows, cols);
  }
}
