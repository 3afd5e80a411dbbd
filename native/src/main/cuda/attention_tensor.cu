// Causal attention with the passes of attention.cuh for the math modes tf32 and bf16: the operands
// of its products are rounded and multiplied on the tensor cores. Sums, exponentials and everything
// in device memory stay f32.
//
// A warp multiplies by mma.sync, 16 rows by 8 columns at a time. The instruction sees its operands
// as rows of eight 32-bit words along the sum: a word is one tf32, or two bf16 that are neighbours
// in the sum. In these words both precisions lie alike over the lanes: with group = lane / 4 and
// place = lane % 4, a lane has of A [16, 8 words] rows group and group + 8, words place and place + 4;
// of B [8 words, 8] column group, the same words; of C [16, 8] the same rows, columns 2·place and
// 2·place + 1. So scores become the A of the second product where they are, in registers.
//
// Bound by the tensor cores and, about as much, by the exponentials between two products.
//
// BF16 is 1 for bf16, 0 for tf32; HEAD_WIDTH is what the rows of a head are padded to in shared
// memory.
// variants: BF16 = 0 1, HEAD_WIDTH = 32 64 128
#define SHAPED 0
#include "attention.cuh"

constexpr int GROUPS = 8;
constexpr int PLACES = 4;

#ifdef GATUN_EMULATION

// A sum as tensor cores form it (Fasi, Higham, Mikaitis and Pranesh, PeerJ Computer Science 7:e330):
// products are exact, every term is cut to one bit more than f32 keeps of the largest, and the sum to
// what f32 keeps. Nothing is rounded to nearest.
template <int TERMS>
static __device__ float accumulated(float c, const double (&products)[TERMS]) {
  double largest = fabs(static_cast<double>(c));
  double sum = c;
  for (const double product : products) {
    largest = fmax(largest, fabs(product));
    sum += product;
  }
  if (!(largest > 0) || isinf(largest)) {
    return static_cast<float>(sum);
  }
  const double step = ldexp(1.0, ilogb(largest) - 24);
  sum = trunc(c / step);
  for (const double product : products) {
    sum += trunc(product / step);
  }
  sum *= step;
  const auto nearest = static_cast<float>(sum);
  return fabs(static_cast<double>(nearest)) > fabs(sum) ? nextafterf(nearest, 0.0f) : nearest;
}

