// Causal attention softmax(Q·Kᵀ/√headWidth)·V, forward and backward, without a T×T matrix in memory
// (Dao et al., arXiv 2205.14135; Dao, arXiv 2307.08691).
//
// packed, dPacked  [B, T, (heads + 2·keyValueHeads)·headWidth]: query heads, keys, values
// out, dOut        [B, T, heads·headWidth]
// logSumExp, delta [B, heads, T]; delta is the row sum of dOut·out
//
// A block holds some rows (queries; in attention_keys, keys) in shared memory and streams tiles of
// columns (keys; there, queries) past them. A warp owns the block's rows in slices, so that its
// scores leave it only for its own use. A lane computes ROWS × COLS scores of a tile, and then for
// the same rows WIDTH/8 elements of the results, which stay in registers until the end. Tiles that
// no query of a warp may see are skipped. Every result is one lane's sum in a fixed order.
//
// Bound by f32 multiply-adds, next by shared-memory loads: with 8 × 4 scores a lane, 32
// multiply-adds for three 16-byte loads. All of it is strict f32 outside the tensor cores.
#include "gatun.cuh"

constexpr float LOG2_E = 1.4426950408889634f;

// A warp spreads over scores as ROW_LANES × COLUMN_LANES lanes.
constexpr int ROW_LANES = 4;
constexpr int COLUMN_LANES = 8;

// The sizes of tiles for heads of up to WIDTH elements: what the registers of a lane and 99 KiB of
// shared memory, the least of all GPUs since sm_80, can hold. CausalAttention.java knows them too.
template <int WIDTH>
struct Tiling {
  static constexpr int ROWS = WIDTH <= 64 ? 8 : WIDTH <= 128 ? 4 : 2;  // of a lane
  static constexpr int COLS = WIDTH <= 128 ? 4 : 2;                    // of a lane
  static constexpr int WARP_ROWS = ROWS * ROW_LANES;
  static constexpr int TILE_COLS = COLS * COLUMN_LANES;
  // Distances between rows in shared memory: lanes that load four floats of neighbouring rows, or
  // store one score each, meet different banks.
  static constexpr int STRIDE = WIDTH + 4;
  static constexpr int SCORE_STRIDE = TILE_COLS + 8;
  // A lane's share of a row of WIDTH: groups of adjacent elements.
  static constexpr int GROUP = WIDTH >= 32 ? 4 : WIDTH / COLUMN_LANES;
  static constexpr int GROUPS = WIDTH / (GROUP * COLUMN_LANES);
  static constexpr int ELEMENTS = GROUP * GROUPS;
};

struct Shape {
  int length;
  int heads;
  int keyValueHeads;
  int headWidth;
  bool vectors;  // rows are 16-byte aligned

  __device__ __forceinline__ long long packed_stride() const {
    return (long long)(heads + 2 * keyValueHeads) * headWidth;
  }
  __device__ __forceinline__ long long out_stride() const { return (long long)heads * headWidth; }
  __device__ __forceinline__ float scale() const { return 1.0f / sqrtf((float)headWidth); }
};

// Which rows and columns a lane has: row + i·ROW_LANES of its warp's, column + j·COLUMN_LANES of a
// tile's. Bit 0 of the lane is a row bit, bit 1 a column bit: lanes that differ in one of them load
// the same 16 bytes of one operand, and half a warp is served by one access to shared memory.
struct Lane {
  int warp;
  int row;
  int column;

  static __device__ __forceinline__ Lane mine() {
    const int lane = threadIdx.x % WARP;
    return {(int)threadIdx.x / WARP, (lane & 1) | (lane >> 4) << 1, (lane >> 1) & 7};
  }
};

// Over the lanes that share rows: bits 1 to 3.
template <typename Operator>
static __device__ __forceinline__ float reduce_columns(float value) {
#pragma unroll
  for (int distance = 2; distance <= COLUMN_LANES; distance *= 2) {
    value = Operator::apply(value, __shfl_xor_sync(FULL_WARP, value, distance));
  }
  return value;
}

