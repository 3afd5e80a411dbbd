// Functions of single elements, and their gradients.
//   gelu        y = x·Φ(x),          dX = dY·(Φ(x) + x·φ(x))
//   gelu_tanh   y = x·s,             dX = dY·(s + x·s·(1 − s)·2u′), s = logistic(2u),
//                                    2u = 2√(2/π)·(x + 0.044715x³)
//   tanh        y = tanh x,          dX = dY·(1 − tanh² x) = dY·4e/(1 + e)², e = exp(−2|x|)
//   relu        y = max(x, 0),       dX = dY where x > 0, else 0
//   sigsoftmax  y = x + log σ(x),    dX = dY·(1 + σ(−x)), σ the logistic function
//   clip        y = x within ±limit, dX = dY where |x| ≤ limit, else 0
// The first two are the Gaussian error linear unit (Hendrycks and Gimpel, arXiv 1606.08415):
// 0.5·(1 + tanh u) is the logistic function of 2u, which does not cancel for negative u.
// The last makes of logits those whose softmax is sigsoftmax (Kanai et al., arXiv 1805.10829).
// Elementwise: memory bandwidth bounds it.
#include "gelu_tanh.cuh"

constexpr int THREADS = 256;
constexpr int STRIPS = 2;
constexpr int CHUNK = 4 * THREADS * STRIPS;  // elements of a block

struct Gelu {
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

struct Tanh {
  static __device__ __forceinline__ float value(float x) { return tanhf(x); }
  static __device__ __forceinline__ float slope(float x) {
    const float e = expf(-2.0f * fabsf(x));
    const float root = 1.0f + e;
    return 4.0f * e / (root * root);
  }
};

struct Sigsoftmax {
  static __device__ __forceinline__ float value(float x) {
    return x + fminf(x, 0.0f) - log1pf(expf(-fabsf(x)));
  }
  static __device__ __forceinline__ float slope(float x) {
    const float e = expf(-fabsf(x));
    return 1.0f + (x < 0.0f ? 1.0f : e) / (1.0f + e);
  }
};

struct Relu {
  static __device__ __forceinline__ float value(float x) { return x < 0.0f ? 0.0f : x; }
  static __device__ __forceinline__ float slope(float x) { return x > 0.0f ? 1.0f : 0.0f; }
};

struct Clip {
  float limit;

  __device__ __forceinline__ float value(float x) const { return fminf(fmaxf(x, -limit), limit); }
  __device__ __forceinline__ float slope(float x) const {
    return fabsf(x) <= limit ? 1.0f : 0.0f;
  }
};

// Grid: 2,048 elements in x. The last block may have fewer, and then goes element by element.
template <typename Form, bool ALIGNED>
static __device__ __forceinline__ void forward_chunk(Form form, const float *x, float *y, int n) {
  float4 in[STRIPS];
#pragma unroll
  for (int s = 0; s < STRIPS; s++) {
    in[s] = load_strip<ALIGNED, THREADS>(x, s * 4 * THREADS, threadIdx.x, n);
  }
#pragma unroll
  for (int s = 0; s < STRIPS; s++) {
    store_strip<ALIGNED, THREADS>(y, s * 4 * THREADS, threadIdx.x, n,
                                  each4([form](float v) { return form.value(v); }, in[s]));
  }
}

template <typename Form>
static __device__ __forceinline__ void forward(Form form, const float *x, float *y, long long n) {
  const long long first = static_cast<long long>(blockIdx.x) * CHUNK;
  const int left = static_cast<int>(min(n - first, static_cast<long long>(CHUNK)));
  if (aligned_rows(left, x, y)) {
    forward_chunk<Form, true>(form, x + first, y + first, left);
  } else {
    forward_chunk<Form, false>(form, x + first, y + first, left);
  }
}

template <typename Form, bool ALIGNED>
static __device__ __forceinline__ void backward_chunk(Form form, const float *x, const float *d_y,
                                                      float *d_x, int n) {
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
        each4([form](float v, float g) { return g * form.slope(v); }, in[s], gradient[s]));
  }
}

template <typename Form>
static __device__ __forceinline__ void backward(Form form, const float *x, const float *d_y,
                                                float *d_x, long long n) {
  const long long first = static_cast<long long>(blockIdx.x) * CHUNK;
  const int left = static_cast<int>(min(n - first, static_cast<long long>(CHUNK)));
  if (aligned_rows(left, x, d_y, d_x)) {
    backward_chunk<Form, true>(form, x + first, d_y + first, d_x + first, left);
  } else {
    backward_chunk<Form, false>(form, x + first, d_y + first, d_x + first, left);
  }
}

extern "C" __global__ void __launch_bounds__(256) gelu_f32(
    const float *x,  // [n]
    float *y,        // [n], may be x
    long long n) {
  forward(Gelu{}, x, y, n);
}

extern "C" __global__ void __launch_bounds__(256) gelu_backward_f32(
    const float *x,    // [n]
    const float *d_y,  // [n]
    float *d_x,        // [n], may be d_y
    long long n) {
  backward(Gelu{}, x, d_y, d_x, n);
}

extern "C" __global__ void __launch_bounds__(256) gelu_tanh_f32(
    const float *x,  // [n]
    float *y,        // [n], may be x
    long long n) {
  forward(GeluTanh{}, x, y, n);
}

extern "C" __global__ void __launch_bounds__(256) gelu_tanh_backward_f32(
    const float *x,    // [n]
    const float *d_y,  // [n]
    float *d_x,        // [n], may be d_y
    long long n) {
  backward(GeluTanh{}, x, d_y, d_x, n);
}

extern "C" __global__ void __launch_bounds__(256) tanh_f32(
    const float *x,  // [n]
    float *y,        // [n], may be x
    long long n) {
  forward(Tanh{}, x, y, n);
}

extern "C" __global__ void __launch_bounds__(256) tanh_backward_f32(
    const float *x,    // [n]
    const float *d_y,  // [n]
    float *d_x,        // [n], may be d_y
    long long n) {
  backward(Tanh{}, x, d_y, d_x, n);
}

extern "C" __global__ void __launch_bounds__(256) sigsoftmax_f32(
    const float *x,  // [n]
    float *y,        // [n], may be x
    long long n) {
  forward(Sigsoftmax{}, x, y, n);
}

extern "C" __global__ void __launch_bounds__(256) sigsoftmax_backward_f32(
    const float *x,    // [n]
    const float *d_y,  // [n]
    float *d_x,        // [n], may be d_y
    long long n) {
  backward(Sigsoftmax{}, x, d_y, d_x, n);
}

extern "C" __global__ void __launch_bounds__(256) relu_f32(
    const float *x,  // [n]
    float *y,        // [n], may be x
    long long n) {
  forward(Relu{}, x, y, n);
}

extern "C" __global__ void __launch_bounds__(256) relu_backward_f32(
    const float *x,    // [n]
    const float *d_y,  // [n]
    float *d_x,        // [n], may be d_y
    long long n) {
  backward(Relu{}, x, d_y, d_x, n);
}

extern "C" __global__ void __launch_bounds__(256) clip_f32(
    float limit,
    const float *x,  // [n]
    float *y,        // [n], may be x
    long long n) {
  forward(Clip{limit}, x, y, n);
}

extern "C" __global__ void __launch_bounds__(256) clip_backward_f32(
    float limit,
    const float *x,    // [n]
    const float *d_y,  // [n]
    float *d_x,        // [n], may be d_y
    long long n) {
  backward(Clip{limit}, x, d_y, d_x, n);
}
