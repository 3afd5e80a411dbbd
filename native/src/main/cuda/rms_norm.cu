// Root-mean-square normalisation (Zhang and Sennrich, arXiv 1910.07467) of rows of x [N, D].
//   y = x̂·weight, x̂ = x·rstd, rstd = 1/√(mean(x²) + ε)
//   dX ← dX + rstd·(ĝ − x̂·mean(ĝ·x̂)), ĝ = dY·weight
//   dWeight ← dWeight + Σₙ dY·x̂
// Memory bandwidth bounds both: 2·N·D elements forward, and 4·N·D where x is a sum that is made here;
// 4·N·D backward (dY, x, dX twice) and the parts of the sums over rows.
#include "row_norm.cuh"

static __device__ __forceinline__ float squares(float4 v) {
  return sum4(each4([](float e) { return e * e; }, v));
}

// The norm of a row, for row_norm.cuh.
struct RmsNorm {
  const float *weight;  // [D]
  float epsilon;
  float *rstd;  // [N]

  template <bool ALIGNED, int LANES, typename Load>
  __device__ __forceinline__ void normalise(Load load, const float *x, float *y, long long row,
                                            int lane, int cols) const {
    constexpr int HELD = STRIPS * 4 * LANES;  // columns; what is beyond is read twice
    float4 held[STRIPS];
#pragma unroll
    for (int s = 0; s < STRIPS; s++) {
      held[s] = load(s * 4 * LANES);
    }
    float sum = 0.0f;
#pragma unroll
    for (int s = 0; s < STRIPS; s++) {
      sum += squares(held[s]);
    }
    for (int base = HELD; LANES > WARP && base < cols; base += 4 * LANES) {
      sum += squares(load(base));
    }
    const float r = 1.0f / sqrtf(row_sum<LANES>(sum) / cols + epsilon);
    const auto put = [&](int base, float4 v) {
      const float4 w = load_strip<ALIGNED, LANES>(weight, base, lane, cols);
      store_strip<ALIGNED, LANES>(y, base, lane, cols,
                                  each4([=](float e, float p) { return e * r * p; }, v, w));
    };
#pragma unroll
    for (int s = 0; s < STRIPS; s++) {
      put(s * 4 * LANES, held[s]);
    }
    for (int base = HELD; LANES > WARP && base < cols; base += 4 * LANES) {
      put(base, load_strip<ALIGNED, LANES>(x, base, lane, cols));
    }
    if (lane == 0) {
      rstd[row] = r;
    }
  }
};

// Grid: 8 rows of up to 1,024 columns in x.
extern "C" __global__ void __launch_bounds__(256, 2) rms_norm_warp_f32(
    const float *__restrict__ x,       // [N, D]
    const float *__restrict__ weight,  // [D]
    float epsilon,
    float *__restrict__ y,     // [N, D]
    float *__restrict__ rstd,  // [N]
    long long rows, int cols) {
  const RmsNorm norm{weight, epsilon, rstd};
  if (aligned_rows(cols, x, weight, y)) {
    forward<true, WARP>(norm, x, y, rows, cols);
  } else {
    forward<false, WARP>(norm, x, y, rows, cols);
  }
}

// Grid: a row in x.
extern "C" __global__ void __launch_bounds__(256, 2) rms_norm_block_f32(
    const float *__restrict__ x,       // [N, D]
    const float *__restrict__ weight,  // [D]
    float epsilon,
    float *__restrict__ y,     // [N, D]
    float *__restrict__ rstd,  // [N]
    long long rows, int cols) {
  const RmsNorm norm{weight, epsilon, rstd};
  if (aligned_rows(cols, x, weight, y)) {
    forward<true, THREADS>(norm, x, y, rows, cols);
  } else {
    forward<false, THREADS>(norm, x, y, rows, cols);
  }
}

// The norm of residual + product + bias, which it keeps as sum. Grid: 8 rows of up to 1,024 columns in x.
extern "C" __global__ void __launch_bounds__(256, 2) rms_norm_add_warp_f32(
    const float *__restrict__ residual,  // [N, D]
    const float *__restrict__ bias,      // [D], or null
    const float *__restrict__ weight,    // [D]
    float epsilon,
    float *sum,                // [N, D]
    float *y,                  // [N, D]: the product before
    float *__restrict__ rstd,  // [N]
    long long rows, int cols) {
  const RmsNorm norm{weight, epsilon, rstd};
  if (aligned_rows(cols, residual, bias, weight, sum, y)) {
    add_forward<true, WARP>(norm, residual, bias, sum, y, rows, cols);
  } else {
    add_forward<false, WARP>(norm, residual, bias, sum, y, rows, cols);
  }
}

// The norm of residual + product + bias, which it keeps as sum. Grid: a row in x.
extern "C" __global__ void __launch_bounds__(256, 2) rms_norm_add_block_f32(
    const float *__restrict__ residual,  // [N, D]
    const float *__restrict__ bias,      // [D], or null
    const float *__restrict__ weight,    // [D]
    float epsilon,
    float *sum,                // [N, D]
    float *y,                  // [N, D]: the product before
    float *__restrict__ rstd,  // [N]
    long long rows, int cols) {
  const RmsNorm norm{weight, epsilon, rstd};
  if (aligned_rows(cols, residual, bias, weight, sum, y)) {
    add_forward<true, THREADS>(norm, residual, bias, sum, y, rows, cols);
  } else {
    add_forward<false, THREADS>(norm, residual, bias, sum, y, rows, cols);
  }
}