// Rows of headWidth elements to shared memory as tile [rows, STRIDE]; zeros beyond the rows that
// are present (one at least), and beyond headWidth up to WIDTH. A thread loads four times before it
// stores, and never under a condition: so that it waits for memory once.
template <int WIDTH>
static __device__ __forceinline__ void load_tile(
    float *tile, const float *from, long long stride, int rows, int present, const Shape &shape) {
  constexpr int STRIDE = Tiling<WIDTH>::STRIDE;
  constexpr int BATCH = 4;
  if (shape.vectors) {
    constexpr int QUADS = WIDTH / 4;
    for (int first = threadIdx.x; first < rows * QUADS; first += BATCH * blockDim.x) {
      float4 values[BATCH];
#pragma unroll
      for (int k = 0; k < BATCH; k++) {
        const int i = first + k * blockDim.x;
        const int row = i / QUADS;
        const int col = i % QUADS * 4;
        const bool inside = row < present && row < rows && col < shape.headWidth;
        const float4 value = load4(inside ? from + row * stride + col : from);
        values[k] = inside ? value : float4{0.0f, 0.0f, 0.0f, 0.0f};
      }
#pragma unroll
      for (int k = 0; k < BATCH; k++) {
        const int i = first + k * blockDim.x;
        if (i < rows * QUADS) {
          store4(tile + i / QUADS * STRIDE + i % QUADS * 4, values[k]);
        }
      }
    }
  } else {
    for (int i = threadIdx.x; i < rows * WIDTH; i += blockDim.x) {
      const int row = i / WIDTH;
      const int col = i % WIDTH;
      const bool inside = row < present && col < shape.headWidth;
      tile[row * STRIDE + col] = inside ? from[row * stride + col] : 0.0f;
    }
  }
}

// products[i][j] = row i · column j over WIDTH, both rows of tiles [·, STRIDE]; rows and columns
// point to the lane's first.
template <int WIDTH, int ROWS, int COLS>
static __device__ __forceinline__ void dot_products(
    const float *rows, const float *columns, float (&products)[ROWS][COLS]) {
  constexpr int STRIDE = Tiling<WIDTH>::STRIDE;
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
#pragma unroll
    for (int j = 0; j < COLS; j++) {
      products[i][j] = 0.0f;
    }
  }
#pragma unroll 1
  for (int d = 0; d < WIDTH; d += 4) {
    float4 a[ROWS];
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
      a[i] = load4(rows + i * ROW_LANES * STRIDE + d);
    }
#pragma unroll
    for (int j = 0; j < COLS; j++) {
      const float4 b = load4(columns + j * COLUMN_LANES * STRIDE + d);
#pragma unroll
      for (int i = 0; i < ROWS; i++) {
        products[i][j] = fmaf(a[i].x, b.x, products[i][j]);
        products[i][j] = fmaf(a[i].y, b.y, products[i][j]);
        products[i][j] = fmaf(a[i].z, b.z, products[i][j]);
        products[i][j] = fmaf(a[i].w, b.w, products[i][j]);
      }
    }
  }
}

// Where a lane's score [i][j] is in its warp's [WARP_ROWS, SCORE_STRIDE].
template <int WIDTH>
static __device__ __forceinline__ float &score(const Lane &lane, float *scores, int i, int j) {
  return scores[(lane.row + i * ROW_LANES) * Tiling<WIDTH>::SCORE_STRIDE + lane.column +
                j * COLUMN_LANES];
}

// The lane's scores to where all lanes of the warp can read them.
template <int WIDTH, int ROWS, int COLS>
static __device__ __forceinline__ void share(
    const Lane &lane, const float (&values)[ROWS][COLS], float *scores) {
  __syncwarp();  // what was shared before has been read
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
#pragma unroll
    for (int j = 0; j < COLS; j++) {
      score<WIDTH>(lane, scores, i, j) = values[i][j];
    }
  }
  __syncwarp();
}

