// A kernel in several variants, to test how they are told apart.
// variants: FACTOR = 2 3, SUMMAND = -1 0 1
#include "gatun.cuh"

// x[0] ← FACTOR·x[0] + SUMMAND
extern "C" __global__ void __launch_bounds__(32) multiply_and_add(float *x) {
  if (threadIdx.x == 0) {
    x[0] = FACTOR * x[0] + SUMMAND;
  }
}
