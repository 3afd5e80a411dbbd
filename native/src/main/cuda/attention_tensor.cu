// Causal attention as in attention.cu, with the same buffers and the same order of work, for the
// math modes tf32 and bf16: the operands of its products are rounded and multiplied on the tensor
// cores. Sums, exponentials and everything in device memory stay f32.
//
// A warp multiplies by mma.sync, 16 rows by 8 columns at a time. The instruction sees its operands
// as rows of eight 32-bit words along the sum: a word is one tf32, or two bf16 that are neighbours
// in the sum. In these words both precisions lie alike over the lanes: with group = lane / 4 and
// place = lane % 4, a lane has of A [16, 8 words] rows group and group + 8, words place and place + 4;
// of B [8 words, 8] column group, the same words; of C [16, 8] the same rows, columns 2·place and
// 2·place + 1. So scores become the A of the second product where they are, in registers.
//
// Bound by the tensor cores and, about as much, by the exponentials between two products.
#include "gatun.cuh"

constexpr float LOG2_E = 1.4426950408889634f;
constexpr int GROUPS = 8;
constexpr int PLACES = 4;

#ifdef GATUN_EMULATION

// What mma.sync does, by shuffles: for the words of a row of A and a column of B, from the lanes
// that have them, adds the products of Precision::product.
template <typename Precision>
static __device__ void multiply_words(
    float (&c)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  const int lane = threadIdx.x % WARP;
  for (int word = 0; word < 2 * PLACES; word++) {
    const int high = word / PLACES;
    const int place = word % PLACES;
    const int row = lane / PLACES * PLACES + place;
    const int column = lane % PLACES * 2 * PLACES + place;
    const unsigned upper = __shfl_sync(FULL_WARP, a[2 * high], row);
    const unsigned lower = __shfl_sync(FULL_WARP, a[2 * high + 1], row);
    const unsigned left = __shfl_sync(FULL_WARP, b[high], column);
    const unsigned right = __shfl_sync(FULL_WARP, b[high], column + PLACES);
    c[0] += Precision::product(upper, left);
    c[1] += Precision::product(upper, right);
    c[2] += Precision::product(lower, left);
    c[3] += Precision::product(lower, right);
  }
}

#endif

struct Tf32 {
  static constexpr int PER_WORD = 1;

  // Rounded to nearest, ties away from zero.
  static __device__ __forceinline__ unsigned word(const float *values) {
#ifdef GATUN_EMULATION
    const unsigned bits = __float_as_uint(values[0]);
    return (bits & 0x7f800000u) == 0x7f800000u ? bits : (bits + 0x1000u) & ~0x1fffu;
#else
    unsigned rounded;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(values[0]));
    return rounded;
#endif
  }

  static __device__ __forceinline__ float rounded(float value) {
    return __uint_as_float(word(&value));
  }

  // Where row i of a tile is among its words along the sum: the lane that has scores 2·place and
  // 2·place + 1 multiplies words place and place + 4.
  static __device__ __forceinline__ int slot(int row) {
    return (row & ~7) | (row & 1) << 2 | (row >> 1 & 3);
  }

  // C += A·B: [16, 8] += [16, 8]·[8, 8].
  static __device__ __forceinline__ void multiply(
      float (&c)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
#ifdef GATUN_EMULATION
    multiply_words<Tf32>(c, a, b);
#else
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
  }

#ifdef GATUN_EMULATION
  static float product(unsigned a, unsigned b) { return __uint_as_float(a) * __uint_as_float(b); }
#endif
};

struct Bf16 {
  static constexpr int PER_WORD = 2;

  // Rounded to nearest, ties to even; the first value in the low half.
  static __device__ __forceinline__ unsigned word(const float *values) {
#ifdef GATUN_EMULATION
    return half(values[0]) | half(values[1]) << 16;
#else
    unsigned rounded;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(rounded) : "f"(values[1]), "f"(values[0]));
    return rounded;
#endif
  }

  static __device__ __forceinline__ float rounded(float value) {
    const float pair[2] = {value, 0.0f};
    return __uint_as_float(word(pair) << 16);
  }

  static __device__ __forceinline__ int slot(int row) { return row / 2; }

  // C += A·B: [16, 8] += [16, 16]·[16, 8].
  static __device__ __forceinline__ void multiply(
      float (&c)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
#ifdef GATUN_EMULATION
    multiply_words<Bf16>(c, a, b);
#else
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
  }