// The element of a row of WIDTH that is a lane's e-th.
template <int WIDTH>
static __device__ __forceinline__ int element(const Lane &lane, int e) {
  constexpr int GROUP = Tiling<WIDTH>::GROUP;
  return (e / GROUP * COLUMN_LANES + lane.column) * GROUP + e % GROUP;
}

template <int WIDTH>
static __device__ __forceinline__ void load_elements(
    const Lane &lane, const float *row, float (&values)[Tiling<WIDTH>::ELEMENTS]) {
#pragma unroll
  for (int e = 0; e < Tiling<WIDTH>::ELEMENTS; e += Tiling<WIDTH>::GROUP) {
    const float *from = row + element<WIDTH>(lane, e);
    if constexpr (Tiling<WIDTH>::GROUP == 4) {
      const float4 four = load4(from);
      values[e] = four.x;
      values[e + 1] = four.y;
      values[e + 2] = four.z;
      values[e + 3] = four.w;
    } else {
#pragma unroll
      for (int k = 0; k < Tiling<WIDTH>::GROUP; k++) {
        values[e + k] = from[k];
      }
    }
  }
}

// results[i][e] += Σⱼ scores[row i, j]·columns[j, element e] over a tile's columns [·, STRIDE].
template <int WIDTH, int ROWS>
static __device__ __forceinline__ void accumulate(
    const Lane &lane, const float *scores, const float *columns,
    float (&results)[ROWS][Tiling<WIDTH>::ELEMENTS]) {
  constexpr int SCORE_STRIDE = Tiling<WIDTH>::SCORE_STRIDE;
  constexpr int ELEMENTS = Tiling<WIDTH>::ELEMENTS;
#pragma unroll 1
  for (int j = 0; j < Tiling<WIDTH>::TILE_COLS; j += 4) {
    float a[ROWS][4];
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
      const float4 four = load4(scores + (lane.row + i * ROW_LANES) * SCORE_STRIDE + j);
      a[i][0] = four.x;
      a[i][1] = four.y;
      a[i][2] = four.z;
      a[i][3] = four.w;
    }
#pragma unroll
    for (int k = 0; k < 4; k++) {
      float b[ELEMENTS];
      load_elements<WIDTH>(lane, columns + (j + k) * Tiling<WIDTH>::STRIDE, b);
#pragma unroll
      for (int i = 0; i < ROWS; i++) {
#pragma unroll
        for (int e = 0; e < ELEMENTS; e++) {
          results[i][e] = fmaf(a[i][k], b[e], results[i][e]);
        }
      }
    }
  }
}

template <int WIDTH, int ROWS>
static __device__ __forceinline__ void clear(float (&results)[ROWS][Tiling<WIDTH>::ELEMENTS]) {
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
#pragma unroll
    for (int e = 0; e < Tiling<WIDTH>::ELEMENTS; e++) {
      results[i][e] = 0.0f;
    }
  }
}

// The lane's elements of one row, times factor.
template <int WIDTH>
static __device__ __forceinline__ void store_row(
    const Lane &lane, const float (&values)[Tiling<WIDTH>::ELEMENTS], float factor, float *row,
    const Shape &shape) {
#pragma unroll
  for (int e = 0; e < Tiling<WIDTH>::ELEMENTS; e += Tiling<WIDTH>::GROUP) {
    const int first = element<WIDTH>(lane, e);
    if constexpr (Tiling<WIDTH>::GROUP == 4) {
      if (shape.vectors) {
        if (first < shape.headWidth) {
          store4(row + first, {values[e] * factor, values[e + 1] * factor, values[e + 2] * factor,
                               values[e + 3] * factor});
        }
        continue;
      }
    }
#pragma unroll
    for (int k = 0; k < Tiling<WIDTH>::GROUP; k++) {
      if (first + k < shape.headWidth) {
        row[first + k] = values[e + k] * factor;
      }
    }
  }
}

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
};

