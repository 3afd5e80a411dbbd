// Cross-entropy of rows of logits: losses, logit gradient in place, log-sum-exp.
//
// R rows, V classes, T threads in a block, one block per row. In exact arithmetic
//   loss[r] = log sum_v exp(logits[r, v]) - logits[r, target]
//   gradient[r, v] = scale * (exp(logits[r, v]) / sum_v exp(logits[r, v]) - [v == target])
//
// What bounds it: memory bandwidth, if every logit is read once and every gradient written once.
// The gradient needs the sum over its whole row, so the row has to stay near the processor between
// the two. A thread keeps its first HELD vectors in registers, the block keeps as much of the rest
// as fits in shared memory, and what is left over is read a second time, last read first, while it
// is in the L2 cache. At V = 131,072 a row is 512 KiB: on an H100 (132 processors, 227 KiB of
// shared memory each, 50 MiB of L2) 160 KiB stay in registers, 225 KiB in shared memory, and the
// 127 KiB left over are 16 MiB of L2 for all the rows in flight. Two exponentials per logit, some
// 25 instructions, keep a processor a third busy meanwhile.
//
// Where a logit is kept changes no bit of the results: which thread adds which logits in which
// order follows from V and from the row's place in memory alone (see Row).
#include "bf16.cuh"
#include "gatun.cuh"

// Vectors of four logits that a thread loads before it looks at any.
constexpr int GROUP = 4;

// How a block reads a row: the logits before the first 128-byte line that begins in it (the head,
// at most 31), vectors of four, and what is left (at most 3). The logits that are in no vector are
// the edge: a thread has at most one of them.
struct Row {
  int head;
  int vectors;
  int edge;  // this thread's logit of the edge, or -1
};

static __device__ __forceinline__ Row row_at(const float *start, int n) {
  const int in_line = static_cast<int>(reinterpret_cast<unsigned long long>(start) / 4 % 32);
  const int head = min((32 - in_line) % 32, n);
  const int vectors = (n - head) / 4;
  const int t = threadIdx.x;
  const int edge = t < head ? t : t + 4 * vectors;
  return {head, vectors, edge < n && t < n - 4 * vectors ? edge : -1};
}

static __device__ __forceinline__ float4 load_vector(const float *x, const Row &row, int i) {
  const float lowest = -infinity_f32();
  return i < row.vectors ? load4(x + row.head + 4 * i)
                         : make_float4(lowest, lowest, lowest, lowest);
}

static __device__ __forceinline__ void store_vector(float *x, const Row &row, int i, float4 y) {
  if (i < row.vectors) {
    store4(x + row.head + 4 * i, y);
  }
}

// What a thread knows of the logits that it has seen: the largest, and sum exp(logit - largest).
// Terms of one group add up in f32, groups in f64.
struct Seen {
  float max;
  double sum;
};

static __device__ __forceinline__ Seen nothing() { return {-infinity_f32(), 0.0}; }

// Raises the largest logit seen. Returns what to subtract in exponents, which is the largest too,
// unless all logits so far are minus infinity: then their exponentials are 0, and not NaN.
static __device__ __forceinline__ float raise(Seen &seen, float max) {
  const float raised = fmaxf(seen.max, max);
  const float shift = raised == -infinity_f32() ? 0.0f : raised;
  seen.sum *= expf(seen.max - shift);
  seen.max = raised;
  return shift;
}

static __device__ __forceinline__ void see(Seen &seen, const float4 *group) {
  float max = -infinity_f32();
#pragma unroll
  for (int k = 0; k < GROUP; k++) {
    const float4 x = group[k];
    max = fmaxf(max, fmaxf(fmaxf(x.x, x.y), fmaxf(x.z, x.w)));
  }
  const float shift = raise(seen, max);
  float sum = 0.0f;
#pragma unroll
  for (int k = 0; k < GROUP; k++) {
    const float4 x = group[k];
    sum += (expf(x.x - shift) + expf(x.y - shift)) + (expf(x.z - shift) + expf(x.w - shift));
  }
  seen.sum += sum;
}

