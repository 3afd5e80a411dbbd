// Copies neighbouring columns of one matrix to another: queries or keys out of a packed tensor and
// back. Memory bandwidth bounds it: a read and a write of each element.
#include "gatun.cuh"

constexpr int STRIP = 4 * WARP;  // columns of a warp
constexpr int WARPS = 8;
constexpr int ROWS = 4;  // rows of a warp that are in flight together

template <bool ALIGNED>
static __device__ __forceinline__ void copy_columns(const float *from, float *to, long long rows,
                                                    int from_cols, int to_cols, int count) {
  const int lane = threadIdx.x % WARP;
  const int warp = threadIdx.x / WARP;
  const int base = blockIdx.x * STRIP;
  const long long rows_of_block = ROWS * WARPS;
  for (long long first = blockIdx.y * rows_of_block + warp; first < rows;
       first += gridDim.y * rows_of_block) {
    float4 value[ROWS];
#pragma unroll
    for (int k = 0; k < ROWS; k++) {
      const long long row = first + k * WARPS;
      if (row < rows) {
        value[k] = load_strip<ALIGNED, WARP>(from + row * from_cols, base, lane, count);
      }
    }
#pragma unroll
    for (int k = 0; k < ROWS; k++) {
      const long long row = first + k * WARPS;
      if (row < rows) {
        store_strip<ALIGNED, WARP>(to + row * to_cols, base, lane, count, value[k]);
      }
    }
  }
}

// Grid: a strip of 128 columns in x, 32 rows in y.
extern "C" __global__ void __launch_bounds__(256) copy_columns_f32(
    const float *from,  // [N, from_cols]
    float *to,          // [N, to_cols]
    long long rows, int from_cols, int from_column, int to_cols, int to_column, int count) {
  const float *const source = from + from_column;
  float *const target = to + to_column;
  if (from_cols % 4 == 0 && to_cols % 4 == 0 && aligned_rows(count, source, target)) {
    copy_columns<true>(source, target, rows, from_cols, to_cols, count);
  } else {
    copy_columns<false>(source, target, rows, from_cols, to_cols, count);
  }
}
