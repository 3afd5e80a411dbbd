// Causal attention softmax(Q·Kᵀ/√scoreVariance)·V, forward and backward, without a T×T matrix in memory
// (Dao et al., arXiv 2205.14135; Dao, arXiv 2307.08691): the passes that attention.cu and
// attention_tensor.cu share. They differ in how a warp multiplies.
//
// packed, dPacked  [B, T, (heads + 2·keyValueHeads)·headWidth]: query heads, keys, values
// out, dOut        [B, T, heads·headWidth]
// normalisers      [B, heads, T, 2]: the largest score of a query, 1/Σ exp(scale·(score − largest))
//                  with scale = 1/√scoreVariance
// delta            [B, heads, T]: the row sum of dOut·out
//
// A block holds some rows (queries; in keys_pass, keys) in shared memory and streams tiles of
// columns (keys; there, queries) past them. A warp owns the block's rows in slices, so that its
// scores leave it only for its own use. A lane computes scores of some rows and columns of a tile,
// and then for the same rows elements of the results, which stay in registers until the end. Tiles
// that no query of a warp may see are skipped. Every result is one lane's sum in a fixed order.
//
// How a warp multiplies is a struct Products:
//   Word                  what shared memory holds
//   WARP_ROWS, TILE_COLS  rows of a warp, columns of a tile
//   ROWS, COLS            rows and columns of a lane's scores
//   ELEMENTS              elements of each row of its results
//   Lane                  its warp; place, its number among the PLACES lanes that share rows; row(i)
//                         and column(j), where its i-th row is in its warp's and its j-th column in
//                         a tile
//   take(free, rows, layout)                           a tile of rows, off the free shared memory
//   load(tile, from, stride, rows, present, shape)     rows from device memory, zeros for the rest
//   dot_products(lane, rows, columns, s)               s[i][j] = row i · column j
//   accumulate(lane, scratch, s, columns, results)     results[i][e] += Σⱼ s[row i, j]·columns[j, e]
//   accumulated(lane, scratch, s, i, j)                s[i][j] of the last accumulate
//   store_row(lane, values, factor, row, shape)        a row of results, times factor
//   reduce(operator, value)                            over the lanes that share rows
//   rounded(value)                                     as products see it
// Their scratch is the shared memory behind all tiles.
//
// In files that define SHAPED as 1, a query sees no more than the last window keys, and a score s
// becomes most·tanh(s/most) with most = scoreCap·√scoreVariance; an infinite cap leaves it.
#pragma once
#include "gatun.cuh"

constexpr float LOG2_E = 1.4426950408889634f;
constexpr float LARGEST = 3.40282347e38f;

// What the rows of a tile are for: to be multiplied by rows, or by scores.
enum class Layout { ROWS, SLOTS, BOTH };

struct Shape {
  int length;
  int heads;
  int keyValueHeads;
  int headWidth;
  bool vectors;  // rows are 16-byte aligned
  float scoreVariance;
  float scoreCap;
  int window;

  __device__ __forceinline__ long long packed_stride() const {
    return (long long)(heads + 2 * keyValueHeads) * headWidth;
  }
  __device__ __forceinline__ long long out_stride() const { return (long long)heads * headWidth; }
  __device__ __forceinline__ float scale() const { return 1.0f / sqrtf(scoreVariance); }

  __device__ __forceinline__ bool sees(int query, int key) const {
#if SHAPED
    return key <= query && query - key < window;
#else
    return key <= query;
#endif
  }

  // A score as it counts.
  __device__ __forceinline__ float shaped(float score) const {
#if SHAPED
    if (scoreCap < infinity_f32()) {
      const float most = scoreCap * sqrtf(scoreVariance);
      return most * tanhf(score / most);
    }
#endif
    return score;
  }

  // What a shaped score's gradient is multiplied by to be the score's.
  __device__ __forceinline__ float slope(float shapedScore) const {
#if SHAPED
    if (scoreCap < infinity_f32()) {
      const float tanh = shapedScore / (scoreCap * sqrtf(scoreVariance));
      return 1.0f - tanh * tanh;
    }
#endif
    return 1.0f;
  }
};

// Which rows of which batch and head a block has. Blocks of one head are neighbours, and among them
// those that see most columns start first.
struct Task {
  int first;  // row
  int head;
  int batch;

  static __device__ __forceinline__ Task of(
      int rows, int heads, const Shape &shape, bool lastFirst) {
    const int blocks = (shape.length + rows - 1) / rows;
    const int block = blockIdx.x % blocks;
    const int pair = blockIdx.x / blocks;
    return {(lastFirst ? blocks - 1 - block : block) * rows, pair % heads, pair / heads};
  }