// What mma.sync does, by shuffles: for the words of a row of A and a column of B, from the lanes
// that have them, adds the products that Precision::products writes.
template <typename Precision>
static __device__ void multiply_words(
    float (&c)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  const int lane = threadIdx.x % WARP;
  double products[4][2 * PLACES * Precision::PER_WORD];
  for (int word = 0; word < 2 * PLACES; word++) {
    const int high = word / PLACES;
    const int place = word % PLACES;
    const int row = lane / PLACES * PLACES + place;
    const int column = lane % PLACES * 2 * PLACES + place;
    const unsigned upper = __shfl_sync(FULL_WARP, a[2 * high], row);
    const unsigned lower = __shfl_sync(FULL_WARP, a[2 * high + 1], row);
    const unsigned left = __shfl_sync(FULL_WARP, b[high], column);
    const unsigned right = __shfl_sync(FULL_WARP, b[high], column + PLACES);
    const int at = word * Precision::PER_WORD;
    Precision::products(upper, left, products[0] + at);
    Precision::products(upper, right, products[1] + at);
    Precision::products(lower, left, products[2] + at);
    Precision::products(lower, right, products[3] + at);
  }
  for (int i = 0; i < 4; i++) {
    c[i] = accumulated(c[i], products[i]);
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
  static void products(unsigned a, unsigned b, double *to) {
    to[0] = static_cast<double>(__uint_as_float(a)) * __uint_as_float(b);
  }
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
  static void products(unsigned a, unsigned b, double *to) {
    to[0] = static_cast<double>(__uint_as_float(a << 16)) * __uint_as_float(b << 16);
    to[1] = static_cast<double>(__uint_as_float(a & 0xffff0000u)) *
            __uint_as_float(b & 0xffff0000u);
  }
#endif
};

#if BF16
using Precision = Bf16;
#else
using Precision = Tf32;
#endif

// See attention.cuh. AttentionTiling.java knows the sizes too. UNROLL steps of dot_products are in
// flight at a time: one where the results leave no registers for more.
template <int UNROLL>
struct TensorProducts {
  using Word = unsigned;

  // Either is null where the layout does without.
  struct Tile {
    unsigned *byRows;   // [rows, STRIDE], words along the width
    unsigned *bySlots;  // [rows / PER_WORD, SLOT_STRIDE], words along the rows
  };

  static constexpr int PLACES = ::PLACES;
  static constexpr int WIDTH = HEAD_WIDTH;
  static constexpr int PER_WORD = Precision::PER_WORD;
  static constexpr int SLICES = WIDTH <= 64 ? 2 : 1;  // of 16 rows, of a warp
  static constexpr int WARP_ROWS = 16 * SLICES;
  static constexpr int TILE_COLS = WIDTH / PER_WORD <= 64 ? 32 : 16;
  static constexpr int ROWS = 2 * SLICES;
  static constexpr int COLS = TILE_COLS / PLACES;
  static constexpr int ELEMENTS = WIDTH / PLACES;
  // Distances in words between rows in shared memory: lanes that load one word each of eight rows
  // of a tile by rows, or of four rows of a tile by slots, meet different banks.
  static constexpr int STRIDE = WIDTH / PER_WORD + 4;
  static constexpr int SLOT_STRIDE = WIDTH + 8;

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

  template <typename Operator>
  static __device__ __forceinline__ float reduce(Operator, float value) {
    value = Operator::apply(value, __shfl_xor_sync(FULL_WARP, value, 1));
    return Operator::apply(value, __shfl_xor_sync(FULL_WARP, value, 2));
  }

  static __device__ __forceinline__ float rounded(float value) { return Precision::rounded(value); }

  static __device__ __forceinline__ Tile take(unsigned *&free, int rows, Layout layout) {
    Tile tile = {nullptr, nullptr};
    if (layout != Layout::SLOTS) {
      tile.byRows = free;
      free += rows * STRIDE;
    }
    if (layout != Layout::ROWS) {
      tile.bySlots = free;
      free += rows / PER_WORD * SLOT_STRIDE;
    }
    return tile;
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
  static __device__ __forceinline__ void store_words(
      const Tile &tile, int row, int col, const float (&values)[PER_WORD][4]) {
    if (tile.byRows != nullptr) {
#pragma unroll
      for (int k = 0; k < PER_WORD; k++) {
        unsigned words[4 / PER_WORD];
#pragma unroll
        for (int c = 0; c < 4; c += PER_WORD) {
          words[c / PER_WORD] = Precision::word(values[k] + c);
        }
        store_neighbours(tile.byRows + (row + k) * STRIDE + col / PER_WORD, words);
      }
    }
    if (tile.bySlots != nullptr) {
      unsigned words[4];
#pragma unroll
      for (int c = 0; c < 4; c++) {
        float along[PER_WORD];
#pragma unroll
        for (int k = 0; k < PER_WORD; k++) {
          along[k] = values[k][c];
        }
        words[c] = Precision::word(along);
      }
      store_neighbours(tile.bySlots + Precision::slot(row) * SLOT_STRIDE + col, words);
    }
  }

  // At once: lanes that store word by word, a few words from each other, meet in the same banks.
  static __device__ __forceinline__ void store_neighbours(unsigned *to, const unsigned (&words)[2]) {
    *reinterpret_cast<uint2 *>(to) = make_uint2(words[0], words[1]);
  }
  static __device__ __forceinline__ void store_neighbours(unsigned *to, const unsigned (&words)[4]) {
    *reinterpret_cast<uint4 *>(to) = make_uint4(words[0], words[1], words[2], words[3]);
  }

  // Rounded; zeros beyond the rows that are present (one at least), and beyond headWidth up to WIDTH.
  static __device__ __forceinline__ void load(
      const Tile &tile, const float *from, long long stride, int rows, int present,
      const Shape &shape) {
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
          store_words(tile, i / QUADS * PER_WORD, i % QUADS * 4, values[b]);
        }
      }
    }
  }

  // Rows 16·m and columns 8·n of a warp's values += A·B.
  template <int COLUMNS>
  static __device__ __forceinline__ void multiply(
      float (&values)[ROWS][COLUMNS], int m, int n, const unsigned (&a)[4],
      const unsigned (&b)[2]) {
    float c[4] = {values[2 * m][2 * n], values[2 * m][2 * n + 1], values[2 * m + 1][2 * n],
                  values[2 * m + 1][2 * n + 1]};
    Precision::multiply(c, a, b);
    values[2 * m][2 * n] = c[0];
    values[2 * m][2 * n + 1] = c[1];
    values[2 * m + 1][2 * n] = c[2];
    values[2 * m + 1][2 * n + 1] = c[3];
  }

  static __device__ __forceinline__ void dot_products(
      const Lane &lane, const Tile &rows, const Tile &columns, float (&products)[ROWS][COLS]) {
    const unsigned *const rowsOfWarp = rows.byRows + lane.warp * WARP_ROWS * STRIDE;
    clear(products);
#pragma unroll UNROLL
    for (int first = 0; first < WIDTH / PER_WORD; first += 2 * PLACES) {
      const int word = first + lane.place;
      unsigned a[ROWS / 2][4];
#pragma unroll
      for (int m = 0; m < ROWS / 2; m++) {
        const unsigned *const upper = rowsOfWarp + lane.row(2 * m) * STRIDE + word;
        const unsigned *const lower = rowsOfWarp + lane.row(2 * m + 1) * STRIDE + word;
        a[m][0] = upper[0];
        a[m][1] = lower[0];
        a[m][2] = upper[PLACES];
        a[m][3] = lower[PLACES];
      }
#pragma unroll
      for (int n = 0; n < COLS / 2; n++) {
        const unsigned *const column = columns.byRows + (8 * n + lane.group) * STRIDE + word;
        const unsigned b[2] = {column[0], column[PLACES]};
#pragma unroll
        for (int m = 0; m < ROWS / 2; m++) {
          multiply(products, m, n, a[m], b);
        }
      }
    }
  }

  static __device__ __forceinline__ void accumulate(
      const Lane &lane, unsigned *, const float (&scores)[ROWS][COLS], const Tile &columns,
      float (&results)[ROWS][ELEMENTS]) {
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
      const unsigned *const slots =
          columns.bySlots + (8 * step + lane.place) * SLOT_STRIDE + lane.group;
#pragma unroll
      for (int n = 0; n < WIDTH / 8; n++) {
        const unsigned b[2] = {slots[8 * n], slots[PLACES * SLOT_STRIDE + 8 * n]};
#pragma unroll
        for (int m = 0; m < ROWS / 2; m++) {
          multiply(results, m, n, a[m], b);
        }
      }
    }
  }

  static __device__ __forceinline__ float accumulated(
      const Lane &, unsigned *, const float (&scores)[ROWS][COLS], int i, int j) {
    return scores[i][j];
  }

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
};