// A row's sums are taken over all its columns; from `first` on the block writes those that it can
// hold sums over rows for. The second reading of a row finds it in the first-level cache.
template <bool ALIGNED, int LANES>
static __device__ __forceinline__ void backward(const float *d_y, const float *x,
                                                const float *weight, const float *rstd,
                                                float *d_x, float *parts, long long rows,
                                                int cols, long long rows_of_part) {
  const int lane = threadIdx.x % LANES;
  const int first = blockIdx.y * (STRIPS * 4 * LANES);
  const long long begin = blockIdx.x * rows_of_part;
  const long long end = min(rows, begin + rows_of_part);
  float4 d_weight[STRIPS];
#pragma unroll
  for (int s = 0; s < STRIPS; s++) {
    d_weight[s] = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
  }
  for (long long row = begin + threadIdx.x / LANES; row < end; row += THREADS / LANES) {
    const float *const gradient = d_y + row * cols;
    const float *const in = x + row * cols;
    float *const out = d_x + row * cols;
    const float r = rstd[row];
    float sum = 0.0f;
#pragma unroll 4
    for (int base = 0; base < cols; base += 4 * LANES) {
      const float4 g = load_strip<ALIGNED, LANES>(gradient, base, lane, cols);
      const float4 v = load_strip<ALIGNED, LANES>(in, base, lane, cols);
      const float4 w = load_strip<ALIGNED, LANES>(weight, base, lane, cols);
      sum += sum4(each4([=](float p, float q, float e) { return p * q * (e * r); }, g, w, v));
    }
    const float average = row_sum<LANES>(sum) / cols;
#pragma unroll
    for (int s = 0; s < STRIPS; s++) {
      const int base = first + s * 4 * LANES;
      if (base < cols) {
        const float4 g = load_strip<ALIGNED, LANES>(gradient, base, lane, cols);
        const float4 v = load_strip<ALIGNED, LANES>(in, base, lane, cols);
        const float4 w = load_strip<ALIGNED, LANES>(weight, base, lane, cols);
        const float4 old = load_strip<ALIGNED, LANES>(out, base, lane, cols);
        const float4 hat = each4([=](float e) { return e * r; }, v);
        store_strip<ALIGNED, LANES>(
            out, base, lane, cols,
            each4([=](float o, float p, float q,
                      float h) { return fmaf(p * q - h * average, r, o); },
                  old, g, w, hat));
        d_weight[s] = each4([](float d, float p, float h) { return fmaf(p, h, d); }, d_weight[s],
                            g, hat);
      }
    }
  }
  float *const part = parts + static_cast<long long>(blockIdx.x) * cols + first;
  if (LANES == WARP) {
    add_warps<ALIGNED, STRIPS>(d_weight, part, cols, false);
  } else {
#pragma unroll
    for (int s = 0; s < STRIPS; s++) {
      store_strip<ALIGNED, LANES>(part, s * 4 * LANES, lane, cols - first, d_weight[s]);
    }
  }
}

// Grid: parts of the rows in x. For up to 1,024 columns.
extern "C" __global__ void __launch_bounds__(256, 2) rms_norm_backward_warp_f32(
    const float *__restrict__ d_y,     // [N, D]
    const float *__restrict__ x,       // [N, D]
    const float *__restrict__ weight,  // [D]
    const float *__restrict__ rstd,    // [N]
    float *__restrict__ d_x,           // [N, D]
    float *__restrict__ parts,         // [parts, D]: dWeight
    long long rows, int cols, long long rows_of_part) {
  if (aligned_rows(cols, d_y, x, weight, d_x, parts)) {
    backward<true, WARP>(d_y, x, weight, rstd, d_x, parts, rows, cols, rows_of_part);
  } else {
    backward<false, WARP>(d_y, x, weight, rstd, d_x, parts, rows, cols, rows_of_part);
  }
}

// Grid: parts of the rows in x, 8,192 columns in y.
extern "C" __global__ void __launch_bounds__(256, 2) rms_norm_backward_block_f32(
    const float *__restrict__ d_y,     // [N, D]
    const float *__restrict__ x,       // [N, D]
    const float *__restrict__ weight,  // [D]
    const float *__restrict__ rstd,    // [N]
    float *__restrict__ d_x,           // [N, D]
    float *__restrict__ parts,         // [parts, D]: dWeight
    long long rows, int cols, long long rows_of_part) {
  if (aligned_rows(cols, d_y, x, weight, d_x, parts)) {
    backward<true, THREADS>(d_y, x, weight, rstd, d_x, parts, rows, cols, rows_of_part);
  } else {
    backward<false, THREADS>(d_y, x, weight, rstd, d_x, parts, rows, cols, rows_of_part);
  }
}