  // Where the keys of a query head are in a row of packed.
  __device__ __forceinline__ int keys_of_queries(const Shape &shape) const {
    return (shape.heads + head / (shape.heads / shape.keyValueHeads)) * shape.headWidth;
  }
};

template <int ROWS, int COLUMNS>
static __device__ __forceinline__ void clear(float (&values)[ROWS][COLUMNS]) {
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
#pragma unroll
    for (int j = 0; j < COLUMNS; j++) {
      values[i][j] = 0.0f;
    }
  }
}

// out and normalisers: one block per block of queries and query head. The maximum of a row's scores
// grows as tiles go past; what was summed is scaled down when it does.
template <typename Products>
static __device__ __forceinline__ void forward_pass(
    const float *packed, float *out, float *normalisers, const Shape shape) {
  constexpr int ROWS = Products::ROWS;
  constexpr int COLS = Products::COLS;
  constexpr int TILE_COLS = Products::TILE_COLS;
  const int blockRows = blockDim.x / WARP * Products::WARP_ROWS;
  GATUN_SHARED(typename Products::Word, shared);
  auto *scratch = shared;
  const auto queryTile = Products::take(scratch, blockRows, Layout::ROWS);
  const auto keyTile = Products::take(scratch, TILE_COLS, Layout::ROWS);
  const auto valueTile = Products::take(scratch, TILE_COLS, Layout::SLOTS);

  const auto lane = Products::Lane::mine();
  const Task task = Task::of(blockRows, shape.heads, shape, true);
  const int firstOfWarp = task.first + lane.warp * Products::WARP_ROWS;
  const int lastOfWarp = firstOfWarp + Products::WARP_ROWS - 1;
  const int headOffset = task.head * shape.headWidth;
  const long long stride = shape.packed_stride();
  const long long firstRow = (long long)task.batch * shape.length;
  const float *const keys = packed + firstRow * stride + task.keys_of_queries(shape);
  const float *const values = keys + shape.keyValueHeads * shape.headWidth;
  const float toBits = shape.scale() * LOG2_E;

  Products::load(queryTile, packed + (firstRow + task.first) * stride + headOffset, stride,
                 blockRows, shape.length - task.first, shape);
  float results[ROWS][Products::ELEMENTS];
  float most[ROWS];  // of the unscaled scores so far
  float sum[ROWS];   // of this lane's exponentials, relative to most
  clear(results);
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    most[i] = -infinity_f32();
    sum[i] = 0.0f;
  }
  const int end = min(shape.length, task.first + blockRows);
  for (int first = 0; first < end; first += TILE_COLS) {
    const int present = shape.length - first;
    __syncthreads();  // the last tile has been read
    Products::load(keyTile, keys + first * stride, stride, TILE_COLS, present, shape);
    Products::load(valueTile, values + first * stride, stride, TILE_COLS, present, shape);
    __syncthreads();
    if (first > lastOfWarp || firstOfWarp >= shape.length) {
      continue;
    }
    float s[ROWS][COLS];
    Products::dot_products(lane, queryTile, keyTile, s);
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
      const int query = firstOfWarp + lane.row(i);
      float larger = most[i];
#pragma unroll
      for (int j = 0; j < COLS; j++) {
        s[i][j] =
            shape.sees(query, first + lane.column(j)) ? shape.shaped(s[i][j]) : -infinity_f32();
        larger = fmaxf(larger, s[i][j]);
      }
      larger = Products::reduce(Max(), larger);
#if SHAPED
      // A row that has seen nothing yet: what it subtracts must be finite.
      larger = fmaxf(larger, -LARGEST);
#endif
      const float shrink = exp2f((most[i] - larger) * toBits);
      most[i] = larger;
      sum[i] *= shrink;
#pragma unroll
      for (int e = 0; e < Products::ELEMENTS; e++) {
        results[i][e] *= shrink;
      }
#pragma unroll
      for (int j = 0; j < COLS; j++) {
        s[i][j] = exp2f((s[i][j] - larger) * toBits);
        sum[i] += s[i][j];
      }
    }
    Products::accumulate(lane, scratch, s, valueTile, results);
  }
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    const float total = Products::reduce(Sum(), sum[i]);
    const int query = firstOfWarp + lane.row(i);
    if (query < shape.length) {
      Products::store_row(lane, results[i], 1.0f / total,
                          out + (firstRow + query) * shape.out_stride() + headOffset, shape);
      if (lane.place == 0) {
        float *const normaliser =
            normalisers +
            2 * (((long long)task.batch * shape.heads + task.head) * shape.length + query);
        normaliser[0] = most[i];
        normaliser[1] = 1.0f / total;
      }
    }
  }
}

