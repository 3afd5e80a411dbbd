// The Gaussian error linear unit in both forms (Hendrycks and Gimpel, arXiv 1606.08415).
//   exact  y = x·Φ(x),                 dX = dY·(Φ(x) + x·φ(x))
//   tanh   y = x·s, s = logistic(2u),  dX = dY·(s + x·s·(1 − s)·2u′), 2u = 2√(2/π)·(x + 0.044715x³)
// 0.5·(1 + tanh u) is the logistic function of 2u, which does not cancel for negative u.
// Elementwise: memory bandwidth bounds it.
#include "gatun.cuh"

constexpr int THREADS = 256;
constexpr int STRIPS = 2;
constexpr int CHUNK = 4 * THREADS * STRIPS;  // elements of a block

struct GeluTanh {
  static constexpr float TWICE_ROOT_2_OVER_PI = 1.5957691216f;
  static constexpr float CUBIC = 0.044715f;

  static __device__ __forceinline__ float twice_u(float x) {
    return fmaf(CUBIC, x * x, 1.0f) * x * TWICE_ROOT_2_OVER_PI;
  }
  static __device__ __forceinline__ float value(float x) {
    return x / (1.0f + expf(-twice_u(x)));
  }
  static __device__ __forceinline__ float slope(float x) {
    const float twice = twice_u(x);
    const float e = expf(-fabsf(twice));
    const float larger = 1.0f / (1.0f + e);
    const float smaller = e * larger;
    const float s = twice < 0.0f ? smaller : larger;
    const float bell = larger * smaller;
    const float inner = fmaf(3.0f * CUBIC, x * x, 1.0f) * x * TWICE_ROOT_2_OVER_PI;
    // Far out the bell is 0 and inner may be infinite.
    return bell > 0.0f ? fmaf(inner, bell, s) : s;
  }
};

struct GeluExact {
  static constexpr float ROOT_HALF = 0.70710678f;
  static constexpr float DENSITY_AT_0 = 0.39894228f;

  static __device__ __forceinline__ float distribution(float x) {
    return 0.5f * erfcf(-ROOT_HALF * x);
  }
  static __device__ __forceinline__ float value(float x) { return x * distribution(x); }
  static __device__ __forceinline__ float slope(float x) {
    return fmaf(x, DENSITY_AT_0 * expf(-0.5f * x * x), distribution(x));
  }
};

// Grid: 2,048 elements in x. The last block may have fewer, and then goes element by element.
template <typename Form, bool ALIGNED>
static __device__ __forceinline__ void forward_chunk(const float *x, float *y, int n) {
  float4 in[STRIPS];
#pragma unroll
  for (int s = 0; s < STRIPS; s++) {
    in[s] = load_strip<ALIGNED, THREADS>(x, s * 4 * THREADS, threadIdx.x, n);
  }
#pragma unroll
  for (int s = 0; s < STRIPS; s++) {
    store_strip<ALIGNED, THREADS>(y, s * 4 * THREADS, threadIdx.x, n,
                                  each4([](float v) { return Form::value(v); }, in[s]));
  }
}

template <typename Form>
static __device__ __forceinline__ void forward(const float *x, float *y, long long n) {
  const long long first = static_cast<long long>(blockIdx.x) * CHUNK;
  const int left = static_cast<int>(min(n - first, static_cast<long long>(CHUNK)));
  if (aligned_rows(left, x, y)) {
    forward_chunk<Form, true>(x + first, y + first, left);
  } else {
    forward_chunk<Form, false>(x + first, y + first, left);
  }
}

template <typename Form, bool ALIGNED>
static __device__ __forceinline__ void backward_chunk(const float *x, const float *d_y, float *d_x,
                                                      int n) {
  float4 in[STRIPS];
  float4 gradient[STRIPS];
#pragma unroll
  for (int s = 0; s < STRIPS; s++) {
    in[s] = load_strip<ALIGNED, THREADS>(x, s * 4 * THREADS, threadIdx.x, n);
    gradient[s] = load_strip<ALIGNED, THREADS>(d_y, s * 4 * THREADS, threadIdx.x, n);
  }
#pragma unroll
  for (int s = 0; s < STRIPS; s++) {
    store_strip<ALIGNED, THREADS>(
        d_x, s * 4 * THREADS, threadIdx.x, n,
        each4([](float v, float g) { return g * Form::slope(v); }, in[s], gradient[s]));
  }
}

template <typename Form>
static __device__ __forceinline__ void backward(const float *x, const float *d_y, float *d_x,
                                                long long n) {
  const long long first = static_cast<long long>(blockIdx.x) * CHUNK;
  const int left = static_cast<int>(min(n - first, static_cast<long long>(CHUNK)));
  if (aligned_rows(left, x, d_y, d_x)) {
    backward_chunk<Form, true>(x + first, d_y + first, d_x + first, left);
  } else {
    backward_chunk<Form, false>(x + first, d_y + first, d_x + first, left);
  }
}

extern "C" __global__ void __launch_bounds__(256) gelu_tanh_f32(
    const float *x,  // [n]
    float *y,        // [n], may be x
    long long n) {
  forward<GeluTanh>(x, y, n);
}

extern "C" __global__ void __launch_bounds__(256) gelu_exact_f32(
    const float *x,  // [n]
    float *y,        // [n], may be x
    long long n) {
  forward<GeluExact>(x, y, n);
}

extern "C" __global__ void __launch_bounds__(256) gelu_tanh_backward_f32(
    const float *x,    // [n]
    const float *d_y,  // [n]
    float *d_x,        // [n], may be d_y
    long long n) {
  backward<GeluTanh>(x, d_y, d_x, n);
}

extern "C" __global__ void __launch_bounds__(256) gelu_exact_backward_f32(
    const float *x,    // [n]
    const float *d_y,  // [n]
    float *d_x,        // [n], may be d_y
    long long n) {
  backward<GeluExact>(x, d_y, d_x, n);
}
