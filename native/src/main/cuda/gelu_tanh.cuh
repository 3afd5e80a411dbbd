// The Gaussian error linear unit in its tanh form (Hendrycks and Gimpel, arXiv 1606.08415), as
// elementwise.cu and gated.cu have it.
#pragma once
#include "gatun.cuh"

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