// length is T; vectors is 1 where all rows start at multiples of 16 bytes, else 0.

extern "C" __global__ void __launch_bounds__(128, 2) attention_tensor_forward(
    const float *packed, float *out, float *normalisers, int length, int heads, int keyValueHeads,
    int headWidth, int vectors,
    float scoreVariance, float scoreCap, int window) {
  forward_pass<TensorProducts<2>>(packed, out, normalisers,
                                  {length, heads, keyValueHeads, headWidth, vectors != 0,
                                   scoreVariance, scoreCap, window});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_tensor_queries(
    const float *packed, const float *out, const float *normalisers, const float *dOut,
    float *dPacked, float *delta, int length, int heads, int keyValueHeads, int headWidth,
    int vectors, float scoreVariance, float scoreCap, int window) {
  queries_pass<TensorProducts<2>>(packed, out, normalisers, dOut, dPacked, delta,
                                  {length, heads, keyValueHeads, headWidth, vectors != 0,
                                   scoreVariance, scoreCap, window});
}

extern "C" __global__ void __launch_bounds__(128, 2) attention_tensor_keys(
    const float *packed, const float *normalisers, const float *dOut, const float *delta,
    float *dPacked, int length, int heads, int keyValueHeads, int headWidth, int vectors,
    float scoreVariance, float scoreCap, int window) {
  keys_pass<TensorProducts<1>>(packed, normalisers, dOut, delta, dPacked,
                               {length, heads, keyValueHeads, headWidth, vectors != 0,
                                scoreVariance, scoreCap, window});
}
