// Causal attention in strict f32, outside the tensor cores; the passes are in attention.cuh.
//
// A lane has ROWS × COLS scores of a tile, and for the same rows WIDTH/8 elements of the results.
// Bound by f32 multiply-adds, next by shared-memory loads: with 8 × 4 scores a lane, 32
// multiply-adds for three 16-byte loads.
//
// HEAD_WIDTH is what the rows of a head are padded to in shared memory.
// SHAPED is 1 where scores are capped or a window ends before the first key, else 0.
// variants: HEAD_WIDTH = 8 16 32 64 128 256, SHAPED = 0 1
#include "attention.cuh"

// See attention.cuh. The sizes are what the registers of a lane and 99 KiB of shared memory, the
// least of all GPUs since sm_80, can hold. AttentionTiling.java knows them too.
struct StrictProducts {
  using Word = float;
  using Tile = float *;

  // A warp spreads over scores as ROW_LANES × PLACES lanes.
  static constexpr int ROW_LANES = 4;
  static constexpr int PLACES = 8;

  static constexpr int WIDTH = HEAD_WIDTH;
  static constexpr int ROWS = WIDTH <= 64 ? 8 : WIDTH <= 128 ? 4 : 2;
  static constexpr int COLS = WIDTH <= 128 ? 4 : 2;
  static constexpr int WARP_ROWS = ROWS * ROW_LANES;
  static constexpr int TILE_COLS = COLS * PLACES;
  // Distances between rows in shared memory: lanes that load four floats of neighbouring rows, or
  // store one score each, meet different banks.
  static constexpr int STRIDE = WIDTH + 4;
  static constexpr int SCORE_STRIDE = TILE_COLS + 8;
  // A lane's share of a row of WIDTH: groups of adjacent elements.
  static constexpr int GROUP = WIDTH >= 32 ? 4 : WIDTH / PLACES;
  static constexpr int ELEMENTS = WIDTH / PLACES;

  // Bit 0 of a lane is a row bit, bit 1 a column bit: lanes that differ in one of them load the
  // same 16 bytes of one operand, and half a warp is served by one access to shared memory.
  struct Lane {
    int warp;
    int firstRow;
    int place;

    static __device__ __forceinline__ Lane mine() {
      const int lane = threadIdx.x % WARP;
      return {(int)threadIdx.x / WARP, (lane & 1) | (lane >> 4) << 1, (lane >> 1) & 7};
    }
    __device__ __forceinline__ int row(int i) const { return firstRow + i * ROW_LANES; }
    __device__ __forceinline__ int column(int j) const { return place + j * PLACES; }
    // The element of a row of WIDTH that is this lane's e-th.
    __device__ __forceinline__ int element(int e) const {
      return (e / GROUP * PLACES + place) * GROUP + e % GROUP;
    }
    // This lane's score [i][j] in scratch [WARP_ROWS of each warp, SCORE_STRIDE].
    __device__ __forceinline__ float &score(float *scratch, int i, int j) const {
      return scratch[(warp * WARP_ROWS + row(i)) * SCORE_STRIDE + column(j)];
    }
  };

  // The lanes that share rows differ in bits 1 to 3.
  template <typename Operator>
  static __device__ __forceinline__ float reduce(Operator, float value) {
#pragma unroll
    for (int distance = 2; distance <= PLACES; distance *= 2) {
      value = Operator::apply(value, __shfl_xor_sync(FULL_WARP, value, distance));
    }
    return value;
  }

  static __device__ __forceinline__ float rounded(float value) { return value; }

  // [rows, STRIDE] in every layout.
  static __device__ __forceinline__ Tile take(float *&free, int rows, Layout) {
    float *const tile = free;
    free += rows * STRIDE;
    return tile;
  }