#ifdef GATUN_EMULATION
  static unsigned half(float value) {
    const unsigned bits = __float_as_uint(value);
    return isnan(value) ? 0x7fffu : (bits + 0x7fffu + (bits >> 16 & 1)) >> 16;
  }
  static float product(unsigned a, unsigned b) {
    return __uint_as_float(a << 16) * __uint_as_float(b << 16) +
           __uint_as_float(a & 0xffff0000u) * __uint_as_float(b & 0xffff0000u);
  }
#endif
};

// The sizes of tiles for heads of up to WIDTH elements. AttentionTiling.java knows them too.
template <typename Precision, int WIDTH>
struct Tiling {
  static constexpr int PER_WORD = Precision::PER_WORD;
  static constexpr int SLICES = WIDTH <= 64 ? 2 : 1;  // of 16 rows, of a warp
  static constexpr int WARP_ROWS = 16 * SLICES;
  static constexpr int TILE_COLS = WIDTH / PER_WORD <= 64 ? 32 : 16;
  static constexpr int ROWS = 2 * SLICES;              // of a lane
  static constexpr int COLS = TILE_COLS / PLACES;      // of a lane, of scores
  static constexpr int ELEMENTS = WIDTH / PLACES;      // of a lane, of a row of the results
  // Distances in words between rows in shared memory: lanes that load one word each of eight rows
  // of a tile by rows, or of four rows of a tile by columns, meet different banks.
  static constexpr int STRIDE = WIDTH / PER_WORD + 4;  // by rows: words along the width
  static constexpr int SLOT_STRIDE = WIDTH + 8;        // by columns: words along the rows
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

// A lane has rows group + 8·i of its warp's, and columns place's of a tile's.
struct Lane {
  int warp;
  int group;
  int place;

