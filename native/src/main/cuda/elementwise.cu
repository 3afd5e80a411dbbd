// Functions of single elements that some heads need, and their gradients.
//   tanh        y = tanh x,          dX = dY·(1 − tanh² x) = dY·4e/(1 + e)², e = exp(−2|x|)
//   sigsoftmax  y = x + log σ(x),    dX = dY·(1 + σ(−x)), σ the logistic function
// The second makes of logits those whose softmax is sigsoftmax (Kanai et al., arXiv 1805.10829).
// Elementwise: memory bandwidth bounds it.
#include "gatun.cuh"

constexpr int THREADS = 256;
constexpr int CHUNK = 4 * THREADS;  // elements of a block

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

// Grid: 1,024 elements in x. The last block may have fewer, and then goes element by element.
template <typename Form, bool ALIGNED>
static __device__ __forceinline__ void forward_chunk(const float *x, float *y, int n) {
  const float4 in = load_strip<ALIGNED, THREADS>(x, 0, threadIdx.x, n);
  store_strip<ALIGNED, THREADS>(y, 0, threadIdx.x, n,
                                each4([](float v) { return Form::value(v); }, in));
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
  const float4 in = load_strip<ALIGNED, THREADS>(x, 0, threadIdx.x, n);
  const float4 gradient = load_strip<ALIGNED, THREADS>(d_y, 0, threadIdx.x, n);
  store_strip<ALIGNED, THREADS>(
      d_x, 0, threadIdx.x, n,
      each4([](float v, float g) { return g * Form::slope(v); }, in, gradient));
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

extern "C" __global__ void __launch_bounds__(256) tanh_f32(
    const float *x,  // [n]
    float *y,        // [n], may be x
    long long n) {
  forward<Tanh>(x, y, n);
}

extern "C" __global__ void __launch_bounds__(256) tanh_backward_f32(
    const float *x,    // [n]
    const float *d_y,  // [n]
    float *d_x,        // [n], may be d_y
    long long n) {
  backward<Tanh>(x, d_y, d_x, n);
}

extern "C" __global__ void __launch_bounds__(256) sigsoftmax_f32(
    const float *x,  // [n]
    float *y,        // [n], may be x
    long long n) {
  forward<Sigsoftmax>(x, y, n);
}

extern "C" __global__ void __launch_bounds__(256) sigsoftmax_backward_f32(
    const float *x,    // [n]
    const float *d_y,  // [n]
    float *d_x,        // [n], may be d_y
    long long n) {
  backward<Sigsoftmax>(x, d_y, d_x, n);
}
