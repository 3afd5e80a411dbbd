// The triangle that a factorisation leaves among what else it stores: R of QR, L of Cholesky.
// Bound by memory; small beside the factorisation. Grids: columns in x, rows in y.
#include "gatun.cuh"

// R of A = QR, from what geqrf leaves: columns [n, m], row j being column j of the factored A
// -> r [n, n], upper triangular, zeros below.
template <typename T>
__device__ static inline void upper_of_qr(const T *columns, T *r, long long m, long long n) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long i = blockIdx.y; i < n; i += gridDim.y) {
    for (long long j = (long long)blockIdx.x * blockDim.x + threadIdx.x; j < n; j += step) {
      r[i * n + j] = i <= j ? columns[j * m + i] : (T)0;
    }
  }
}

extern "C" __global__ void __launch_bounds__(256)
    upper_of_qr_f32(const float *columns, float *r, long long m, long long n) {
  upper_of_qr(columns, r, m, n);
}

extern "C" __global__ void __launch_bounds__(256)
    upper_of_qr_f64(const double *columns, double *r, long long m, long long n) {
  upper_of_qr(columns, r, m, n);
}

// Zeros above the diagonal of a [n, n].
template <typename T> __device__ static inline void clear_above_diagonal(T *a, long long n) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long i = blockIdx.y; i < n; i += gridDim.y) {
    for (long long j = (long long)blockIdx.x * blockDim.x + threadIdx.x; j < n; j += step) {
      if (j > i) {
        a[i * n + j] = 0;
      }
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) clear_above_diagonal_f32(float *a, long long n) {
  clear_above_diagonal(a, n);
}

extern "C" __global__ void __launch_bounds__(256) clear_above_diagonal_f64(double *a, long long n) {
  clear_above_diagonal(a, n);
}