  static __device__ __forceinline__ Lane mine() {
    const int lane = threadIdx.x % WARP;
    return {(int)threadIdx.x / WARP, lane / PLACES, lane % PLACES};
  }
  __device__ __forceinline__ int row(int i) const { return group + GROUPS * i; }
  __device__ __forceinline__ int column(int j) const { return j / 2 * 8 + 2 * place + j % 2; }
};

// Over the lanes that share rows.
template <typename Operator>
static __device__ __forceinline__ float reduce_places(float value) {
  value = Operator::apply(value, __shfl_xor_sync(FULL_WARP, value, 1));
  return Operator::apply(value, __shfl_xor_sync(FULL_WARP, value, 2));
}

// Four adjacent elements of a row, or zeros; beyond the row's end zeros too. Rows that are 16-byte
// aligned are loaded under no condition, so that loads wait for memory together: elsewhere is an
// address that can be loaded from.
static __device__ __forceinline__ void load_four(
    const float *row, int col, bool present, const float *elsewhere, const Shape &shape,
    float (&values)[4]) {
  if (shape.vectors) {
    const bool inside = present && col < shape.headWidth;
    const float4 four = load4(inside ? row + col : elsewhere);
    values[0] = inside ? four.x : 0.0f;
    values[1] = inside ? four.y : 0.0f;
    values[2] = inside ? four.z : 0.0f;
    values[3] = inside ? four.w : 0.0f;
  } else {
#pragma unroll
    for (int c = 0; c < 4; c++) {
      values[c] = present && col + c < shape.headWidth ? row[col + c] : 0.0f;
    }
  }
}

// PER_WORD rows of four elements, rounded, to shared memory.
template <typename Precision, int WIDTH>
static __device__ __forceinline__ void store_words(
    unsigned *byRows, unsigned *bySlots, int row, int col,
    const float (&values)[Precision::PER_WORD][4]) {
  using Tiles = Tiling<Precision, WIDTH>;
  constexpr int PER_WORD = Precision::PER_WORD;
  if (byRows != nullptr) {
#pragma unroll
    for (int k = 0; k < PER_WORD; k++) {
#pragma unroll
      for (int c = 0; c < 4; c += PER_WORD) {
        byRows[(row + k) * Tiles::STRIDE + (col + c) / PER_WORD] = Precision::word(values[k] + c);
      }
    }
  }
  if (bySlots != nullptr) {
#pragma unroll
    for (int c = 0; c < 4; c++) {
      float along[PER_WORD];
#pragma unroll
      for (int k = 0; k < PER_WORD; k++) {
        along[k] = values[k][c];
      }
      bySlots[Precision::slot(row) * Tiles::SLOT_STRIDE + col + c] = Precision::word(along);
    }
  }
}

// Rows of headWidth elements, rounded, to shared memory: byRows [rows, STRIDE] with words along the
// width, bySlots [rows / PER_WORD, SLOT_STRIDE] with words along the rows; either may be null. At
// least one row is present.
template <typename Precision, int WIDTH>
static __device__ __forceinline__ void load_tile(
    unsigned *byRows, unsigned *bySlots, const float *from, long long stride, int rows, int present,
    const Shape &shape) {
  constexpr int PER_WORD = Precision::PER_WORD;
  constexpr int QUADS = WIDTH / 4;
  constexpr int BATCH = 4 / PER_WORD;
  const int count = rows / PER_WORD * QUADS;
  for (int first = threadIdx.x; first < count; first += BATCH * blockDim.x) {
    float values[BATCH][PER_WORD][4];
#pragma unroll
    for (int b = 0; b < BATCH; b++) {
      const int i = first + b * blockDim.x;
#pragma unroll
      for (int k = 0; k < PER_WORD; k++) {
        const int row = i / QUADS * PER_WORD + k;
        load_four(from + row * stride, i % QUADS * 4, row < present && i < count, from, shape,
                  values[b][k]);
      }
    }
#pragma unroll
    for (int b = 0; b < BATCH; b++) {
      const int i = first + b * blockDim.x;
      if (i < count) {
        store_words<Precision, WIDTH>(byRows, bySlots, i / QUADS * PER_WORD, i % QUADS * 4,
                                      values[b]);
      }
    }
  }
}

// products[i][j] = row i · column j over WIDTH; rows from the warp's first, columns from the tile's
// first, both by rows.
template <typename Precision, int WIDTH, int ROWS, int COLS>
static __device__ __forceinline__ void dot_products(
    const Lane &lane, const unsigned *rows, const unsigned *columns, float (&products)[ROWS][COLS]) {
  constexpr int STRIDE = Tiling<Precision, WIDTH>::STRIDE;
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
#pragma unroll
    for (int j = 0; j < COLS; j++) {
      products[i][j] = 0.0f;
    }
  }
#pragma unroll 2
  for (int word = lane.place; word < WIDTH / Precision::PER_WORD; word += 2 * PLACES) {
    unsigned a[ROWS / 2][4];
#pragma unroll
    for (int m = 0; m < ROWS / 2; m++) {
      const unsigned *const upper = rows + lane.row(2 * m) * STRIDE + word;
      const unsigned *const lower = rows + lane.row(2 * m + 1) * STRIDE + word;
      a[m][0] = upper[0];
      a[m][1] = lower[0];
      a[m][2] = upper[PLACES];
      a[m][3] = lower[PLACES];
    }
#pragma unroll
    for (int n = 0; n < COLS / 2; n++) {
      const unsigned *const column = columns + (8 * n + lane.group) * STRIDE + word;
      const unsigned b[2] = {column[0], column[PLACES]};
#pragma unroll
      for (int m = 0; m < ROWS / 2; m++) {
        float c[4] = {products[2 * m][2 * n], products[2 * m][2 * n + 1],
                      products[2 * m + 1][2 * n], products[2 * m + 1][2 * n + 1]};
        Precision::multiply(c, a[m], b);
        products[2 * m][2 * n] = c[0];
        products[2 * m][2 * n + 1] = c[1];
        products[2 * m + 1][2 * n] = c[2];
        products[2 * m + 1][2 * n + 1] = c[3];
      }
    }
  }
}

