// What every kernel may use: the warp, reductions in a fixed order, 16-byte loads, dynamic shared
// memory. It includes nothing, so that NVRTC compiles it with no header files on the machine.
// Nothing here adds in an order that depends on the schedule: equal inputs give equal bytes.
#pragma once

constexpr int WARP = 32;
constexpr unsigned FULL_WARP = 0xffffffffu;

// Declares name as a type * to the block's dynamic shared memory, 16-byte aligned. Every use in a
// kernel names the same memory: a kernel that needs two arrays splits one.
#ifndef GATUN_SHARED
#define GATUN_SHARED(type, name)                                       \
  extern __shared__ __align__(16) unsigned char gatun_dynamic_shared[]; \
  type *const name = reinterpret_cast<type *>(gatun_dynamic_shared)
#endif

static __device__ __forceinline__ float infinity_f32() { return __int_as_float(0x7f800000); }
static __device__ __forceinline__ double infinity_f64() {
  return __longlong_as_double(0x7ff0000000000000ll);
}

// The operators of the reductions. Maxima ignore NaN unless all values are NaN.
struct Sum {
  static __device__ __forceinline__ float identity(float) { return 0.0f; }
  static __device__ __forceinline__ double identity(double) { return 0.0; }
  template <typename T>
  static __device__ __forceinline__ T apply(T a, T b) {
    return a + b;
  }
};

struct Max {
  static __device__ __forceinline__ float identity(float) { return -infinity_f32(); }
  static __device__ __forceinline__ double identity(double) { return -infinity_f64(); }
  static __device__ __forceinline__ float apply(float a, float b) { return fmaxf(a, b); }
  static __device__ __forceinline__ double apply(double a, double b) { return fmax(a, b); }
};

// A value of each of the 32 lanes to one result in every lane, by a butterfly: five exchanges, and
// every lane computes the same bits because the operators commute. All 32 lanes must call.
template <typename Operator, typename T>
static __device__ __forceinline__ T warp_reduce(T value) {
#pragma unroll
  for (int distance = WARP / 2; distance > 0; distance /= 2) {
    value = Operator::apply(value, __shfl_xor_sync(FULL_WARP, value, distance));
  }
  return value;
}

// A value of each thread to one result in every thread. For one-dimensional blocks of whole warps,
// up to 1,024 threads; all of them must call. May be called again at once.
template <typename Operator, typename T>
static __device__ __forceinline__ T block_reduce(T value) {
  __shared__ T of_warp[WARP];
  const int lane = threadIdx.x % WARP;
  const int warp = threadIdx.x / WARP;
  const int warps = blockDim.x / WARP;
  value = warp_reduce<Operator>(value);
  __syncthreads();  // the last call's of_warp has been read
  if (lane == 0) {
    of_warp[warp] = value;
  }
  __syncthreads();
  return warp_reduce<Operator>(lane < warps ? of_warp[lane] : Operator::identity(value));
}

static __device__ __forceinline__ float warp_sum(float value) { return warp_reduce<Sum>(value); }
static __device__ __forceinline__ double warp_sum(double value) { return warp_reduce<Sum>(value); }
static __device__ __forceinline__ float warp_max(float value) { return warp_reduce<Max>(value); }
static __device__ __forceinline__ double warp_max(double value) { return warp_reduce<Max>(value); }
static __device__ __forceinline__ float block_sum(float value) { return block_reduce<Sum>(value); }
static __device__ __forceinline__ double block_sum(double value) {
  return block_reduce<Sum>(value);
}
static __device__ __forceinline__ float block_max(float value) { return block_reduce<Max>(value); }
static __device__ __forceinline__ double block_max(double value) {
  return block_reduce<Max>(value);
}

// Four floats at once, from or to a 16-byte aligned address.
static __device__ __forceinline__ float4 load4(const float *from) {
  return *reinterpret_cast<const float4 *>(from);
}
static __device__ __forceinline__ void store4(float *to, float4 value) {
  *reinterpret_cast<float4 *>(to) = value;
}

