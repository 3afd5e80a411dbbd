// One AdamW step over flat buffers of n elements: parameter, gradient, first and second moment.
// Bound by memory: four reads and three writes of 4 bytes per element, and a write of 2 where the
// parameters are kept as bf16 too.
//
// Each operation rounds on its own, in the order written, as on the host: no multiplication and
// addition become one.
#include "bf16.cuh"
#include "gatun.cuh"

// What of a step is the same for all elements; see AdamWFactors.
struct Factors {
  float beta1;
  float one_minus_beta1;
  float beta2;
  float one_minus_beta2;
  float epsilon;
  float gradient_scale;
  float minus_decay;
  float minus_rate;
  float inverse_root;
};

// Those that differ from step to step, as they lie in memory.
constexpr int SCALE_FACTOR = 0;
constexpr int MINUS_DECAY = 1;
constexpr int MINUS_RATE = 2;
constexpr int INVERSE_ROOT = 3;
constexpr int LEFT_OUT = 4;  // not 0: the step is left out

// The numbers of a step; see StepNumbers.
constexpr int NUMBER = 0;
constexpr int LEARNING_RATE = 1;
constexpr int GRADIENT_SCALE = 2;
constexpr int HELD = 3;

// What a step takes of its gradient: the factor that takes it to the norm clip_norm where its norm is
// larger, and that it is left out once one of the sums is not finite. Each operation rounds once, as
// on the host. One thread works: latency bounds it.
extern "C" __global__ void __launch_bounds__(128) gradient_scale_f64(
    const double *sums,  // [count]: the square of the gradient's norm, then others
    double *step,        // [4]
    double clip_norm, int count) {
  if (threadIdx.x > 0) {
    return;
  }
  const double norm = __dsqrt_rn(sums[0]);
  step[GRADIENT_SCALE] = norm > clip_norm ? __ddiv_rn(clip_norm, norm) : 1.0;
  for (int i = 0; i < count; i++) {
    // Zero times infinity or NaN is NaN, which equals nothing.
    if (!(sums[i] * 0.0 == 0.0)) {
      step[HELD] = 1.0;
    }
  }
}

// The factors of a step, worked out in f64 and rounded once. The host's are the same but where its
// pow and this one, which err by 1e-16, fall on two sides of the middle between two floats. One
// thread works: latency bounds it.
extern "C" __global__ void __launch_bounds__(128) adamw_factors_f32(
    const double *step,  // [4]
    float *factors,      // [5]
    double beta1, double beta2, double weight_decay) {
  if (threadIdx.x > 0) {
    return;
  }
  const double rate = step[LEARNING_RATE];
  const double correction1 = __dsub_rn(1.0, pow(beta1, step[NUMBER]));
  const double correction2 = __dsub_rn(1.0, pow(beta2, step[NUMBER]));
  factors[SCALE_FACTOR] = (float)step[GRADIENT_SCALE];
  factors[MINUS_DECAY] = (float)__dmul_rn(-rate, weight_decay);
  factors[MINUS_RATE] = (float)__ddiv_rn(-rate, correction1);
  factors[INVERSE_ROOT] = (float)__ddiv_rn(1.0, __dsqrt_rn(correction2));
  factors[LEFT_OUT] = step[HELD] == 0.0 ? 0.0f : 1.0f;
}

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
// Four blocks of a processor: left to itself, the compiler spills for sm_90 to have six.
extern "C" __global__ void __launch_bounds__(256, 4)
    adamw_f32(float *parameter, const float *gradient, float *first_moment, float *second_moment,
              unsigned short *rounded,
              const float *factors,  // [5]
              long long n, long long head, float beta1, float one_minus_beta1, float beta2,
              float one_minus_beta2, float epsilon) {
  if (factors[LEFT_OUT] != 0.0f) {
    return;
  }
  const Factors f = {beta1,
                     one_minus_beta1,
                     beta2,
                     one_minus_beta2,
                     epsilon,
                     factors[SCALE_FACTOR],
                     factors[MINUS_DECAY],
                     factors[MINUS_RATE],
                     factors[INVERSE_ROOT]};
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
