// The residual stream between two norms: sum = residual + product, + bias if there is one, added up
// in this order, each sum rounding once, as a product that adds to the residual stream would do it.
#pragma once
#include "gatun.cuh"

// One strip of a row: stores the sum and returns it.
template <bool ALIGNED, int LANES>
static __device__ __forceinline__ float4 add_strip(const float *residual, const float *product,
                                                   const float *bias, float *sum, int base,
                                                   int lane, int cols) {
  float4 v = plus4(load_strip<ALIGNED, LANES>(residual, base, lane, cols),
                   load_strip<ALIGNED, LANES>(product, base, lane, cols));
  if (bias != nullptr) {
    v = plus4(v, load_strip<ALIGNED, LANES>(bias, base, lane, cols));
  }
  store_strip<ALIGNED, LANES>(sum, base, lane, cols, v);
  return v;
}
