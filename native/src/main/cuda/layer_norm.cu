// Layer normalisation of rows of x [N, D], forward and backward.
//   y = x̂·weight + bias, x̂ = (x − mean)·rstd, rstd = 1/√(variance + ε)
//   dX ← dX + rstd·(ĝ − mean(ĝ) − x̂·mean(ĝ·x̂)), ĝ = dY·weight
//   dWeight ← dWeight + Σₙ dY·x̂,  dBias ← dBias + Σₙ dY
// Memory bandwidth bounds both: 2·N·D elements forward, and 4·N·D where x is a sum that is made here;
// 4·N·D backward (dY, x, dX twice) and the parts of the sums over rows.
#include "row_norm.cuh"

// f(base, strip) for every strip of a row: the first from registers; the rest, of rows longer than
// these hold, from memory each time.
template <bool ALIGNED, int LANES, typename F>
static __device__ __forceinline__ void each_strip(const float4 (&held)[STRIPS], const float *row,
                                                  int lane, int cols, F f) {
#pragma unroll
  for (int s = 0; s < STRIPS; s++) {
    f(s * 4 * LANES, held[s]);
  }
  for (int base = STRIPS * 4 * LANES; LANES > WARP && base < cols; base += 4 * LANES) {
    f(base, load_strip<ALIGNED, LANES>(row, base, lane, cols));
  }
}

// The norm of a row, for row_norm.cuh.
struct LayerNorm {
  const float *weight;  // [D]
  const float *bias;    // [D]
  float epsilon;
  float *mean;  // [N]
  float *rstd;  // [N]

  template <bool ALIGNED, int LANES, typename Load>
  __device__ __forceinline__ void normalise(Load load, const float *x, float *y, long long row,
                                            int lane, int cols) const {
    float4 held[STRIPS];
#pragma unroll
    for (int s = 0; s < STRIPS; s++) {
      held[s] = load(s * 4 * LANES);
    }
    float sum = 0.0f;
#pragma unroll
    for (int s = 0; s < STRIPS; s++) {
      sum += sum4(held[s]);
    }
    for (int base = STRIPS * 4 * LANES; LANES > WARP && base < cols; base += 4 * LANES) {
      sum += sum4(load(base));
    }
    const float mu = row_sum<LANES>(sum) / cols;
    float squares = 0.0f;
    each_strip<ALIGNED, LANES>(held, x, lane, cols, [&](int base, float4 v) {
      const float4 square = each4([=](float e) { return (e - mu) * (e - mu); }, v);
      squares += sum4(within_row<ALIGNED, LANES>(square, base, lane, cols));
    });
    const float r = 1.0f / sqrtf(row_sum<LANES>(squares) / cols + epsilon);
    each_strip<ALIGNED, LANES>(held, x, lane, cols, [&](int base, float4 v) {
      const float4 w = load_strip<ALIGNED, LANES>(weight, base, lane, cols);
      const float4 b = load_strip<ALIGNED, LANES>(bias, base, lane, cols);
      store_strip<ALIGNED, LANES>(
          y, base, lane, cols,
          each4([=](float e, float p, float q) { return fmaf((e - mu) * r, p, q); }, v, w, b));
    });
    if (lane == 0) {
      mean[row] = mu;
      rstd[row] = r;
    }
  }
};

// Grid: 8 rows of up to 1,024 columns in x.
extern "C" __global__ void __launch_bounds__(256, 2) layer_norm_warp_f32(
    const float *__restrict__ x,       // [N, D]
    const float *__restrict__ weight,  // [D]
    const float *__restrict__ bias,    // [D]
    float epsilon,
    float *__restrict__ y,     // [N, D]
    float *__restrict__ mean,  // [N]
    float *__restrict__ rstd,  // [N]
    long long rows, int cols) {
  const LayerNorm norm{weight, bias, epsilon, mean, rstd};
  if (aligned_rows(cols, x, weight, bias, y)) {
    forward<true, WARP>(norm, x, y, rows, cols);
  } else {
    forward<false, WARP>(norm, x, y, rows, cols);
  }
}