// Rows of floats in strips. A strip is 4·LANES columns from base on, four to each of LANES threads:
// if ALIGNED, four neighbours in one 16-byte access; else four that are LANES apart, so that
// accesses still coalesce. Columns from cols on are loaded as 0 and not stored.
template <bool ALIGNED, int LANES>
static __device__ __forceinline__ float4 load_strip(const float *row, int base, int lane,
                                                    int cols) {
  if (ALIGNED) {
    const int c = base + 4 * lane;
    return c < cols ? load4(row + c) : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
  }
  const int c = base + lane;
  return make_float4(c < cols ? row[c] : 0.0f, c + LANES < cols ? row[c + LANES] : 0.0f,
                     c + 2 * LANES < cols ? row[c + 2 * LANES] : 0.0f,
                     c + 3 * LANES < cols ? row[c + 3 * LANES] : 0.0f);
}

template <bool ALIGNED, int LANES>
static __device__ __forceinline__ void store_strip(float *row, int base, int lane, int cols,
                                                   float4 value) {
  if (ALIGNED) {
    const int c = base + 4 * lane;
    if (c < cols) {
      store4(row + c, value);
    }
    return;
  }
  const int c = base + lane;
  if (c < cols) row[c] = value.x;
  if (c + LANES < cols) row[c + LANES] = value.y;
  if (c + 2 * LANES < cols) row[c + 2 * LANES] = value.z;
  if (c + 3 * LANES < cols) row[c + 3 * LANES] = value.w;
}

// The value with 0 in the columns from cols on.
template <bool ALIGNED, int LANES>
static __device__ __forceinline__ float4 within_row(float4 value, int base, int lane, int cols) {
  const int c = ALIGNED ? base + 4 * lane : base + lane;
  const int step = ALIGNED ? 1 : LANES;
  return make_float4(c < cols ? value.x : 0.0f, c + step < cols ? value.y : 0.0f,
                     c + 2 * step < cols ? value.z : 0.0f, c + 3 * step < cols ? value.w : 0.0f);
}

// Whether all these matrices of rows of cols floats can be read as ALIGNED.
template <typename... Pointers>
static __device__ __forceinline__ bool aligned_rows(int cols, Pointers... rows) {
  return cols % 4 == 0 && ((reinterpret_cast<unsigned long long>(rows) | ...) & 15) == 0;
}

// f of each of four elements.
template <typename F, typename... Vectors>
static __device__ __forceinline__ float4 each4(F f, Vectors... v) {
  return make_float4(f(v.x...), f(v.y...), f(v.z...), f(v.w...));
}

static __device__ __forceinline__ float4 plus4(float4 a, float4 b) {
  return each4([](float p, float q) { return p + q; }, a, b);
}

static __device__ __forceinline__ float sum4(float4 v) { return (v.x + v.y) + (v.z + v.w); }

// Shared memory of add_warps: one function, so that all uses in a kernel share it.
template <int WIDTH>
static __device__ __forceinline__ float *rows_of_warps() {
  __shared__ __align__(16) float rows[4 * WIDTH];
  return rows;
}

// Adds up what the eight warps of a block of 256 threads hold of the same columns of a row, strips
// of 4·WARP from column 0 on, in a fixed order; sets, or adds to, out [cols]. All threads call.
template <bool ALIGNED, int STRIPS>
static __device__ __forceinline__ void add_warps(const float4 (&part)[STRIPS], float *out, int cols,
                                                 bool accumulate) {
  constexpr int WIDTH = STRIPS * 4 * WARP;
  float *const rows = rows_of_warps<WIDTH>();
  const int lane = threadIdx.x % WARP;
  const int warp = threadIdx.x / WARP;
  float *const row = rows + warp % 4 * WIDTH;
  __syncthreads();  // the last call's sums have been read
  if (warp >= 4) {
#pragma unroll
    for (int s = 0; s < STRIPS; s++) {
      store_strip<ALIGNED, WARP>(row, s * 4 * WARP, lane, WIDTH, part[s]);
    }
  }
  __syncthreads();
  if (warp < 4) {
#pragma unroll
    for (int s = 0; s < STRIPS; s++) {
      const float4 other = load_strip<ALIGNED, WARP>(row, s * 4 * WARP, lane, WIDTH);
      store_strip<ALIGNED, WARP>(row, s * 4 * WARP, lane, WIDTH, plus4(part[s], other));
    }
  }
  __syncthreads();
  for (int c = threadIdx.x; c < min(cols, WIDTH); c += 256) {
    const float sum =
        (rows[c] + rows[WIDTH + c]) + (rows[2 * WIDTH + c] + rows[3 * WIDTH + c]);
    out[c] = accumulate ? out[c] + sum : sum;
  }
}