static __device__ __forceinline__ void see(Seen &seen, float logit) {
  const float shift = raise(seen, logit);
  seen.sum += expf(logit - shift);
}

// Of each thread's logits to all of the row's, in every thread.
static __device__ __forceinline__ Seen of_block(const Seen &seen) {
  const float max = block_max(seen.max);
  return {max, block_sum(seen.sum * expf(seen.max - max))};
}

// The largest logit last: beside a large one, the logarithm of the sum would vanish.
static __device__ __forceinline__ float loss_at(const Seen &row, float logit) {
  return static_cast<float>(log(row.sum) + (static_cast<double>(row.max) - logit));
}

// Where the gradient of a row goes: to the row itself, in place of the logits.
struct InPlace {
  float *x;

  __device__ __forceinline__ void vector(const Row &row, int i, float4 y) const {
    store_vector(x, row, i, y);
  }
  __device__ __forceinline__ void one(int column, float y) const { x[column] = y; }
};

// Or to a row of bf16 elsewhere, which is all that a product wants of it. The logits stay.
struct Rounded {
  unsigned short *row;

  __device__ __forceinline__ void vector(const Row &at, int i, float4 y) const {
    if (i >= at.vectors) {
      return;
    }
    unsigned short *to = row + at.head + 4 * i;
    if (at.head % 4 == 0) {  // the same for all of a row
      store4_bf16(to, y);
    } else {
      to[0] = (unsigned short)bf16_of(y.x);
      to[1] = (unsigned short)bf16_of(y.y);
      to[2] = (unsigned short)bf16_of(y.z);
      to[3] = (unsigned short)bf16_of(y.w);
    }
  }
  __device__ __forceinline__ void one(int column, float y) const {
    row[column] = (unsigned short)bf16_of(y);
  }
};

// A row without a target: no gradient.
template <int T, typename Out>
static __device__ __forceinline__ void clear(const Out &out, const Row &row) {
  for (int i = threadIdx.x; i < row.vectors; i += T) {
    out.vector(row, i, make_float4(0.0f, 0.0f, 0.0f, 0.0f));
  }
  if (row.edge >= 0) {
    out.one(row.edge, 0.0f);
  }
}

// Whether a row has no target. One outside [-1, classes) is an error, and treated as none.
static __device__ __forceinline__ bool has_no_target(int target, int classes, int *error,
                                                     int code) {
  if (target < -1 || target >= classes) {
    if (threadIdx.x == 0) {
      atomicCAS(error, 0, code);
    }
    return true;
  }
  return target < 0;
}

static __device__ __forceinline__ float4 gradient(float4 x, float max, float factor) {
  return make_float4(expf(x.x - max) * factor, expf(x.y - max) * factor, expf(x.z - max) * factor,
                     expf(x.w - max) * factor);
}

