// Elementwise operations and sums over whole tensors, f32 and f64. All of them do next to nothing
// with each element: memory bandwidth bounds them. Tensors may start anywhere (they may be slices),
// so 16-byte accesses are for those that are aligned.
#include "gatun.cuh"

constexpr int THREADS = 256;

// Elements that one thread of an elementwise kernel handles.
constexpr int PER_THREAD = 4;

// Elements that one block of a sum handles: a function of nothing, so that sums round in one way.
constexpr int CHUNK = 64 * THREADS;

static __device__ __forceinline__ bool aligned(const void *x) {
  return reinterpret_cast<unsigned long long>(x) % 16 == 0;
}

static __device__ __forceinline__ void load_four(const float *x, float *v) {
  const float4 four = load4(x);
  v[0] = four.x;
  v[1] = four.y;
  v[2] = four.z;
  v[3] = four.w;
}

static __device__ __forceinline__ void load_four(const double *x, double *v) {
  const double2 low = reinterpret_cast<const double2 *>(x)[0];
  const double2 high = reinterpret_cast<const double2 *>(x)[1];
  v[0] = low.x;
  v[1] = low.y;
  v[2] = high.x;
  v[3] = high.y;
}

static __device__ __forceinline__ void store_four(float *x, const float *v) {
  store4(x, make_float4(v[0], v[1], v[2], v[3]));
}

static __device__ __forceinline__ void store_four(double *x, const double *v) {
  reinterpret_cast<double2 *>(x)[0] = make_double2(v[0], v[1]);
  reinterpret_cast<double2 *>(x)[1] = make_double2(v[2], v[3]);
}

// Four elements from x[at] on, of which count are there; the rest is zero.
template <typename T>
static __device__ __forceinline__ void load_some(const T *x, long long at, int count, T *v) {
  if (count == PER_THREAD && aligned(x)) {
    load_four(x + at, v);
    return;
  }
#pragma unroll
  for (int k = 0; k < PER_THREAD; k++) {
    v[k] = k < count ? x[at + k] : T(0);
  }
}

template <typename T>
static __device__ __forceinline__ void store_some(T *x, long long at, int count, const T *v) {
  if (count == PER_THREAD && aligned(x)) {
    store_four(x + at, v);
    return;
  }
#pragma unroll
  for (int k = 0; k < PER_THREAD; k++) {
    if (k < count) {
      x[at + k] = v[k];
    }
  }
}

// The first of this thread's elements; n or more if it has none.
static __device__ __forceinline__ long long first_element() {
  return (blockIdx.x * (long long)THREADS + threadIdx.x) * PER_THREAD;
}

// How many of the four elements from at on are among n.
static __device__ __forceinline__ int there(long long at, long long n) {
  return n - at < PER_THREAD ? (at < n ? (int)(n - at) : 0) : PER_THREAD;
}

static __device__ __forceinline__ float multiply_add(float a, float b, float c) {
  return fmaf(a, b, c);
}

static __device__ __forceinline__ double multiply_add(double a, double b, double c) {
  return fma(a, b, c);
}

template <typename T>
static __device__ __forceinline__ void fill(T *x, T value, long long n) {
  const long long at = first_element();
  const T v[PER_THREAD] = {value, value, value, value};
  store_some(x, at, there(at, n), v);
}

// x [n] <- value.
extern "C" __global__ void __launch_bounds__(256) fill_f32(float *x, float value, long long n) {
  fill(x, value, n);
}

extern "C" __global__ void __launch_bounds__(256) fill_f64(double *x, double value, long long n) {
  fill(x, value, n);
}

template <typename T>
static __device__ __forceinline__ void axpy(T alpha, const T *x, T *y, long long n) {
  const long long at = first_element();
  const int count = there(at, n);
  T in[PER_THREAD], out[PER_THREAD];
  load_some(x, at, count, in);
  load_some(y, at, count, out);
#pragma unroll
  for (int k = 0; k < PER_THREAD; k++) {
    out[k] = multiply_add(alpha, in[k], out[k]);
  }
  store_some(y, at, count, out);
}

// y [n] <- y + alpha * x [n], rounded once.
extern "C" __global__ void __launch_bounds__(256)
    axpy_f32(float alpha, const float *x, float *y, long long n) {
  axpy(alpha, x, y, n);
}

extern "C" __global__ void __launch_bounds__(256)
    axpy_f64(double alpha, const double *x, double *y, long long n) {
  axpy(alpha, x, y, n);
}

template <typename T>
static __device__ __forceinline__ void scale(T alpha, T *x, long long n) {
  const long long at = first_element();
  const int count = there(at, n);
  T v[PER_THREAD];
  load_some(x, at, count, v);
#pragma unroll
  for (int k = 0; k < PER_THREAD; k++) {
    v[k] *= alpha;
  }
  store_some(x, at, count, v);
}

// x [n] <- alpha * x.
extern "C" __global__ void __launch_bounds__(256) scale_f32(float alpha, float *x, long long n) {
  scale(alpha, x, n);
}