// results[i][e] += Σⱼ scores[row i, j]·columns[j, element e] over a tile's columns, by slots.
template <typename Precision, int WIDTH, int ROWS, int COLS>
static __device__ __forceinline__ void accumulate(
    const Lane &lane, const float (&scores)[ROWS][COLS], const unsigned *columns,
    float (&results)[ROWS][Tiling<Precision, WIDTH>::ELEMENTS]) {
  constexpr int PER_WORD = Precision::PER_WORD;
  constexpr int SLOT_STRIDE = Tiling<Precision, WIDTH>::SLOT_STRIDE;
#pragma unroll
  for (int step = 0; step < COLS / (2 * PER_WORD); step++) {
    const int first = 2 * step * PER_WORD;
    unsigned a[ROWS / 2][4];
#pragma unroll
    for (int m = 0; m < ROWS / 2; m++) {
      a[m][0] = Precision::word(scores[2 * m] + first);
      a[m][1] = Precision::word(scores[2 * m + 1] + first);
      a[m][2] = Precision::word(scores[2 * m] + first + PER_WORD);
      a[m][3] = Precision::word(scores[2 * m + 1] + first + PER_WORD);
    }
    const unsigned *const slots = columns + (8 * step + lane.place) * SLOT_STRIDE + lane.group;
#pragma unroll
    for (int n = 0; n < WIDTH / 8; n++) {
      const unsigned b[2] = {slots[8 * n], slots[PLACES * SLOT_STRIDE + 8 * n]};
#pragma unroll
      for (int m = 0; m < ROWS / 2; m++) {
        float c[4] = {results[2 * m][2 * n], results[2 * m][2 * n + 1],
                      results[2 * m + 1][2 * n], results[2 * m + 1][2 * n + 1]};
        Precision::multiply(c, a[m], b);
        results[2 * m][2 * n] = c[0];
        results[2 * m][2 * n + 1] = c[1];
        results[2 * m + 1][2 * n] = c[2];
        results[2 * m + 1][2 * n + 1] = c[3];
      }
    }
  }
}

template <int ROWS, int ELEMENTS>
static __device__ __forceinline__ void clear(float (&results)[ROWS][ELEMENTS]) {
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
#pragma unroll
    for (int e = 0; e < ELEMENTS; e++) {
      results[i][e] = 0.0f;
    }
  }
}