// The loss of the row x [n], and its gradient. With WHOLE, the row is not longer than what
// registers hold.
template <int T, int HELD, bool WHOLE, typename Out>
static __device__ __forceinline__ void cross_entropy_row(const float *x, const Out &out, int n,
                                                         int target, double scale, float *loss,
                                                         int shared_vectors) {
  static_assert(HELD % GROUP == 0, "groups are those of see_row, so that losses have equal bits");
  GATUN_SHARED(float4, shared);  // [shared_vectors], each read by the thread that wrote it
  const Row row = row_at(x, n);
  const int t = threadIdx.x;
  Seen seen = nothing();

  float4 held[HELD];
#pragma unroll
  for (int j = 0; j < HELD; j++) {
    held[j] = load_vector(x, row, t + j * T);
  }
#pragma unroll
  for (int j = 0; j < HELD; j += GROUP) {
    see(seen, held + j);
  }
  const float *rest = x + 4 * HELD * T;
  const Row rest_row = {row.head, WHOLE ? 0 : row.vectors - HELD * T, -1};
  float4 group[GROUP];
  for (int i = t; i < rest_row.vectors; i += GROUP * T) {
#pragma unroll
    for (int k = 0; k < GROUP; k++) {
      group[k] = load_vector(rest, rest_row, i + k * T);
    }
#pragma unroll
    for (int k = 0; k < GROUP; k++) {
      if (i + k * T < shared_vectors) {
        shared[i + k * T] = group[k];
      }
    }
    see(seen, group);
  }
  if (row.edge >= 0) {
    see(seen, x[row.edge]);
  }

  const float at_target = x[target];
  const Seen all = of_block(seen);  // all threads have read all they need from memory
  const float factor = static_cast<float>(scale / all.sum);
  const int groups = (rest_row.vectors - t + GROUP * T - 1) / (GROUP * T);
  for (int i = t + (groups - 1) * GROUP * T; !WHOLE && i >= 0; i -= GROUP * T) {
#pragma unroll
    for (int k = 0; k < GROUP; k++) {
      group[k] =
          i + k * T < shared_vectors ? shared[i + k * T] : load_vector(rest, rest_row, i + k * T);
    }
#pragma unroll
    for (int k = 0; k < GROUP; k++) {
      out.vector(row, HELD * T + i + k * T, gradient(group[k], all.max, factor));
    }
  }
#pragma unroll
  for (int j = 0; j < HELD; j++) {
    out.vector(row, t + j * T, gradient(held[j], all.max, factor));
  }
  if (row.edge >= 0) {
    out.one(row.edge, expf(x[row.edge] - all.max) * factor);
  }
  __syncthreads();  // the target's gradient has been written as that of any other class
  if (t == 0) {
    const double probability = expf(at_target - all.max) / all.sum;
    out.one(target, static_cast<float>(scale * (probability - 1.0)));
    *loss = loss_at(all, at_target);
  }
}

// The row x [V] of the block, its gradient to out.
template <int T, int HELD, bool WHOLE, typename Out>
static __device__ __forceinline__ void cross_entropy(const float *x, const Out &out,
                                                     const int *targets, double scale,
                                                     float *losses, int classes,
                                                     int shared_vectors, int *error, int code) {
  const long long r = blockIdx.x;
  if (has_no_target(targets[r], classes, error, code)) {
    clear<T>(out, row_at(x, classes));
    if (threadIdx.x == 0) {
      losses[r] = 0.0f;
    }
  } else {
    cross_entropy_row<T, HELD, WHOLE>(x, out, classes, targets[r], scale, losses + r,
                                      shared_vectors);
  }
}

template <int T, int HELD, bool WHOLE>
static __device__ __forceinline__ void cross_entropy(float *logits, const int *targets,
                                                     double scale, float *losses, int classes,
                                                     int shared_vectors, int *error, int code) {
  float *x = logits + static_cast<long long>(blockIdx.x) * classes;
  cross_entropy<T, HELD, WHOLE>(x, InPlace{x}, targets, scale, losses, classes, shared_vectors,
                                error, code);
}

template <int T, int HELD, bool WHOLE>
static __device__ __forceinline__ void cross_entropy(const float *logits, unsigned short *rounded,
                                                     const int *targets, double scale,
                                                     float *losses, int classes, long long stride,
                                                     int shared_vectors, int *error, int code) {
  const long long r = blockIdx.x;
  cross_entropy<T, HELD, WHOLE>(logits + r * classes, Rounded{rounded + r * stride}, targets,
                                scale, losses, classes, shared_vectors, error, code);
}

// logits [R, V] become their gradient; targets [R]; losses [R]. For V up to 8,192: the row is in
// registers, and a processor has three rows.
extern "C" __global__ void __launch_bounds__(256, 3)
    cross_entropy_small_f32(float *logits, const int *targets, double scale, float *losses,
                            int classes, int *error, int code) {
  cross_entropy<256, 8, true>(logits, targets, scale, losses, classes, 0, error, code);
}