// dQ, and delta for keys_pass: one block per block of queries and query head. delta takes dOut as
// rounded as the products do, so that what should cancel in dP - delta does.
template <typename Products>
static __device__ __forceinline__ void queries_pass(
    const float *packed, const float *out, const float *normalisers, const float *dOut,
    float *dPacked, float *delta, const Shape shape) {
  constexpr int ROWS = Products::ROWS;
  constexpr int COLS = Products::COLS;
  constexpr int TILE_COLS = Products::TILE_COLS;
  const int blockRows = blockDim.x / WARP * Products::WARP_ROWS;
  GATUN_SHARED(typename Products::Word, shared);
  auto *scratch = shared;
  const auto queryTile = Products::take(scratch, blockRows, Layout::ROWS);
  const auto gradientTile = Products::take(scratch, blockRows, Layout::ROWS);
  const auto keyTile = Products::take(scratch, TILE_COLS, Layout::BOTH);
  const auto valueTile = Products::take(scratch, TILE_COLS, Layout::ROWS);

  const auto lane = Products::Lane::mine();
  const Task task = Task::of(blockRows, shape.heads, shape, true);
  const int firstOfWarp = task.first + lane.warp * Products::WARP_ROWS;
  const int lastOfWarp = firstOfWarp + Products::WARP_ROWS - 1;
  const int headOffset = task.head * shape.headWidth;
  const long long stride = shape.packed_stride();
  const long long outStride = shape.out_stride();
  const long long firstRow = (long long)task.batch * shape.length;
  const long long perRow = ((long long)task.batch * shape.heads + task.head) * shape.length;
  const float *const keys = packed + firstRow * stride + task.keys_of_queries(shape);
  const float *const values = keys + shape.keyValueHeads * shape.headWidth;
  const float scale = shape.scale();
  const float toBits = scale * LOG2_E;

  Products::load(queryTile, packed + (firstRow + task.first) * stride + headOffset, stride,
                 blockRows, shape.length - task.first, shape);
  Products::load(gradientTile, dOut + (firstRow + task.first) * outStride + headOffset, outStride,
                 blockRows, shape.length - task.first, shape);
  float most[ROWS];
  float inverse[ROWS];
  float deltas[ROWS];
  float results[ROWS][Products::ELEMENTS];
  clear(results);
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    const int query = firstOfWarp + lane.row(i);
    const bool inside = query < shape.length;
    const long long outRow = (firstRow + query) * outStride + headOffset;
    float sum = 0.0f;
    for (int d = lane.place; inside && d < shape.headWidth; d += Products::PLACES) {
      sum = fmaf(Products::rounded(dOut[outRow + d]), out[outRow + d], sum);
    }
    deltas[i] = Products::reduce(Sum(), sum);
    most[i] = inside ? normalisers[2 * (perRow + query)] : 0.0f;
    inverse[i] = inside ? normalisers[2 * (perRow + query) + 1] : 0.0f;
    if (inside && lane.place == 0) {
      delta[perRow + query] = deltas[i];
    }
  }
  const int end = min(shape.length, task.first + blockRows);
  for (int first = 0; first < end; first += TILE_COLS) {
    const int present = shape.length - first;
    __syncthreads();  // the last tile has been read
    Products::load(keyTile, keys + first * stride, stride, TILE_COLS, present, shape);
    Products::load(valueTile, values + first * stride, stride, TILE_COLS, present, shape);
    __syncthreads();
    if (first > lastOfWarp || firstOfWarp >= shape.length) {
      continue;
    }
    float s[ROWS][COLS];
    float dP[ROWS][COLS];
    Products::dot_products(lane, queryTile, keyTile, s);
    Products::dot_products(lane, gradientTile, valueTile, dP);
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
      const int query = firstOfWarp + lane.row(i);
#pragma unroll
      for (int j = 0; j < COLS; j++) {
        const float score = shape.shaped(s[i][j]);
        const float p = exp2f((score - most[i]) * toBits) * inverse[i];
        s[i][j] = shape.sees(query, first + lane.column(j))
                      ? p * (dP[i][j] - deltas[i]) * shape.slope(score)
                      : 0.0f;
      }
    }
    Products::accumulate(lane, scratch, s, keyTile, results);
  }
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    const int query = firstOfWarp + lane.row(i);
    if (query < shape.length) {
      Products::store_row(lane, results[i], scale,
                          dPacked + (firstRow + query) * stride + headOffset, shape);
    }
  }
}