// The lane's elements of one row, times factor.
template <int ELEMENTS>
static __device__ __forceinline__ void store_row(
    const Lane &lane, const float (&values)[ELEMENTS], float factor, float *row,
    const Shape &shape) {
#pragma unroll
  for (int e = 0; e < ELEMENTS; e += 2) {
    const int first = lane.column(e);
    if (shape.vectors) {
      if (first < shape.headWidth) {
        *reinterpret_cast<float2 *>(row + first) = {values[e] * factor, values[e + 1] * factor};
      }
    } else {
      if (first < shape.headWidth) {
        row[first] = values[e] * factor;
      }
      if (first + 1 < shape.headWidth) {
        row[first + 1] = values[e + 1] * factor;
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

// out and logSumExp: one block per block of queries and query head.
template <typename Precision, int WIDTH>
static __device__ __forceinline__ void attention(
    const float *packed, float *out, float *logSumExp, const Shape shape) {
  using Tiles = Tiling<Precision, WIDTH>;
  constexpr int ROWS = Tiles::ROWS;
  constexpr int COLS = Tiles::COLS;
  GATUN_SHARED(unsigned, shared);
  const int blockRows = blockDim.x / WARP * Tiles::WARP_ROWS;
  unsigned *const queryTile = shared;                                     // by rows
  unsigned *const keyTile = queryTile + blockRows * Tiles::STRIDE;        // by rows
  unsigned *const valueTile = keyTile + Tiles::TILE_COLS * Tiles::STRIDE;  // by slots

  const Lane lane = Lane::mine();
  const Task task = Task::of(blockRows, shape.heads, shape, true);
  const int rowOfBlock = lane.warp * Tiles::WARP_ROWS;
  const int firstOfWarp = task.first + rowOfBlock;
  const int lastOfWarp = firstOfWarp + Tiles::WARP_ROWS - 1;
  const long long stride = shape.packed_stride();
  const long long firstRow = (long long)task.batch * shape.length;
  const int keyHead = shape.heads + task.head / (shape.heads / shape.keyValueHeads);
  const float *const keys = packed + firstRow * stride + keyHead * shape.headWidth;
  const float *const values = keys + shape.keyValueHeads * shape.headWidth;
  const float toBits = shape.scale() * LOG2_E;

  load_tile<Precision, WIDTH>(
      queryTile, nullptr, packed + (firstRow + task.first) * stride + task.head * shape.headWidth,
      stride, blockRows, shape.length - task.first, shape);
  float results[ROWS][Tiles::ELEMENTS];
  float most[ROWS];  // of the unscaled scores so far
  float sum[ROWS];   // of this lane's exponentials, relative to most
  clear(results);
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    most[i] = -infinity_f32();
    sum[i] = 0.0f;
  }
  const int end = min(shape.length, task.first + blockRows);
  for (int first = 0; first < end; first += Tiles::TILE_COLS) {
    __syncthreads();  // the last tile has been read
    load_tile<Precision, WIDTH>(keyTile, nullptr, keys + first * stride, stride, Tiles::TILE_COLS,
                                shape.length - first, shape);
    load_tile<Precision, WIDTH>(nullptr, valueTile, values + first * stride, stride,
                                Tiles::TILE_COLS, shape.length - first, shape);
    __syncthreads();
    if (first > lastOfWarp || firstOfWarp >= shape.length) {
      continue;
    }
    float s[ROWS][COLS];
    dot_products<Precision, WIDTH>(lane, queryTile + rowOfBlock * Tiles::STRIDE, keyTile, s);
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
      const int query = firstOfWarp + lane.row(i);
      float larger = most[i];
#pragma unroll
      for (int j = 0; j < COLS; j++) {
        s[i][j] = first + lane.column(j) <= query ? s[i][j] : -infinity_f32();
        larger = fmaxf(larger, s[i][j]);
      }
      larger = reduce_places<Max>(larger);
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
    accumulate<Precision, WIDTH>(lane, s, valueTile, results);
  }
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    const float total = reduce_places<Sum>(sum[i]);
    const int query = firstOfWarp + lane.row(i);
    if (query < shape.length) {
      store_row(lane, results[i], 1.0f / total,
                out + (firstRow + query) * shape.out_stride() + task.head * shape.headWidth, shape);
      if (lane.place == 0) {
        logSumExp[((long long)task.batch * shape.heads + task.head) * shape.length + query] =
            most[i] * shape.scale() + logf(total);
      }
    }
  }
}

// dQ, and delta for attention_keys: one block per block of queries and query head. delta takes dOut
// as rounded as the products do, so that what should cancel in dP - delta does.
template <typename Precision, int WIDTH>
static __device__ __forceinline__ void attention_queries(
    const float *packed, const float *out, const float *logSumExp, const float *dOut,
    float *dPacked, float *delta, const Shape shape) {
  using Tiles = Tiling<Precision, WIDTH>;
  constexpr int ROWS = Tiles::ROWS;
  constexpr int COLS = Tiles::COLS;
  GATUN_SHARED(unsigned, shared);
  const int blockRows = blockDim.x / WARP * Tiles::WARP_ROWS;
  unsigned *const queryTile = shared;                                      // by rows
  unsigned *const gradientTile = queryTile + blockRows * Tiles::STRIDE;    // by rows
  unsigned *const keyTile = gradientTile + blockRows * Tiles::STRIDE;      // by rows
  unsigned *const valueTile = keyTile + Tiles::TILE_COLS * Tiles::STRIDE;  // by rows
  unsigned *const keySlots = valueTile + Tiles::TILE_COLS * Tiles::STRIDE;  // by slots

  const Lane lane = Lane::mine();
  const Task task = Task::of(blockRows, shape.heads, shape, true);
  const int rowOfBlock = lane.warp * Tiles::WARP_ROWS;
  const int firstOfWarp = task.first + rowOfBlock;
  const int lastOfWarp = firstOfWarp + Tiles::WARP_ROWS - 1;
  const long long stride = shape.packed_stride();
  const long long outStride = shape.out_stride();
  const long long firstRow = (long long)task.batch * shape.length;
  const int keyHead = shape.heads + task.head / (shape.heads / shape.keyValueHeads);
  const float *const keys = packed + firstRow * stride + keyHead * shape.headWidth;
  const float *const values = keys + shape.keyValueHeads * shape.headWidth;
  const long long perRow = ((long long)task.batch * shape.heads + task.head) * shape.length;
  const float scale = shape.scale();

  const int present = shape.length - task.first;
  const long long headOffset = task.head * shape.headWidth;
  load_tile<Precision, WIDTH>(queryTile, nullptr,
                              packed + (firstRow + task.first) * stride + headOffset, stride,
                              blockRows, present, shape);
  load_tile<Precision, WIDTH>(gradientTile, nullptr,
                              dOut + (firstRow + task.first) * outStride + headOffset, outStride,
                              blockRows, present, shape);
  float lse[ROWS];
  float deltas[ROWS];
  float results[ROWS][Tiles::ELEMENTS];
  clear(results);
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    const int query = firstOfWarp + lane.row(i);
    const bool inside = query < shape.length;
    const long long outRow = (firstRow + query) * outStride + headOffset;
    float sum = 0.0f;
    for (int d = lane.place; inside && d < shape.headWidth; d += PLACES) {
      sum = fmaf(Precision::rounded(dOut[outRow + d]), out[outRow + d], sum);
    }
    deltas[i] = reduce_places<Sum>(sum);
    lse[i] = inside ? logSumExp[perRow + query] : 0.0f;
    if (inside && lane.place == 0) {
      delta[perRow + query] = deltas[i];
    }
  }
  const int end = min(shape.length, task.first + blockRows);
  for (int first = 0; first < end; first += Tiles::TILE_COLS) {
    __syncthreads();  // the last tile has been read
    load_tile<Precision, WIDTH>(keyTile, keySlots, keys + first * stride, stride, Tiles::TILE_COLS,
                                shape.length - first, shape);
    load_tile<Precision, WIDTH>(valueTile, nullptr, values + first * stride, stride,
                                Tiles::TILE_COLS, shape.length - first, shape);
    __syncthreads();
    if (first > lastOfWarp || firstOfWarp >= shape.length) {
      continue;
    }
    float s[ROWS][COLS];
    float dP[ROWS][COLS];
    dot_products<Precision, WIDTH>(lane, queryTile + rowOfBlock * Tiles::STRIDE, keyTile, s);
    dot_products<Precision, WIDTH>(lane, gradientTile + rowOfBlock * Tiles::STRIDE, valueTile, dP);
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
      const int query = firstOfWarp + lane.row(i);
#pragma unroll
      for (int j = 0; j < COLS; j++) {
        const float p = exp2f(fmaf(s[i][j], scale, -lse[i]) * LOG2_E);
        s[i][j] = first + lane.column(j) <= query ? p * (dP[i][j] - deltas[i]) : 0.0f;
      }
    }
    accumulate<Precision, WIDTH>(lane, s, keySlots, results);
  }
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    const int query = firstOfWarp + lane.row(i);
    if (query < shape.length) {
      store_row(lane, results[i], scale, dPacked + (firstRow + query) * stride + headOffset, shape);
    }
  }
}