// As cross_entropy_small_f32, for longer rows of which a processor has two: while one waits for
// its sum, the other keeps the memory busy. Shared memory: shared_vectors * 16 bytes.
extern "C" __global__ void __launch_bounds__(256, 2)
    cross_entropy_medium_f32(float *logits, const int *targets, double scale, float *losses,
                             int classes, int shared_vectors, int *error, int code) {
  cross_entropy<256, 20, false>(logits, targets, scale, losses, classes, shared_vectors, error,
                                code);
}

// As cross_entropy_medium_f32, for rows that fill a processor.
extern "C" __global__ void __launch_bounds__(512, 1)
    cross_entropy_large_f32(float *logits, const int *targets, double scale, float *losses,
                            int classes, int shared_vectors, int *error, int code) {
  cross_entropy<512, 20, false>(logits, targets, scale, losses, classes, shared_vectors, error,
                                code);
}

// The same three with the gradient rounded to bf16, in rounded [R, stride] with V columns, and the
// logits left as they are: half of the bytes of cross_entropy_*_f32 are written, and a product with
// the gradient needs no pass that rounds it. stride is a multiple of 8. The gradients are those of
// cross_entropy_*_f32 to the bit before they are rounded, and so are the losses.
extern "C" __global__ void __launch_bounds__(256, 3)
    cross_entropy_small_bf16(const float *logits, unsigned short *rounded, const int *targets,
                             double scale, float *losses, int classes, long long stride,
                             int *error, int code) {
  cross_entropy<256, 8, true>(logits, rounded, targets, scale, losses, classes, stride, 0, error,
                              code);
}

extern "C" __global__ void __launch_bounds__(256, 2)
    cross_entropy_medium_bf16(const float *logits, unsigned short *rounded, const int *targets,
                              double scale, float *losses, int classes, long long stride,
                              int shared_vectors, int *error, int code) {
  cross_entropy<256, 20, false>(logits, rounded, targets, scale, losses, classes, stride,
                                shared_vectors, error, code);
}

extern "C" __global__ void __launch_bounds__(512, 1)
    cross_entropy_large_bf16(const float *logits, unsigned short *rounded, const int *targets,
                             double scale, float *losses, int classes, long long stride,
                             int shared_vectors, int *error, int code) {
  cross_entropy<512, 20, false>(logits, rounded, targets, scale, losses, classes, stride,
                                shared_vectors, error, code);
}

// All logits of the row x [n].
template <int T>
static __device__ __forceinline__ Seen see_row(const float *x, int n) {
  const Row row = row_at(x, n);
  Seen seen = nothing();
  for (int i = threadIdx.x; i < row.vectors; i += GROUP * T) {
    float4 group[GROUP];
#pragma unroll
    for (int k = 0; k < GROUP; k++) {
      group[k] = load_vector(x, row, i + k * T);
    }
    see(seen, group);
  }
  if (row.edge >= 0) {
    see(seen, x[row.edge]);
  }
  return of_block(seen);
}

template <int T>
static __device__ __forceinline__ void loss_of_row(const float *logits, const int *targets,
                                                   float *losses, int classes, int *error,
                                                   int code) {
  const long long r = blockIdx.x;
  const float *x = logits + r * classes;
  float loss = 0.0f;
  if (!has_no_target(targets[r], classes, error, code)) {
    loss = loss_at(see_row<T>(x, classes), x[targets[r]]);
  }
  if (threadIdx.x == 0) {
    losses[r] = loss;
  }
}

// logits [R, V], targets [R], losses [R]; the same bits as of cross_entropy_small_f32 and _medium_.
// Bound by one read.
extern "C" __global__ void __launch_bounds__(256, 4)
    cross_entropy_loss_f32(const float *logits, const int *targets, float *losses, int classes,
                           int *error, int code) {
  loss_of_row<256>(logits, targets, losses, classes, error, code);
}