// Grid: a row in x.
extern "C" __global__ void __launch_bounds__(256, 2) layer_norm_block_f32(
    const float *__restrict__ x,       // [N, D]
    const float *__restrict__ weight,  // [D]
    const float *__restrict__ bias,    // [D]
    float epsilon,
    float *__restrict__ y,     // [N, D]
    float *__restrict__ mean,  // [N]
    float *__restrict__ rstd,  // [N]
    long long rows, int cols) {
  const LayerNorm norm{weight, bias, epsilon, mean, rstd};
  if (aligned_rows(cols, x, weight, bias, y)) {
    forward<true, THREADS>(norm, x, y, rows, cols);
  } else {
    forward<false, THREADS>(norm, x, y, rows, cols);
  }
}

// The norm of residual + product + added, which it keeps as sum. Grid: 8 rows of up to 1,024 columns in x.
extern "C" __global__ void __launch_bounds__(256, 2) layer_norm_add_warp_f32(
    const float *__restrict__ residual,  // [N, D]
    const float *__restrict__ added,     // [D], or null: the bias of the product
    const float *__restrict__ weight,    // [D]
    const float *__restrict__ bias,      // [D]
    float epsilon,
    float *sum,                // [N, D]
    float *y,                  // [N, D]: the product before
    float *__restrict__ mean,  // [N]
    float *__restrict__ rstd,  // [N]
    long long rows, int cols) {
  const LayerNorm norm{weight, bias, epsilon, mean, rstd};
  if (aligned_rows(cols, residual, added, weight, bias, sum, y)) {
    add_forward<true, WARP>(norm, residual, added, sum, y, rows, cols);
  } else {
    add_forward<false, WARP>(norm, residual, added, sum, y, rows, cols);
  }
}

// The norm of residual + product + added, which it keeps as sum. Grid: a row in x.
extern "C" __global__ void __launch_bounds__(256, 2) layer_norm_add_block_f32(
    const float *__restrict__ residual,  // [N, D]
    const float *__restrict__ added,     // [D], or null: the bias of the product
    const float *__restrict__ weight,    // [D]
    const float *__restrict__ bias,      // [D]
    float epsilon,
    float *sum,                // [N, D]
    float *y,                  // [N, D]: the product before
    float *__restrict__ mean,  // [N]
    float *__restrict__ rstd,  // [N]
    long long rows, int cols) {
  const LayerNorm norm{weight, bias, epsilon, mean, rstd};
  if (aligned_rows(cols, residual, added, weight, bias, sum, y)) {
    add_forward<true, THREADS>(norm, residual, added, sum, y, rows, cols);
  } else {
    add_forward<false, THREADS>(norm, residual, added, sum, y, rows, cols);
  }
}