// dK and dV: one block per block of keys and key/value head. The query heads that share it, and
// their queries, go past in ascending order.
template <typename Products>
static __device__ __forceinline__ void keys_pass(
    const float *packed, const float *normalisers, const float *dOut, const float *delta,
    float *dPacked, const Shape shape) {
  constexpr int ROWS = Products::ROWS;
  constexpr int COLS = Products::COLS;
  constexpr int TILE_COLS = Products::TILE_COLS;
  const int blockRows = blockDim.x / WARP * Products::WARP_ROWS;
  GATUN_SHARED(typename Products::Word, shared);
  auto *scratch = shared;
  const auto keyTile = Products::take(scratch, blockRows, Layout::ROWS);
  const auto valueTile = Products::take(scratch, blockRows, Layout::ROWS);
  const auto queryTile = Products::take(scratch, TILE_COLS, Layout::BOTH);
  const auto gradientTile = Products::take(scratch, TILE_COLS, Layout::BOTH);

  const auto lane = Products::Lane::mine();
  const Task task = Task::of(blockRows, shape.keyValueHeads, shape, false);
  const int rowOfBlock = lane.warp * Products::WARP_ROWS;
  const int firstOfWarp = task.first + rowOfBlock;
  const long long stride = shape.packed_stride();
  const long long outStride = shape.out_stride();
  const long long firstRow = (long long)task.batch * shape.length;
  const int group = shape.heads / shape.keyValueHeads;
  const long long keyOffset =
      (firstRow + task.first) * stride + (shape.heads + task.head) * shape.headWidth;
  const int valuesAfterKeys = shape.keyValueHeads * shape.headWidth;
  const float scale = shape.scale();
  const float toBits = scale * LOG2_E;

  const int rowsPresent = shape.length - task.first;
  Products::load(keyTile, packed + keyOffset, stride, blockRows, rowsPresent, shape);
  Products::load(valueTile, packed + keyOffset + valuesAfterKeys, stride, blockRows, rowsPresent,
                 shape);
  float dK[ROWS][Products::ELEMENTS];
  float dV[ROWS][Products::ELEMENTS];
  clear(dK);
  clear(dV);
  for (int head = task.head * group; head < (task.head + 1) * group; head++) {
    const long long perRow = ((long long)task.batch * shape.heads + head) * shape.length;
    for (int first = task.first; first < shape.length; first += TILE_COLS) {
      const int present = shape.length - first;
      const int headOffset = head * shape.headWidth;
      __syncthreads();  // the last tile has been read
      Products::load(queryTile, packed + (firstRow + first) * stride + headOffset, stride,
                     TILE_COLS, present, shape);
      Products::load(gradientTile, dOut + (firstRow + first) * outStride + headOffset, outStride,
                     TILE_COLS, present, shape);
      __syncthreads();
      if (first + TILE_COLS <= firstOfWarp || firstOfWarp >= shape.length) {
        continue;
      }
      float p[ROWS][COLS];
      Products::dot_products(lane, keyTile, queryTile, p);
#pragma unroll
      for (int j = 0; j < COLS; j++) {
        const int query = first + lane.column(j);
        const bool inside = query < shape.length;
        const float most = inside ? normalisers[2 * (perRow + query)] : 0.0f;
        const float inverse = inside ? normalisers[2 * (perRow + query) + 1] : 0.0f;
#pragma unroll
        for (int i = 0; i < ROWS; i++) {
          const bool sees = shape.sees(query, firstOfWarp + lane.row(i)) && inside;
          p[i][j] = sees ? exp2f((shape.shaped(p[i][j]) - most) * toBits) * inverse : 0.0f;
        }
      }
      Products::accumulate(lane, scratch, p, gradientTile, dV);
#if SHAPED
      // The scores again: registers would not hold their slopes beside the results.
      Products::dot_products(lane, keyTile, queryTile, p);
      __syncwarp();  // what was accumulated has been read
#pragma unroll
      for (int i = 0; i < ROWS; i++) {
#pragma unroll
        for (int j = 0; j < COLS; j++) {
          lane.score(scratch, i, j) *= shape.slope(shape.shaped(p[i][j]));
        }
      }
#endif
      float dS[ROWS][COLS];
      Products::dot_products(lane, valueTile, gradientTile, dS);
#pragma unroll
      for (int j = 0; j < COLS; j++) {
        const int query = first + lane.column(j);
        const float ofQuery = query < shape.length ? delta[perRow + query] : 0.0f;
#pragma unroll
        for (int i = 0; i < ROWS; i++) {
          dS[i][j] = Products::accumulated(lane, scratch, p, i, j) * (dS[i][j] - ofQuery);
        }
      }
      Products::accumulate(lane, scratch, dS, queryTile, dK);
    }
  }
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    const int row = rowOfBlock + lane.row(i);
    if (row < rowsPresent) {
      float *const to = dPacked + keyOffset + row * stride;
      Products::store_row(lane, dK[i], scale, to, shape);
      Products::store_row(lane, dV[i], 1.0f, to + valuesAfterKeys, shape);
    }
  }
}