// The same with the bits of cross_entropy_large_f32.
extern "C" __global__ void __launch_bounds__(512, 2)
    cross_entropy_loss_large_f32(const float *logits, const int *targets, float *losses,
                                 int classes, int *error, int code) {
  loss_of_row<512>(logits, targets, losses, classes, error, code);
}

template <int T>
static __device__ __forceinline__ void log_sum_exp_of_row(const float *logits, float *max,
                                                          float *rest, int classes) {
  const long long r = blockIdx.x;
  const Seen all = see_row<T>(logits + r * classes, classes);
  if (threadIdx.x == 0) {
    max[r] = all.max;
    rest[r] = static_cast<float>(log(all.sum));
  }
}

// logits [R, V], max [R], rest [R]: the logarithm is their sum. Bound by one read.
extern "C" __global__ void __launch_bounds__(256, 4)
    log_sum_exp_f32(const float *logits, float *max, float *rest, int classes) {
  log_sum_exp_of_row<256>(logits, max, rest, classes);
}

// The same with the bits of cross_entropy_large_f32.
extern "C" __global__ void __launch_bounds__(512, 2)
    log_sum_exp_large_f32(const float *logits, float *max, float *rest, int classes) {
  log_sum_exp_of_row<512>(logits, max, rest, classes);
}

// The gradient of one class, the target or another; factor is scale / sum_v exp(logit_v - max).
static __device__ __forceinline__ float gradient_at(float logit, float max, float factor,
                                                    double of_target, bool is_target) {
  const float share = expf(logit - max) * factor;
  return is_target ? static_cast<float>(share - of_target) : share;
}

// A piece of a row of a block of columns; of_target is what the target's class has less.
static __device__ __forceinline__ void columns_of_row(float *x, float max, float rest, int target,
                                                      long long first_class, double scale,
                                                      double of_target, int columns) {
  const float factor = static_cast<float>(scale * exp(-static_cast<double>(rest)));
  const Row row = row_at(x, columns);
  const bool none = target < 0;
  const long long column = target - first_class;  // the target's, if it is one of these
  const int step = blockDim.x * gridDim.y;
  for (int i = blockDim.x * blockIdx.y + threadIdx.x; i < row.vectors; i += step) {
    const float4 logit = load_vector(x, row, i);
    const long long at = column - row.head - 4 * i;
    const float4 y = make_float4(gradient_at(logit.x, max, factor, of_target, at == 0),
                                 gradient_at(logit.y, max, factor, of_target, at == 1),
                                 gradient_at(logit.z, max, factor, of_target, at == 2),
                                 gradient_at(logit.w, max, factor, of_target, at == 3));
    store_vector(x, row, i, none ? make_float4(0.0f, 0.0f, 0.0f, 0.0f) : y);
  }
  if (blockIdx.y == 0 && row.edge >= 0) {
    const float y = gradient_at(x[row.edge], max, factor, of_target, row.edge == column);
    x[row.edge] = none ? 0.0f : y;
  }
}

// logits [R, C], a block of columns with the classes first_class to first_class + C, become
// scale * (exp(logits - max - rest) - onehot); max, rest [R]; targets [R]. Blocks: rows in x,
// pieces of each row in y. Bound by one read and one write.
extern "C" __global__ void __launch_bounds__(256, 4)
    cross_entropy_columns_f32(float *logits, const float *max, const float *rest,
                              const int *targets, long long first_class, double scale,
                              int columns) {
  const long long r = blockIdx.x;
  columns_of_row(logits + r * columns, max[r], rest[r], targets[r], first_class, scale, scale,
                 columns);
}

// The same with weights [R] of the targets: scale * (exp(logits - max - rest) - weight * onehot).
extern "C" __global__ void __launch_bounds__(256, 4)
    weighted_cross_entropy_columns_f32(float *logits, const float *max, const float *rest,
                                       const int *targets, const float *weights,
                                       long long first_class, double scale, int columns) {
  const long long r = blockIdx.x;
  columns_of_row(logits + r * columns, max[r], rest[r], targets[r], first_class, scale,
                 scale * weights[r], columns);
}