// A row's sums are taken over all its columns; from `first` on the block writes those that it can
// hold sums over rows for. The second reading of a row finds it in the first-level cache.
template <bool ALIGNED, int LANES>
static __device__ __forceinline__ void backward(const float *d_y, const float *x,
                                                const float *weight, const float *mean,
                                                const float *rstd, float *d_x, float *parts,
                                                long long rows, int cols,
                                                long long rows_of_part) {
  const int lane = threadIdx.x % LANES;
  const int first = blockIdx.y * (STRIPS * 4 * LANES);
  const long long begin = blockIdx.x * rows_of_part;
  const long long end = min(rows, begin + rows_of_part);
  const float4 zero = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
  float4 d_weight[STRIPS];
  float4 d_bias[STRIPS];
#pragma unroll
  for (int s = 0; s < STRIPS; s++) {
    d_weight[s] = zero;
    d_bias[s] = zero;
  }
  for (long long row = begin + threadIdx.x / LANES; row < end; row += THREADS / LANES) {
    const float *const gradient = d_y + row * cols;
    const float *const in = x + row * cols;
    float *const out = d_x + row * cols;
    const float mu = mean[row];
    const float r = rstd[row];
    float sum = 0.0f;
    float sum_hat = 0.0f;
#pragma unroll 4
    for (int base = 0; base < cols; base += 4 * LANES) {
      const float4 g = load_strip<ALIGNED, LANES>(gradient, base, lane, cols);
      const float4 v = load_strip<ALIGNED, LANES>(in, base, lane, cols);
      const float4 w = load_strip<ALIGNED, LANES>(weight, base, lane, cols);
      const float4 gw = each4([](float p, float q) { return p * q; }, g, w);
      sum += sum4(gw);
      sum_hat += sum4(each4([=](float p, float e) { return p * ((e - mu) * r); }, gw, v));
    }
    const float average = row_sum<LANES>(sum) / cols;
    const float average_hat = row_sum<LANES>(sum_hat) / cols;
#pragma unroll
    for (int s = 0; s < STRIPS; s++) {
      const int base = first + s * 4 * LANES;
      if (base < cols) {
        const float4 g = load_strip<ALIGNED, LANES>(gradient, base, lane, cols);
        const float4 v = load_strip<ALIGNED, LANES>(in, base, lane, cols);
        const float4 w = load_strip<ALIGNED, LANES>(weight, base, lane, cols);
        const float4 old = load_strip<ALIGNED, LANES>(out, base, lane, cols);
        const float4 hat = each4([=](float e) { return (e - mu) * r; }, v);
        store_strip<ALIGNED, LANES>(
            out, base, lane, cols,
            each4([=](float o, float p, float q,
                      float h) { return fmaf(p * q - average - h * average_hat, r, o); },
                  old, g, w, hat));
        d_weight[s] = each4([](float d, float p, float h) { return fmaf(p, h, d); }, d_weight[s],
                            g, hat);
        d_bias[s] = plus4(d_bias[s], g);
      }
    }
  }
  float *const part = parts + 2ll * blockIdx.x * cols + first;
  if (LANES == WARP) {
    add_warps<ALIGNED, STRIPS>(d_weight, part, cols, false);
    add_warps<ALIGNED, STRIPS>(d_bias, part + cols, cols, false);
  } else {
#pragma unroll
    for (int s = 0; s < STRIPS; s++) {
      store_strip<ALIGNED, LANES>(part, s * 4 * LANES, lane, cols - first, d_weight[s]);
      store_strip<ALIGNED, LANES>(part + cols, s * 4 * LANES, lane, cols - first, d_bias[s]);
    }
  }
}

// Grid: parts of the rows in x. For up to 1,024 columns.
extern "C" __global__ void __launch_bounds__(256, 2) layer_norm_backward_warp_f32(
    const float *__restrict__ d_y,     // [N, D]
    const float *__restrict__ x,       // [N, D]
    const float *__restrict__ weight,  // [D]
    const float *__restrict__ mean,    // [N]
    const float *__restrict__ rstd,    // [N]
    float *__restrict__ d_x,           // [N, D]
    float *__restrict__ parts,         // [parts, 2, D]: dWeight and dBias
    long long rows, int cols, long long rows_of_part) {
  if (aligned_rows(cols, d_y, x, weight, d_x, parts)) {
    backward<true, WARP>(d_y, x, weight, mean, rstd, d_x, parts, rows, cols, rows_of_part);
  } else {
    backward<false, WARP>(d_y, x, weight, mean, rstd, d_x, parts, rows, cols, rows_of_part);
  }
}

// Grid: parts of the rows in x, 8,192 columns in y.
extern "C" __global__ void __launch_bounds__(256, 2) layer_norm_backward_block_f32(
    const float *__restrict__ d_y,     // [N, D]
    const float *__restrict__ x,       // [N, D]
    const float *__restrict__ weight,  // [D]
    const float *__restrict__ mean,    // [N]
    const float *__restrict__ rstd,    // [N]
    float *__restrict__ d_x,           // [N, D]
    float *__restrict__ parts,         // [parts, 2, D]: dWeight and dBias
    long long rows, int cols, long long rows_of_part) {
  if (aligned_rows(cols, d_y, x, weight, d_x, parts)) {
    backward<true, THREADS>(d_y, x, weight, mean, rstd, d_x, parts, rows, cols, rows_of_part);
  } else {
    backward<false, THREADS>(d_y, x, weight, mean, rstd, d_x, parts, rows, cols, rows_of_part);
  }
}
