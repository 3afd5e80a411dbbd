// What cuBLAS leaves to do for Gram matrices in f64 of operands in f32.
#include "gatun.cuh"

// A block of columns, widened: x [rows, cols] of rows x_stride apart, f32 -> y [rows, cols] f64,
// dense. Bound by memory: 4 bytes read and 8 written each. x may start at any column, so loads are
// of single floats, coalesced. Grid: columns in x, rows in y.
extern "C" __global__ void __launch_bounds__(256)
    widen_block(const float *x, double *y, long long rows, long long cols, long long x_stride) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long row = blockIdx.y; row < rows; row += gridDim.y) {
    for (long long col = (long long)blockIdx.x * blockDim.x + threadIdx.x; col < cols; col += step) {
      y[row * cols + col] = (double)x[row * x_stride + col];
    }
  }
}

// Lower triangle of c [n, n] <- beta c, for a Gram matrix of no terms; with beta 0, c is not read.
// Grid: columns in x, rows in y.
extern "C" __global__ void __launch_bounds__(256) scale_lower_f64(double *c, double beta, long long n) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long row = blockIdx.y; row < n; row += gridDim.y) {
    for (long long col = (long long)blockIdx.x * blockDim.x + threadIdx.x; col <= row; col += step) {
      c[row * n + col] = beta == 0 ? 0 : beta * c[row * n + col];
    }
  }
}