  // Zeros beyond the rows that are present (one at least), and beyond headWidth up to WIDTH. A
  // thread loads four times before it stores, and never under a condition: so that it waits for
  // memory once.
  static __device__ __forceinline__ void load(
      Tile tile, const float *from, long long stride, int rows, int present, const Shape &shape) {
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

  static __device__ __forceinline__ void dot_products(
      const Lane &lane, const float *rows, const float *columns, float (&products)[ROWS][COLS]) {
    const float *const myRows = rows + (lane.warp * WARP_ROWS + lane.row(0)) * STRIDE;
    const float *const myColumns = columns + lane.column(0) * STRIDE;
    clear(products);
#pragma unroll 1
    for (int d = 0; d < WIDTH; d += 4) {
      float4 a[ROWS];
#pragma unroll
      for (int i = 0; i < ROWS; i++) {
        a[i] = load4(myRows + i * ROW_LANES * STRIDE + d);
      }
#pragma unroll
      for (int j = 0; j < COLS; j++) {
        const float4 b = load4(myColumns + j * PLACES * STRIDE + d);
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

  // The lane's scores to where all lanes of the warp can read them.
  static __device__ __forceinline__ void share(
      const Lane &lane, float *scratch, const float (&scores)[ROWS][COLS]) {
    __syncwarp();  // what was shared before has been read
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
#pragma unroll
      for (int j = 0; j < COLS; j++) {
        lane.score(scratch, i, j) = scores[i][j];
      }
    }
    __syncwarp();
  }

  // From shared memory: registers would not hold it beside the results.
  static __device__ __forceinline__ float accumulated(
      const Lane &lane, float *scratch, const float (&)[ROWS][COLS], int i, int j) {
    return lane.score(scratch, i, j);
  }

  static __device__ __forceinline__ void load_elements(
      const Lane &lane, const float *row, float (&values)[ELEMENTS]) {
#pragma unroll
    for (int e = 0; e < ELEMENTS; e += GROUP) {
      const float *const from = row + lane.element(e);
      if constexpr (GROUP == 4) {
        const float4 four = load4(from);
        values[e] = four.x;
        values[e + 1] = four.y;
        values[e + 2] = four.z;
        values[e + 3] = four.w;
      } else {
#pragma unroll
        for (int k = 0; k < GROUP; k++) {
          values[e + k] = from[k];
        }
      }
    }
  }

  static __device__ __forceinline__ void accumulate(
      const Lane &lane, float *scratch, const float (&scores)[ROWS][COLS], const float *columns,
      float (&results)[ROWS][ELEMENTS]) {
    share(lane, scratch, scores);
    const float *const myScores = scratch + (lane.warp * WARP_ROWS + lane.row(0)) * SCORE_STRIDE;
#pragma unroll 1
    for (int j = 0; j < TILE_COLS; j += 4) {
      float a[ROWS][4];
#pragma unroll
      for (int i = 0; i < ROWS; i++) {
        const float4 four = load4(myScores + i * ROW_LANES * SCORE_STRIDE + j);
        a[i][0] = four.x;
        a[i][1] = four.y;
        a[i][2] = four.z;
        a[i][3] = four.w;
      }
#pragma unroll
      for (int k = 0; k < 4; k++) {
        float b[ELEMENTS];
        load_elements(lane, columns + (j + k) * STRIDE, b);
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

  static __device__ __forceinline__ void store_row(
      const Lane &lane, const float (&values)[ELEMENTS], float factor, float *row,
      const Shape &shape) {
#pragma unroll
    for (int e = 0; e < ELEMENTS; e += GROUP) {
      const int first = lane.element(e);
      if constexpr (GROUP == 4) {
        if (shape.vectors) {
          if (first < shape.headWidth) {
            store4(row + first, {values[e] * factor, values[e + 1] * factor,
                                 values[e + 2] * factor, values[e + 3] * factor});
          }
          continue;
        }
      }
#pragma unroll
      for (int k = 0; k < GROUP; k++) {
        if (first + k < shape.headWidth) {
          row[first + k] = values[e + k] * factor;
        }
      }
    }
  }
};

// length is T; vectors is 1 where all rows start at multiples of 16 bytes, else 0.

extern "C" __global__ void __launch_bounds__(128, 2) attention_forward(
    const float *packed, float *out, float *normalisers, int length, int heads, int keyValueHeads,
    int headWidth, int vectors,
    float scoreVariance, float scoreCap, int window) {
  forward_pass<StrictProducts>(packed, out, normalisers,
                               {length, heads, keyValueHeads, headWidth, vectors != 0,
                                scoreVariance, scoreCap, window});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_queries(
    const float *packed, const float *out, const float *normalisers, const float *dOut,
    float *dPacked, float *delta, int length, int heads, int keyValueHeads, int headWidth,
    int vectors, float scoreVariance, float scoreCap, int window) {
  queries_pass<StrictProducts>(packed, out, normalisers, dOut, dPacked, delta,
                               {length, heads, keyValueHeads, headWidth, vectors != 0,
                                scoreVariance, scoreCap, window});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_keys(
    const float *packed, const float *normalisers, const float *dOut, const float *delta,
    float *dPacked, int length, int heads, int keyValueHeads, int headWidth, int vectors,
    float scoreVariance, float scoreCap, int window) {
  keys_pass<StrictProducts>(packed, normalisers, dOut, delta, dPacked,
                            {length, heads, keyValueHeads, headWidth, vectors != 0,
                             scoreVariance, scoreCap, window});
}
