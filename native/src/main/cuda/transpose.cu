// Transposition: cuSOLVER reads matrices by columns, Gatun writes them by rows.
#include "gatun.cuh"

// A block of 256 threads moves tiles of 32 x 32 through shared memory, so that both sides are read
// and written along rows; the odd width keeps the banks apart. Bound by memory.
// Blocks go through the tiles of x, row of tiles after row of tiles.
template <typename T>
__device__ static inline void transpose(const T *x, T *y, long long rows, long long cols, T (*tile)[WARP + 1]) {
  const int lane = threadIdx.x % WARP;
  const int line = threadIdx.x / WARP;
  const int lines = blockDim.x / WARP;
  const long long tiles_across = (cols + WARP - 1) / WARP;
  const long long tiles = (rows + WARP - 1) / WARP * tiles_across;
  for (long long t = blockIdx.x; t < tiles; t += gridDim.x) {
    const long long row = t / tiles_across * WARP;
    const long long col = t % tiles_across * WARP;
    for (int j = line; j < WARP; j += lines) {
      if (row + j < rows && col + lane < cols) {
        tile[j][lane] = x[(row + j) * cols + col + lane];
      }
    }
    __syncthreads();
    for (int j = line; j < WARP; j += lines) {
      if (col + j < cols && row + lane < rows) {
        y[(col + j) * rows + row + lane] = tile[lane][j];
      }
    }
    __syncthreads();
  }
}

// x [rows, cols] -> y [cols, rows]
extern "C" __global__ void __launch_bounds__(256)
    transpose_f32(const float *x, float *y, long long rows, long long cols) {
  __shared__ float tile[WARP][WARP + 1];
  transpose(x, y, rows, cols, tile);
}

// x [rows, cols] -> y [cols, rows]
extern "C" __global__ void __launch_bounds__(256)
    transpose_f64(const double *x, double *y, long long rows, long long cols) {
  __shared__ double tile[WARP][WARP + 1];
  transpose(x, y, rows, cols, tile);
}
