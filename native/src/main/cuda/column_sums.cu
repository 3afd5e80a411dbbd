// The second pass of sums over rows: adds up the parts that blocks of rows left in scratch.
//   totals[d] ← totals[d] + Σₚ parts[p, d]
// Parts are few and in the second-level cache: latency bounds this.
#include "gatun.cuh"

constexpr int GROUPS = 16;  // of parts, added up side by side

// Grid: 32 columns of either sum in x.
extern "C" __global__ void __launch_bounds__(512) add_parts_f32(
    const float *parts,  // [P, D], or [P, 2, D] with a second sum
    float *totals,       // [D]
    float *second,       // [D], or null
    int count,           // P
    int cols) {
  __shared__ float of_group[GROUPS][WARP];
  const int lane = threadIdx.x % WARP;
  const int group = threadIdx.x / WARP;
  const int width = second == nullptr ? cols : 2 * cols;
  const int column = blockIdx.x * WARP + lane;
  float sum = 0.0f;
  if (column < width) {
#pragma unroll 8
    for (int p = group; p < count; p += GROUPS) {
      sum += parts[static_cast<long long>(p) * width + column];
    }
  }
  of_group[group][lane] = sum;
  __syncthreads();
  if (group == 0 && column < width) {
    for (int g = 1; g < GROUPS; g++) {
      sum += of_group[g][lane];
    }
    float *const total = column < cols ? totals + column : second + (column - cols);
    *total += sum;
  }
}
