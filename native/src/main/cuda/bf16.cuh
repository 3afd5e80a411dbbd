// bfloat16: the upper half of an f32, in two bytes.
#pragma once

// x rounded to nearest, ties to even. A carry into the exponent is right, up to infinity. A NaN
// stays one: its quiet bit is in the upper half, and set.
static __device__ __forceinline__ unsigned int bf16_of(float x) {
  unsigned int bits = (unsigned int)__float_as_int(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) {
    return (bits >> 16) | 0x40u;
  }
  return (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
}

// Four at once, to an 8-byte aligned address.
static __device__ __forceinline__ void store4_bf16(unsigned short *to, float4 v) {
  const unsigned int low = bf16_of(v.x) | bf16_of(v.y) << 16;
  const unsigned int high = bf16_of(v.z) | bf16_of(v.w) << 16;
  *reinterpret_cast<unsigned long long *>(to) = (unsigned long long)high << 32 | low;
}