extern "C" __global__ void __launch_bounds__(256) scale_f64(double alpha, double *x, long long n) {
  scale(alpha, x, n);
}

template <typename From, typename To>
static __device__ __forceinline__ void convert(const From *from, To *to, long long n) {
  const long long at = first_element();
  const int count = there(at, n);
  From in[PER_THREAD];
  To out[PER_THREAD];
  load_some(from, at, count, in);
#pragma unroll
  for (int k = 0; k < PER_THREAD; k++) {
    out[k] = (To)in[k];
  }
  store_some(to, at, count, out);
}

// to [n] <- from [n], exactly.
extern "C" __global__ void __launch_bounds__(256)
    widen_f32(const float *from, double *to, long long n) {
  convert(from, to, n);
}

// to [n] <- from [n], to nearest.
extern "C" __global__ void __launch_bounds__(256)
    narrow_f64(const double *from, float *to, long long n) {
  convert(from, to, n);
}

template <typename T>
static __device__ __forceinline__ void dot(const T *x, const T *y, double *sums, long long n) {
  const long long chunk = blockIdx.x * (long long)CHUNK;
  double sum = 0;
  for (int step = 0; step < CHUNK; step += THREADS * PER_THREAD) {
    const long long at = chunk + step + threadIdx.x * PER_THREAD;
    const int count = there(at, n);
    T a[PER_THREAD], b[PER_THREAD];
    load_some(x, at, count, a);
    load_some(y, at, count, b);
#pragma unroll
    for (int k = 0; k < PER_THREAD; k++) {
      sum = fma((double)a[k], (double)b[k], sum);
    }
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) {
    sums[blockIdx.x] = sum;
  }
}

// First pass: sums [blocks] of x * y, each over a chunk of x, y [n].
extern "C" __global__ void __launch_bounds__(256)
    dot_f32(const float *x, const float *y, double *sums, long long n) {
  dot(x, y, sums, n);
}

extern "C" __global__ void __launch_bounds__(256)
    dot_f64(const double *x, const double *y, double *sums, long long n) {
  dot(x, y, sums, n);
}

static __device__ __forceinline__ double sum_of(const double *sums, long long n) {
  double sum = 0;
  for (long long i = threadIdx.x; i < n; i += THREADS) {
    sum += sums[i];
  }
  return block_sum(sum);
}

// Second pass, one block: result [1] <- the sum of sums [n].
extern "C" __global__ void __launch_bounds__(256)
    vector_sum_f64(const double *sums, double *result, long long n) {
  const double sum = sum_of(sums, n);
  if (threadIdx.x == 0) {
    result[0] = sum;
  }
}

// The same, but result [1] <- result + alpha * that sum; each operation rounds once, as on the host.
extern "C" __global__ void __launch_bounds__(256)
    add_vector_sum_f64(const double *sums, double alpha, double *result, long long n) {
  const double sum = sum_of(sums, n);
  if (threadIdx.x == 0) {
    result[0] = __dadd_rn(result[0], __dmul_rn(alpha, sum));
  }
}

// Indices are kept negated, as doubles (exact up to 2^53), so that the first is the largest; a
// chunk with none has minus infinity.
template <typename T>
static __device__ __forceinline__ void first_non_finite(const T *x, double *firsts, long long n) {
  const long long chunk = blockIdx.x * (long long)CHUNK;
  double first = -infinity_f64();
  for (int step = 0; step < CHUNK; step += THREADS * PER_THREAD) {
    const long long at = chunk + step + threadIdx.x * PER_THREAD;
    T v[PER_THREAD];
    load_some(x, at, there(at, n), v);
#pragma unroll
    for (int k = 0; k < PER_THREAD; k++) {
      // Zero times infinity or NaN is NaN, which equals nothing.
      if (!(v[k] * T(0) == T(0))) {
        first = fmax(first, -(double)(at + k));
      }
    }
  }
  first = block_max(first);
  if (threadIdx.x == 0) {
    firsts[blockIdx.x] = first;
  }
}

// First pass: firsts [blocks], for each chunk of x [n] the negated index of its first NaN or
// infinity.
extern "C" __global__ void __launch_bounds__(256)
    first_non_finite_f32(const float *x, double *firsts, long long n) {
  first_non_finite(x, firsts, n);
}

extern "C" __global__ void __launch_bounds__(256)
    first_non_finite_f64(const double *x, double *firsts, long long n) {
  first_non_finite(x, firsts, n);
}

// Second pass, one block: result [1] <- the largest of values [n].
extern "C" __global__ void __launch_bounds__(256)
    vector_max_f64(const double *values, double *result, long long n) {
  double max = -infinity_f64();
  for (long long i = threadIdx.x; i < n; i += THREADS) {
    max = fmax(max, values[i]);
  }
  max = block_max(max);
  if (threadIdx.x == 0) {
    result[0] = max;
  }
}