// out and logSumExp: one block per block of queries and query head. The maximum of a row's scores
// grows as tiles go past; what was summed is scaled down when it does.
template <int WIDTH>
static __device__ __forceinline__ void attention(
    const float *packed, float *out, float *logSumExp, const Shape shape) {
  using Tiles = Tiling<WIDTH>;
  constexpr int ROWS = Tiles::ROWS;
  constexpr int COLS = Tiles::COLS;
  GATUN_SHARED(float, shared);
  const int blockRows = blockDim.x / WARP * Tiles::WARP_ROWS;
  float *const queryTile = shared;                                        // [blockRows, STRIDE]
  float *const keyTile = queryTile + blockRows * Tiles::STRIDE;           // [TILE_COLS, STRIDE]
  float *const valueTile = keyTile + Tiles::TILE_COLS * Tiles::STRIDE;    // [TILE_COLS, STRIDE]
  float *const scoreTile = valueTile + Tiles::TILE_COLS * Tiles::STRIDE;  // [blockRows, ..]

  const Lane lane = Lane::mine();
  const Task task = Task::of(blockRows, shape.heads, shape, true);
  const int firstOfWarp = task.first + lane.warp * Tiles::WARP_ROWS;
  const int lastOfWarp = firstOfWarp + Tiles::WARP_ROWS - 1;
  const int keyHead = shape.heads + task.head / (shape.heads / shape.keyValueHeads);
  const long long stride = shape.packed_stride();
  const float *const sequence = packed + (long long)task.batch * shape.length * stride;
  const float *const keys = sequence + keyHead * shape.headWidth;
  const float *const values = keys + shape.keyValueHeads * shape.headWidth;
  float *const scores = scoreTile + lane.warp * Tiles::WARP_ROWS * Tiles::SCORE_STRIDE;
  const float *const myQueries =
      queryTile + (lane.warp * Tiles::WARP_ROWS + lane.row) * Tiles::STRIDE;
  const float toBits = shape.scale() * LOG2_E;

  load_tile<WIDTH>(queryTile, sequence + task.first * stride + task.head * shape.headWidth, stride,
                   blockRows, shape.length - task.first, shape);
  float results[ROWS][Tiles::ELEMENTS];
  float most[ROWS];  // of the unscaled scores so far
  float sum[ROWS];   // of this lane's exponentials, relative to most
  clear<WIDTH>(results);
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    most[i] = -infinity_f32();
    sum[i] = 0.0f;
  }
  const int end = min(shape.length, task.first + blockRows);
  for (int first = 0; first < end; first += Tiles::TILE_COLS) {
    __syncthreads();  // the last tile has been read
    load_tile<WIDTH>(keyTile, keys + first * stride, stride, Tiles::TILE_COLS,
                     shape.length - first, shape);
    load_tile<WIDTH>(valueTile, values + first * stride, stride, Tiles::TILE_COLS,
                     shape.length - first, shape);
    __syncthreads();
    if (first > lastOfWarp || firstOfWarp >= shape.length) {
      continue;
    }
    float s[ROWS][COLS];
    dot_products<WIDTH>(myQueries, keyTile + lane.column * Tiles::STRIDE, s);
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
      const int query = firstOfWarp + lane.row + i * ROW_LANES;
      float larger = most[i];
#pragma unroll
      for (int j = 0; j < COLS; j++) {
        const int key = first + lane.column + j * COLUMN_LANES;
        s[i][j] = key <= query ? s[i][j] : -infinity_f32();
        larger = fmaxf(larger, s[i][j]);
      }
      larger = reduce_columns<Max>(larger);
      const float shrink = exp2f((most[i] - larger) * toBits);
      most[i] = larger;
      sum[i] *= shrink;
#pragma unroll
      for (int e = 0; e < Tiles::ELEMENTS; e++) {
        results[i][e] *= shrink;
      }
#pragma unroll
      for (int j = 0; j < COLS; j++) {
        s[i][j] = exp2f((s[i][j] - larger) * toBits);
        sum[i] += s[i][j];
      }
    }
    share<WIDTH>(lane, s, scores);
    accumulate<WIDTH>(lane, scores, valueTile, results);
  }
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    const float total = reduce_columns<Sum>(sum[i]);
    const int query = firstOfWarp + lane.row + i * ROW_LANES;
    if (query < shape.length) {
      const long long row = (long long)task.batch * shape.length + query;
      store_row<WIDTH>(lane, results[i], 1.0f / total,
                       out + row * shape.out_stride() + task.head * shape.headWidth, shape);
      if (lane.column == 0) {
        logSumExp[((long long)task.batch * shape.heads + task.head) * shape.length + query] =
            most[i] * shape.scale() + logf(total);
      }
    }
  }
}

