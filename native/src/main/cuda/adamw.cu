// One AdamW step over flat buffers of n elements: parameter, gradient, first and second moment.
// Bound by memory: four reads and three writes of 4 bytes per element, and a write of 2 where the
// parameters are kept as bf16 too.
//
// Each operation rounds on its own, in the order written, as on the host: no multiplication and
// addition become one.
#include "bf16.cuh"
#include "gatun.cuh"

// The step's constants; see AdamWFactors.
struct Factors {
  float gradient_scale;
  float beta1;
  float one_minus_beta1;
  float beta2;
  float one_minus_beta2;
  float minus_decay;
  float minus_rate;
  float inverse_root;
  float epsilon;
};

static __device__ __forceinline__ float scaled_sum(float x, float a, float y, float b) {
  return __fadd_rn(__fmul_rn(x, a), __fmul_rn(y, b));
}

static __device__ __forceinline__ void update(const Factors &f, float &p, float gradient, float &m,
                                              float &v) {
  const float g = __fmul_rn(gradient, f.gradient_scale);
  m = scaled_sum(m, f.beta1, g, f.one_minus_beta1);
  v = scaled_sum(v, f.beta2, __fmul_rn(g, g), f.one_minus_beta2);
  const float denominator = __fadd_rn(__fmul_rn(sqrtf(v), f.inverse_root), f.epsilon);
  const float decayed = __fadd_rn(p, __fmul_rn(p, f.minus_decay));
  p = __fadd_rn(decayed, __fmul_rn(m, f.minus_rate) / denominator);
}

// parameter, gradient, first and second moment [n]; rounded [n], the new parameter as bf16, or null.
// An element that is 16-byte aligned in parameter is 8-byte aligned in rounded. head: elements before the first at which all
// four are 16-byte aligned; n if there is none.
extern "C" __global__ void __launch_bounds__(256)
    adamw_f32(float *parameter, const float *gradient, float *first_moment, float *second_moment,
              unsigned short *rounded, long long n, long long head, float gradient_scale, float beta1,
              float one_minus_beta1, float beta2, float one_minus_beta2, float minus_decay,
              float minus_rate, float inverse_root, float epsilon) {
  const Factors f = {gradient_scale, beta1,       one_minus_beta1, beta2,  one_minus_beta2,
                     minus_decay,    minus_rate, inverse_root,    epsilon};
  const long long thread = blockIdx.x * static_cast<long long>(blockDim.x) + threadIdx.x;
  const long long threads = gridDim.x * static_cast<long long>(blockDim.x);
  const long long vectors = (n - head) / 4;
  for (long long j = thread; j < vectors; j += threads) {
    const long long i = head + 4 * j;
    float4 p = load4(parameter + i);
    const float4 g = load4(gradient + i);
    float4 m = load4(first_moment + i);
    float4 v = load4(second_moment + i);
    update(f, p.x, g.x, m.x, v.x);
    update(f, p.y, g.y, m.y, v.y);
    update(f, p.z, g.z, m.z, v.z);
    update(f, p.w, g.w, m.w, v.w);
    store4(parameter + i, p);
    if (rounded != nullptr) {
      store4_bf16(rounded + i, p);
    }
    store4(first_moment + i, m);
    store4(second_moment + i, v);
  }
  for (long long j = thread; j < n - 4 * vectors; j += threads) {
    const long long i = j < head ? j : j + 4 * vectors;
    update(f, parameter[i], gradient[i], first_moment[i], second_moment[i]);
  }
  // Each thread reads what it has just written, which is still near.
  for (long long j = thread; rounded != nullptr && j < n - 4 * vectors; j += threads) {
    const long long i = j < head ? j : j + 4 * vectors;
    rounded[i] = (unsigned short)bf16_of(parameter[i]);
  }
}
