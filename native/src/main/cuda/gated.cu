// Activations with gates (Shazeer, arXiv 2002.05202): a row of x is F gates, then F values.
//   y = f(gate)·value,  dGate = dY·value·f′(gate),  dValue = dY·f(gate)
//   swiglu  f(g) = silu(g) = g·s, s = logistic(g),  f′(g) = s + g·s·(1 − s)
//   geglu   f(g) = gelu_tanh(g); see elementwise.cu
// Memory bandwidth bounds both: 3 and 5 times N·F elements.
#include "gelu_tanh.cuh"

constexpr int STRIP = 4 * WARP;  // columns of a warp
constexpr int WARPS = 8;
constexpr int ROWS = 2;  // rows of a warp that are in flight together

struct Silu {
  static __device__ __forceinline__ float value(float gate) { return gate / (1.0f + expf(-gate)); }
  static __device__ __forceinline__ float slope(float gate) {
    const float e = expf(-fabsf(gate));
    const float larger = 1.0f / (1.0f + e);
    const float smaller = e * larger;
    return fmaf(gate * smaller, larger, gate < 0.0f ? smaller : larger);
  }
};

template <typename Gate, bool ALIGNED>
static __device__ __forceinline__ void forward(const float *x, float *y, long long rows,
                                               int cols) {
  const int lane = threadIdx.x % WARP;
  const int warp = threadIdx.x / WARP;
  const int base = blockIdx.x * STRIP;
  const long long rows_of_block = ROWS * WARPS;
  for (long long first = blockIdx.y * rows_of_block + warp; first < rows;
       first += gridDim.y * rows_of_block) {
    float4 gate[ROWS];
    float4 value[ROWS];
#pragma unroll
    for (int k = 0; k < ROWS; k++) {
      const long long row = first + k * WARPS;
      if (row < rows) {
        const float *const gates = x + 2 * row * cols;
        gate[k] = load_strip<ALIGNED, WARP>(gates, base, lane, cols);
        value[k] = load_strip<ALIGNED, WARP>(gates + cols, base, lane, cols);
      }
    }
#pragma unroll
    for (int k = 0; k < ROWS; k++) {
      const long long row = first + k * WARPS;
      if (row < rows) {
        store_strip<ALIGNED, WARP>(
            y + row * cols, base, lane, cols,
            each4([](float g, float v) { return Gate::value(g) * v; }, gate[k], value[k]));
      }
    }
  }
}

template <typename Gate, bool ALIGNED>
static __device__ __forceinline__ void backward(const float *x, const float *d_y, float *d_x,
                                                long long rows, int cols) {
  const int lane = threadIdx.x % WARP;
  const int warp = threadIdx.x / WARP;
  const int base = blockIdx.x * STRIP;
  const long long rows_of_block = ROWS * WARPS;
  for (long long first = blockIdx.y * rows_of_block + warp; first < rows;
       first += gridDim.y * rows_of_block) {
    float4 gate[ROWS];
    float4 value[ROWS];
    float4 gradient[ROWS];
#pragma unroll
    for (int k = 0; k < ROWS; k++) {
      const long long row = first + k * WARPS;
      if (row < rows) {
        const float *const gates = x + 2 * row * cols;
        gate[k] = load_strip<ALIGNED, WARP>(gates, base, lane, cols);
        value[k] = load_strip<ALIGNED, WARP>(gates + cols, base, lane, cols);
        gradient[k] = load_strip<ALIGNED, WARP>(d_y + row * cols, base, lane, cols);
      }
    }
#pragma unroll
    for (int k = 0; k < ROWS; k++) {
      const long long row = first + k * WARPS;
      if (row < rows) {
        float *const d_gates = d_x + 2 * row * cols;
        store_strip<ALIGNED, WARP>(
            d_gates, base, lane, cols,
            each4([](float g, float v, float d) { return d * v * Gate::slope(g); }, gate[k],
                  value[k], gradient[k]));
        store_strip<ALIGNED, WARP>(
            d_gates + cols, base, lane, cols,
            each4([](float g, float d) { return d * Gate::value(g); }, gate[k], gradient[k]));
      }
    }
  }
}

// Grid: a strip of 128 columns of y in x, 16 rows in y.
extern "C" __global__ void __launch_bounds__(256) swiglu_f32(
    const float *__restrict__ x,  // [N, 2F]
    float *__restrict__ y,        // [N, F]
    long long rows, int cols) {
  if (aligned_rows(cols, x, y)) {
    forward<Silu, true>(x, y, rows, cols);
  } else {
    forward<Silu, false>(x, y, rows, cols);
  }
}

// Grid: as swiglu_f32.
extern "C" __global__ void __launch_bounds__(256) swiglu_backward_f32(
    const float *__restrict__ x,    // [N, 2F]
    const float *__restrict__ d_y,  // [N, F]
    float *__restrict__ d_x,        // [N, 2F]
    long long rows, int cols) {
  if (aligned_rows(cols, x, d_y, d_x)) {
    backward<Silu, true>(x, d_y, d_x, rows, cols);
  } else {
    backward<Silu, false>(x, d_y, d_x, rows, cols);
  }
}

// Grid: as swiglu_f32.
extern "C" __global__ void __launch_bounds__(256) geglu_f32(
    const float *__restrict__ x,  // [N, 2F]
    float *__restrict__ y,        // [N, F]
    long long rows, int cols) {
  if (aligned_rows(cols, x, y)) {
    forward<GeluTanh, true>(x, y, rows, cols);
  } else {
    forward<GeluTanh, false>(x, y, rows, cols);
  }
}

// Grid: as swiglu_f32.
extern "C" __global__ void __launch_bounds__(256) geglu_backward_f32(
    const float *__restrict__ x,    // [N, 2F]
    const float *__restrict__ d_y,  // [N, F]
    float *__restrict__ d_x,        // [N, 2F]
    long long rows, int cols) {
  if (aligned_rows(cols, x, d_y, d_x)) {
    backward<GeluTanh, true>(x, d_y, d_x, rows, cols);
  } else {
    backward<GeluTanh, false>(x, d_y, d_x, rows, cols);
  }
}