// dQ, and delta for attention_keys: one block per block of queries and query head.
template <int WIDTH>
static __device__ __forceinline__ void attention_queries(
    const float *packed, const float *out, const float *logSumExp, const float *dOut,
    float *dPacked, float *delta, const Shape shape) {
  using Tiles = Tiling<WIDTH>;
  constexpr int ROWS = Tiles::ROWS;
  constexpr int COLS = Tiles::COLS;
  GATUN_SHARED(float, shared);
  const int blockRows = blockDim.x / WARP * Tiles::WARP_ROWS;
  float *const queryTile = shared;                                    // [blockRows, STRIDE]
  float *const gradientTile = queryTile + blockRows * Tiles::STRIDE;  // [blockRows, STRIDE]
  float *const keyTile = gradientTile + blockRows * Tiles::STRIDE;    // [TILE_COLS, STRIDE] ..
  float *const valueTile = keyTile + Tiles::TILE_COLS * Tiles::STRIDE;
  float *const scoreTile = valueTile + Tiles::TILE_COLS * Tiles::STRIDE;

  const Lane lane = Lane::mine();
  const Task task = Task::of(blockRows, shape.heads, shape, true);
  const int firstOfWarp = task.first + lane.warp * Tiles::WARP_ROWS;
  const int lastOfWarp = firstOfWarp + Tiles::WARP_ROWS - 1;
  const long long stride = shape.packed_stride();
  const long long outStride = shape.out_stride();
  const long long firstRow = (long long)task.batch * shape.length;
  const int keyHead = shape.heads + task.head / (shape.heads / shape.keyValueHeads);
  const float *const keys = packed + firstRow * stride + keyHead * shape.headWidth;
  const float *const values = keys + shape.keyValueHeads * shape.headWidth;
  const long long perRow = ((long long)task.batch * shape.heads + task.head) * shape.length;
  const int rowOfBlock = lane.warp * Tiles::WARP_ROWS + lane.row;
  const float *const myQueries = queryTile + rowOfBlock * Tiles::STRIDE;
  const float *const myGradients = gradientTile + rowOfBlock * Tiles::STRIDE;
  float *const scores = scoreTile + lane.warp * Tiles::WARP_ROWS * Tiles::SCORE_STRIDE;
  const float scale = shape.scale();

  const long long queryOffset = (firstRow + task.first) * stride + task.head * shape.headWidth;
  const long long outOffset = (firstRow + task.first) * outStride + task.head * shape.headWidth;
  const int present = shape.length - task.first;
  load_tile<WIDTH>(queryTile, packed + queryOffset, stride, blockRows, present, shape);
  load_tile<WIDTH>(gradientTile, dOut + outOffset, outStride, blockRows, present, shape);
  __syncthreads();
  float lse[ROWS];
  float deltas[ROWS];
  float results[ROWS][Tiles::ELEMENTS];
  clear<WIDTH>(results);
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    const int query = firstOfWarp + lane.row + i * ROW_LANES;
    const bool inside = query < shape.length;
    float sum = 0.0f;
    if (inside) {
      const float *const outRow = out + (firstRow + query) * outStride + task.head * shape.headWidth;
      for (int d = lane.column; d < shape.headWidth; d += COLUMN_LANES) {
        sum = fmaf(outRow[d], myGradients[i * ROW_LANES * Tiles::STRIDE + d], sum);
      }
    }
    deltas[i] = reduce_columns<Sum>(sum);
    lse[i] = inside ? logSumExp[perRow + query] : 0.0f;
    if (inside && lane.column == 0) {
      delta[perRow + query] = deltas[i];
    }
  }
  const int end = min(shape.length, task.first + blockRows);
  for (int first = 0; first < end; first += Tiles::TILE_COLS) {
    __syncthreads();  // the last tile has been read
    load_tile<WIDTH>(keyTile, keys + first * stride, stride, Tiles::TILE_COLS,
                     shape.length - first, shape);
    load_tile<WIDTH>(valueTile, values + first * stride, stride, Tiles::TILE_COLS,
                     shape.length - first, shape);
    __syncthreads();
    if (first > lastOfWarp || firstOfWarp >= shape.length) {
      continue;
    }
    float s[ROWS][COLS];
    float dP[ROWS][COLS];
    dot_products<WIDTH>(myQueries, keyTile + lane.column * Tiles::STRIDE, s);
    dot_products<WIDTH>(myGradients, valueTile + lane.column * Tiles::STRIDE, dP);
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
      const int query = firstOfWarp + lane.row + i * ROW_LANES;
#pragma unroll
      for (int j = 0; j < COLS; j++) {
        const int key = first + lane.column + j * COLUMN_LANES;
        const float p = exp2f(fmaf(s[i][j], scale, -lse[i]) * LOG2_E);
        s[i][j] = key <= query ? p * (dP[i][j] - deltas[i]) : 0.0f;
      }
    }
    share<WIDTH>(lane, s, scores);
    accumulate<WIDTH>(lane, scores, keyTile, results);
  }
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    const int query = firstOfWarp + lane.row + i * ROW_LANES;
    if (query < shape.length) {
      store_row<WIDTH>(lane, results[i], scale,
                       dPacked + (firstRow + query) * stride + task.head * shape.headWidth, shape);
    }
  }
}

