// What a library leaves as bfloat16, as f32 again.
#include "gatun.cuh"

// x [n] bf16 -> y [n] f32, exactly: two zero bytes below each value. Bound by memory: 2 bytes read
// and 4 written each. With fours 1, x starts at 8 and y at 16 bytes, n is a multiple of 4, and a
// thread takes four elements at a time.
extern "C" __global__ void __launch_bounds__(256)
    widen_bf16(const unsigned short *x, float *y, long long n, int fours) {
  const long long thread = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  const long long step = (long long)gridDim.x * blockDim.x;
  if (fours) {
    for (long long i = 4 * thread; i < n; i += 4 * step) {
      const uint2 v = *reinterpret_cast<const uint2 *>(x + i);
      store4(y + i, make_float4(__int_as_float((int)(v.x << 16)), __int_as_float((int)(v.x & 0xffff0000u)),
                                __int_as_float((int)(v.y << 16)), __int_as_float((int)(v.y & 0xffff0000u))));
    }
  } else {
    for (long long i = thread; i < n; i += step) {
      y[i] = __int_as_float((int)((unsigned int)x[i] << 16));
    }
  }
}