// dK and dV: one block per block of keys and key/value head. The query heads that share it, and
// their queries, go past in ascending order.
template <typename Precision, int WIDTH>
static __device__ __forceinline__ void attention_keys(
    const float *packed, const float *logSumExp, const float *dOut, const float *delta,
    float *dPacked, const Shape shape) {
  using Tiles = Tiling<Precision, WIDTH>;
  constexpr int ROWS = Tiles::ROWS;
  constexpr int COLS = Tiles::COLS;
  constexpr int SLOT_WORDS = Tiles::TILE_COLS / Tiles::PER_WORD * Tiles::SLOT_STRIDE;
  GATUN_SHARED(unsigned, shared);
  const int blockRows = blockDim.x / WARP * Tiles::WARP_ROWS;
  unsigned *const keyTile = shared;                                             // by rows
  unsigned *const valueTile = keyTile + blockRows * Tiles::STRIDE;              // by rows
  unsigned *const queryTile = valueTile + blockRows * Tiles::STRIDE;            // by rows
  unsigned *const gradientTile = queryTile + Tiles::TILE_COLS * Tiles::STRIDE;  // by rows
  unsigned *const querySlots = gradientTile + Tiles::TILE_COLS * Tiles::STRIDE;  // by slots
  unsigned *const gradientSlots = querySlots + SLOT_WORDS;                      // by slots

  const Lane lane = Lane::mine();
  const Task task = Task::of(blockRows, shape.keyValueHeads, shape, false);
  const int rowOfBlock = lane.warp * Tiles::WARP_ROWS;
  const int firstOfWarp = task.first + rowOfBlock;
  const long long stride = shape.packed_stride();
  const long long outStride = shape.out_stride();
  const long long firstRow = (long long)task.batch * shape.length;
  const int group = shape.heads / shape.keyValueHeads;
  const long long keyOffset =
      (firstRow + task.first) * stride + (shape.heads + task.head) * shape.headWidth;
  const int valuesAfterKeys = shape.keyValueHeads * shape.headWidth;
  const float scale = shape.scale();

  const int present = shape.length - task.first;
  load_tile<Precision, WIDTH>(keyTile, nullptr, packed + keyOffset, stride, blockRows, present,
                              shape);
  load_tile<Precision, WIDTH>(valueTile, nullptr, packed + keyOffset + valuesAfterKeys, stride,
                              blockRows, present, shape);
  float dK[ROWS][Tiles::ELEMENTS];
  float dV[ROWS][Tiles::ELEMENTS];
  clear(dK);
  clear(dV);
  for (int head = task.head * group; head < (task.head + 1) * group; head++) {
    const long long perRow = ((long long)task.batch * shape.heads + head) * shape.length;
    for (int first = task.first; first < shape.length; first += Tiles::TILE_COLS) {
      __syncthreads();  // the last tile has been read
      load_tile<Precision, WIDTH>(queryTile, querySlots,
                                  packed + (firstRow + first) * stride + head * shape.headWidth,
                                  stride, Tiles::TILE_COLS, shape.length - first, shape);
      load_tile<Precision, WIDTH>(gradientTile, gradientSlots,
                                  dOut + (firstRow + first) * outStride + head * shape.headWidth,
                                  outStride, Tiles::TILE_COLS, shape.length - first, shape);
      __syncthreads();
      if (first + Tiles::TILE_COLS <= firstOfWarp || firstOfWarp >= shape.length) {
        continue;
      }
      float p[ROWS][COLS];
      dot_products<Precision, WIDTH>(lane, keyTile + rowOfBlock * Tiles::STRIDE, queryTile, p);
#pragma unroll
      for (int j = 0; j < COLS; j++) {
        const int query = first + lane.column(j);
        const float lse = query < shape.length ? logSumExp[perRow + query] : 0.0f;
#pragma unroll
        for (int i = 0; i < ROWS; i++) {
          const bool sees = firstOfWarp + lane.row(i) <= query && query < shape.length;
          p[i][j] = sees ? exp2f(fmaf(p[i][j], scale, -lse) * LOG2_E) : 0.0f;
        }
      }
      accumulate<Precision, WIDTH>(lane, p, gradientSlots, dV);
      float dS[ROWS][COLS];
      dot_products<Precision, WIDTH>(lane, valueTile + rowOfBlock * Tiles::STRIDE, gradientTile, dS);
#pragma unroll
      for (int j = 0; j < COLS; j++) {
        const int query = first + lane.column(j);
        const float ofQuery = query < shape.length ? delta[perRow + query] : 0.0f;
#pragma unroll
        for (int i = 0; i < ROWS; i++) {
          dS[i][j] = p[i][j] * (dS[i][j] - ofQuery);
        }
      }
      accumulate<Precision, WIDTH>(lane, dS, querySlots, dK);
    }
  }
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    const int row = rowOfBlock + lane.row(i);
    if (row < present) {
      float *const to = dPacked + keyOffset + row * stride;
      store_row(lane, dK[i], scale, to, shape);
      store_row(lane, dV[i], 1.0f, to + valuesAfterKeys, shape);
    }
  }
}