// dK and dV: one block per block of keys and key/value head. The query heads that share it, and
// their queries, go past in ascending order.
template <int WIDTH>
static __device__ __forceinline__ void attention_keys(
    const float *packed, const float *logSumExp, const float *dOut, const float *delta,
    float *dPacked, const Shape shape) {
  using Tiles = Tiling<WIDTH>;
  constexpr int ROWS = Tiles::ROWS;
  constexpr int COLS = Tiles::COLS;
  GATUN_SHARED(float, shared);
  const int blockRows = blockDim.x / WARP * Tiles::WARP_ROWS;
  float *const keyTile = shared;                                   // [blockRows, STRIDE]
  float *const valueTile = keyTile + blockRows * Tiles::STRIDE;    // [blockRows, STRIDE]
  float *const queryTile = valueTile + blockRows * Tiles::STRIDE;  // [TILE_COLS, STRIDE] ..
  float *const gradientTile = queryTile + Tiles::TILE_COLS * Tiles::STRIDE;
  float *const scoreTile = gradientTile + Tiles::TILE_COLS * Tiles::STRIDE;

  const Lane lane = Lane::mine();
  const Task task = Task::of(blockRows, shape.keyValueHeads, shape, false);
  const int firstOfWarp = task.first + lane.warp * Tiles::WARP_ROWS;
  const long long stride = shape.packed_stride();
  const long long outStride = shape.out_stride();
  const long long firstRow = (long long)task.batch * shape.length;
  const int group = shape.heads / shape.keyValueHeads;
  const long long keyOffset =
      (firstRow + task.first) * stride + (shape.heads + task.head) * shape.headWidth;
  const int valuesAfterKeys = shape.keyValueHeads * shape.headWidth;
  const int rowOfBlock = lane.warp * Tiles::WARP_ROWS + lane.row;
  const float *const myKeys = keyTile + rowOfBlock * Tiles::STRIDE;
  const float *const myValues = valueTile + rowOfBlock * Tiles::STRIDE;
  float *const scores = scoreTile + lane.warp * Tiles::WARP_ROWS * Tiles::SCORE_STRIDE;
  const float scale = shape.scale();

  const int present = shape.length - task.first;
  load_tile<WIDTH>(keyTile, packed + keyOffset, stride, blockRows, present, shape);
  load_tile<WIDTH>(valueTile, packed + keyOffset + valuesAfterKeys, stride, blockRows, present,
                   shape);
  float dK[ROWS][Tiles::ELEMENTS];
  float dV[ROWS][Tiles::ELEMENTS];
  clear<WIDTH>(dK);
  clear<WIDTH>(dV);
  for (int head = task.head * group; head < (task.head + 1) * group; head++) {
    const long long perRow = ((long long)task.batch * shape.heads + head) * shape.length;
    for (int first = task.first; first < shape.length; first += Tiles::TILE_COLS) {
      __syncthreads();  // the last tile has been read
      load_tile<WIDTH>(queryTile, packed + (firstRow + first) * stride + head * shape.headWidth,
                       stride, Tiles::TILE_COLS, shape.length - first, shape);
      load_tile<WIDTH>(gradientTile, dOut + (firstRow + first) * outStride + head * shape.headWidth,
                       outStride, Tiles::TILE_COLS, shape.length - first, shape);
      __syncthreads();
      if (first + Tiles::TILE_COLS <= firstOfWarp || firstOfWarp >= shape.length) {
        continue;
      }
      float lse[COLS];
      float deltas[COLS];
#pragma unroll
      for (int j = 0; j < COLS; j++) {
        const int query = first + lane.column + j * COLUMN_LANES;
        lse[j] = query < shape.length ? logSumExp[perRow + query] : 0.0f;
        deltas[j] = query < shape.length ? delta[perRow + query] : 0.0f;
      }
      float p[ROWS][COLS];
      dot_products<WIDTH>(myKeys, queryTile + lane.column * Tiles::STRIDE, p);
#pragma unroll
      for (int i = 0; i < ROWS; i++) {
        const int key = firstOfWarp + lane.row + i * ROW_LANES;
#pragma unroll
        for (int j = 0; j < COLS; j++) {
          const int query = first + lane.column + j * COLUMN_LANES;
          const float power = exp2f(fmaf(p[i][j], scale, -lse[j]) * LOG2_E);
          p[i][j] = key <= query && query < shape.length ? power : 0.0f;
        }
      }
      share<WIDTH>(lane, p, scores);
      accumulate<WIDTH>(lane, scores, gradientTile, dV);
      float dS[ROWS][COLS];
      dot_products<WIDTH>(myValues, gradientTile + lane.column * Tiles::STRIDE, dS);
#pragma unroll
      for (int i = 0; i < ROWS; i++) {
#pragma unroll
        for (int j = 0; j < COLS; j++) {
          dS[i][j] = score<WIDTH>(lane, scores, i, j) * (dS[i][j] - deltas[j]);
        }
      }
      share<WIDTH>(lane, dS, scores);
      accumulate<WIDTH>(lane, scores, queryTile, dK);
    }
  }
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    const int row = rowOfBlock + i * ROW_LANES;
    if (row < present) {
      float *const to = dPacked + keyOffset + row * stride;
      store_row<WIDTH>(lane, dK[i], scale, to, shape);
      store_row<WIDTH>(lane, dV[i], 1.0f, to + valuesAfterKeys, shape);
    }
  }
}

