// What cuBLAS leaves to do for C <- alpha op(A) op(B) + beta C: operands rounded to bfloat16, and
// products of no terms.
#include "bf16.cuh"
#include "gatun.cuh"

// x [rows, cols] f32, dense -> y [rows, stride] bf16, of which the first cols of each row are
// written. stride is a multiple of 8, so that every row of y starts at 16 bytes however odd cols is:
// tensor cores are fed by loads of 16 bytes. Bound by memory: 4 bytes read and 2 written each.
// With fours 1, every row of x starts at 16 bytes and is read four elements at a time.
// Grid: columns in x, one or four to a thread; rows in y.
extern "C" __global__ void __launch_bounds__(256)
    round_to_bf16(const float *x, unsigned short *y, long long rows, long long cols, long long stride, int fours) {
  const long long thread = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long row = blockIdx.y; row < rows; row += gridDim.y) {
    const float *from = x + row * cols;
    unsigned short *to = y + row * stride;
    if (fours) {
      for (long long col = 4 * thread; col < cols; col += 4 * step) {
        store4_bf16(to + col, load4(from + col));
      }
    } else {
      for (long long col = thread; col < cols; col += step) {
        to[col] = (unsigned short)bf16_of(from[col]);
      }
    }
  }
}

// Both operands of a product in one launch, where no row needs padding: x [n] f32 -> x_rounded [n]
// bf16 and y [m] f32 -> y_rounded [m] bf16. All four start at 16 bytes, and n and m are multiples of 4.
// Bound by memory: 4 bytes read and 2 written each.
// Grid: four elements to a thread in x, those of x first.
extern "C" __global__ void __launch_bounds__(256)
    round_pair_to_bf16(const float *x, unsigned short *x_rounded, long long n, const float *y, unsigned short *y_rounded,
                       long long m) {
  const long long thread = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long i = 4 * thread; i < n + m; i += 4 * step) {
    if (i < n) {
      store4_bf16(x_rounded + i, load4(x + i));
    } else {
      store4_bf16(y_rounded + (i - n), load4(y + (i - n)));
    }
  }
}

// c [n] <- beta c; with beta 0, c is not read.
template <typename T> __device__ static inline void scale_product(T *c, T beta, long long n) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
    c[i] = beta == 0 ? 0 : beta * c[i];
  }
}

extern "C" __global__ void __launch_bounds__(256) scale_product_f32(float *c, float beta, long long n) {
  scale_product(c, beta, n);
}

extern "C" __global__ void __launch_bounds__(256) scale_product_f64(double *c, double beta, long long n) {
  scale_product(c, beta, n);
}
