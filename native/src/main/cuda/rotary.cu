// Rotary position embedding (Su et al., arXiv 2104.09864; halves paired as in Llama), in place on
// the query and key heads of packed [B, T, packedWidth]. Of a head the first 2·half elements turn:
// element j with element j + half, by the angle whose cosine and sine are cos[t, j] and sin[t, j].
// sign is 1 forward and −1 backward. A block per row [b, t]. Bound by memory bandwidth.
#include "gatun.cuh"

// Four pairs at a time: half and headWidth are multiples of four, all rows 16-byte aligned.
static __device__ __forceinline__ void turn_quads(
    float *heads_of_row, const float *cos, const float *sin, float sign, int turned, int headWidth,
    int half) {
  const int quads = half / 4;
  for (int i = threadIdx.x; i < turned * quads; i += blockDim.x) {
    const int j = i % quads * 4;
    float *const first = heads_of_row + i / quads * headWidth + j;
    const float4 c = load4(cos + j);
    const float4 s = load4(sin + j);
    const float4 a = load4(first);
    const float4 b = load4(first + half);
    store4(first, {a.x * c.x - b.x * s.x * sign, a.y * c.y - b.y * s.y * sign,
                   a.z * c.z - b.z * s.z * sign, a.w * c.w - b.w * s.w * sign});
    store4(first + half, {b.x * c.x + a.x * s.x * sign, b.y * c.y + a.y * s.y * sign,
                          b.z * c.z + a.z * s.z * sign, b.w * c.w + a.w * s.w * sign});
  }
}

static __device__ __forceinline__ void turn_pairs(
    float *heads_of_row, const float *cos, const float *sin, float sign, int turned, int headWidth,
    int half) {
  for (int i = threadIdx.x; i < turned * half; i += blockDim.x) {
    const int j = i % half;
    float *const first = heads_of_row + i / half * headWidth + j;
    const float a = first[0];
    const float b = first[half];
    const float s = sin[j] * sign;
    first[0] = a * cos[j] - b * s;
    first[half] = b * cos[j] + a * s;
  }
}

extern "C" __global__ void __launch_bounds__(256) rotary(
    const float *cos,  // [T, half]
    const float *sin,  // [T, half]
    float *packed,     // [B, T, packedWidth]
    float sign, int length,
    int turned,        // query and key heads
    int packedWidth, int headWidth, int half,
    int vectors) {     // 1 where four pairs can be loaded at a time, else 0
  const long long row = blockIdx.x;
  const long long angles = row % length * half;
  float *const heads_of_row = packed + row * packedWidth;
  if (vectors != 0) {
    turn_quads(heads_of_row, cos + angles, sin + angles, sign, turned, headWidth, half);
  } else {
    turn_pairs(heads_of_row, cos + angles, sin + angles, sign, turned, headWidth, half);
  }
}