// The kernels, by the width that a head of headWidth elements is padded to in shared memory.
// length is T; vectors is 1 where all rows start at multiples of 16 bytes, else 0.

extern "C" __global__ void __launch_bounds__(128, 2) attention_8(
    const float *packed, float *out, float *logSumExp, int length, int heads, int keyValueHeads,
    int headWidth, int vectors) {
  attention<8>(packed, out, logSumExp, {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_queries_8(
    const float *packed, const float *out, const float *logSumExp, const float *dOut,
    float *dPacked, float *delta, int length, int heads, int keyValueHeads, int headWidth,
    int vectors) {
  attention_queries<8>(packed, out, logSumExp, dOut, dPacked, delta,
                        {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_keys_8(
    const float *packed, const float *logSumExp, const float *dOut, const float *delta,
    float *dPacked, int length, int heads, int keyValueHeads, int headWidth, int vectors) {
  attention_keys<8>(packed, logSumExp, dOut, delta, dPacked,
                     {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_16(
    const float *packed, float *out, float *logSumExp, int length, int heads, int keyValueHeads,
    int headWidth, int vectors) {
  attention<16>(packed, out, logSumExp, {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_queries_16(
    const float *packed, const float *out, const float *logSumExp, const float *dOut,
    float *dPacked, float *delta, int length, int heads, int keyValueHeads, int headWidth,
    int vectors) {
  attention_queries<16>(packed, out, logSumExp, dOut, dPacked, delta,
                        {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_keys_16(
    const float *packed, const float *logSumExp, const float *dOut, const float *delta,
    float *dPacked, int length, int heads, int keyValueHeads, int headWidth, int vectors) {
  attention_keys<16>(packed, logSumExp, dOut, delta, dPacked,
                     {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_32(
    const float *packed, float *out, float *logSumExp, int length, int heads, int keyValueHeads,
    int headWidth, int vectors) {
  attention<32>(packed, out, logSumExp, {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_queries_32(
    const float *packed, const float *out, const float *logSumExp, const float *dOut,
    float *dPacked, float *delta, int length, int heads, int keyValueHeads, int headWidth,
    int vectors) {
  attention_queries<32>(packed, out, logSumExp, dOut, dPacked, delta,
                        {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_keys_32(
    const float *packed, const float *logSumExp, const float *dOut, const float *delta,
    float *dPacked, int length, int heads, int keyValueHeads, int headWidth, int vectors) {
  attention_keys<32>(packed, logSumExp, dOut, delta, dPacked,
                     {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_64(
    const float *packed, float *out, float *logSumExp, int length, int heads, int keyValueHeads,
    int headWidth, int vectors) {
  attention<64>(packed, out, logSumExp, {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_queries_64(
    const float *packed, const float *out, const float *logSumExp, const float *dOut,
    float *dPacked, float *delta, int length, int heads, int keyValueHeads, int headWidth,
    int vectors) {
  attention_queries<64>(packed, out, logSumExp, dOut, dPacked, delta,
                        {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_keys_64(
    const float *packed, const float *logSumExp, const float *dOut, const float *delta,
    float *dPacked, int length, int heads, int keyValueHeads, int headWidth, int vectors) {
  attention_keys<64>(packed, logSumExp, dOut, delta, dPacked,
                     {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_128(
    const float *packed, float *out, float *logSumExp, int length, int heads, int keyValueHeads,
    int headWidth, int vectors) {
  attention<128>(packed, out, logSumExp, {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_queries_128(
    const float *packed, const float *out, const float *logSumExp, const float *dOut,
    float *dPacked, float *delta, int length, int heads, int keyValueHeads, int headWidth,
    int vectors) {
  attention_queries<128>(packed, out, logSumExp, dOut, dPacked, delta,
                        {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_keys_128(
    const float *packed, const float *logSumExp, const float *dOut, const float *delta,
    float *dPacked, int length, int heads, int keyValueHeads, int headWidth, int vectors) {
  attention_keys<128>(packed, logSumExp, dOut, delta, dPacked,
                     {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_256(
    const float *packed, float *out, float *logSumExp, int length, int heads, int keyValueHeads,
    int headWidth, int vectors) {
  attention<256>(packed, out, logSumExp, {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_queries_256(
    const float *packed, const float *out, const float *logSumExp, const float *dOut,
    float *dPacked, float *delta, int length, int heads, int keyValueHeads, int headWidth,
    int vectors) {
  attention_queries<256>(packed, out, logSumExp, dOut, dPacked, delta,
                        {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_keys_256(
    const float *packed, const float *logSumExp, const float *dOut, const float *delta,
    float *dPacked, int length, int heads, int keyValueHeads, int headWidth, int vectors) {
  attention_keys<256>(packed, logSumExp, dOut, delta, dPacked,
                     {length, heads, keyValueHeads, headWidth, vectors != 0});
}