// The kernels, by precision and by the width that a head of headWidth elements is padded to in
// shared memory. length is T; vectors is 1 where all rows start at multiples of 16 bytes, else 0.

extern "C" __global__ void __launch_bounds__(128, 2) attention_tf32_32(
    const float *packed, float *out, float *logSumExp, int length, int heads, int keyValueHeads,
    int headWidth, int vectors) {
  attention<Tf32, 32>(packed, out, logSumExp,
                      {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_queries_tf32_32(
    const float *packed, const float *out, const float *logSumExp, const float *dOut,
    float *dPacked, float *delta, int length, int heads, int keyValueHeads, int headWidth,
    int vectors) {
  attention_queries<Tf32, 32>(packed, out, logSumExp, dOut, dPacked, delta,
                              {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_keys_tf32_32(
    const float *packed, const float *logSumExp, const float *dOut, const float *delta,
    float *dPacked, int length, int heads, int keyValueHeads, int headWidth, int vectors) {
  attention_keys<Tf32, 32>(packed, logSumExp, dOut, delta, dPacked,
                           {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_tf32_64(
    const float *packed, float *out, float *logSumExp, int length, int heads, int keyValueHeads,
    int headWidth, int vectors) {
  attention<Tf32, 64>(packed, out, logSumExp,
                      {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_queries_tf32_64(
    const float *packed, const float *out, const float *logSumExp, const float *dOut,
    float *dPacked, float *delta, int length, int heads, int keyValueHeads, int headWidth,
    int vectors) {
  attention_queries<Tf32, 64>(packed, out, logSumExp, dOut, dPacked, delta,
                              {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_keys_tf32_64(
    const float *packed, const float *logSumExp, const float *dOut, const float *delta,
    float *dPacked, int length, int heads, int keyValueHeads, int headWidth, int vectors) {
  attention_keys<Tf32, 64>(packed, logSumExp, dOut, delta, dPacked,
                           {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_tf32_128(
    const float *packed, float *out, float *logSumExp, int length, int heads, int keyValueHeads,
    int headWidth, int vectors) {
  attention<Tf32, 128>(packed, out, logSumExp,
                      {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_queries_tf32_128(
    const float *packed, const float *out, const float *logSumExp, const float *dOut,
    float *dPacked, float *delta, int length, int heads, int keyValueHeads, int headWidth,
    int vectors) {
  attention_queries<Tf32, 128>(packed, out, logSumExp, dOut, dPacked, delta,
                              {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_keys_tf32_128(
    const float *packed, const float *logSumExp, const float *dOut, const float *delta,
    float *dPacked, int length, int heads, int keyValueHeads, int headWidth, int vectors) {
  attention_keys<Tf32, 128>(packed, logSumExp, dOut, delta, dPacked,
                           {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_bf16_32(
    const float *packed, float *out, float *logSumExp, int length, int heads, int keyValueHeads,
    int headWidth, int vectors) {
  attention<Bf16, 32>(packed, out, logSumExp,
                      {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_queries_bf16_32(
    const float *packed, const float *out, const float *logSumExp, const float *dOut,
    float *dPacked, float *delta, int length, int heads, int keyValueHeads, int headWidth,
    int vectors) {
  attention_queries<Bf16, 32>(packed, out, logSumExp, dOut, dPacked, delta,
                              {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_keys_bf16_32(
    const float *packed, const float *logSumExp, const float *dOut, const float *delta,
    float *dPacked, int length, int heads, int keyValueHeads, int headWidth, int vectors) {
  attention_keys<Bf16, 32>(packed, logSumExp, dOut, delta, dPacked,
                           {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_bf16_64(
    const float *packed, float *out, float *logSumExp, int length, int heads, int keyValueHeads,
    int headWidth, int vectors) {
  attention<Bf16, 64>(packed, out, logSumExp,
                      {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_queries_bf16_64(
    const float *packed, const float *out, const float *logSumExp, const float *dOut,
    float *dPacked, float *delta, int length, int heads, int keyValueHeads, int headWidth,
    int vectors) {
  attention_queries<Bf16, 64>(packed, out, logSumExp, dOut, dPacked, delta,
                              {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_keys_bf16_64(
    const float *packed, const float *logSumExp, const float *dOut, const float *delta,
    float *dPacked, int length, int heads, int keyValueHeads, int headWidth, int vectors) {
  attention_keys<Bf16, 64>(packed, logSumExp, dOut, delta, dPacked,
                           {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_bf16_128(
    const float *packed, float *out, float *logSumExp, int length, int heads, int keyValueHeads,
    int headWidth, int vectors) {
  attention<Bf16, 128>(packed, out, logSumExp,
                      {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_queries_bf16_128(
    const float *packed, const float *out, const float *logSumExp, const float *dOut,
    float *dPacked, float *delta, int length, int heads, int keyValueHeads, int headWidth,
    int vectors) {
  attention_queries<Bf16, 128>(packed, out, logSumExp, dOut, dPacked, delta,
                              {length, heads, keyValueHeads, headWidth, vectors != 0});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_keys_bf16_128(
    const float *packed, const float *logSumExp, const float *dOut, const float *delta,
    float *dPacked, int length, int heads, int keyValueHeads, int headWidth, int vectors) {
  attention_keys<Bf16, 128>(packed, logSumExp, dOut, delta, dPacked,
                           {length, heads, keyValueHeads, headWidth, vectors != 0});
}
