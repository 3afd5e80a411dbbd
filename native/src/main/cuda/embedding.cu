// Rows of a table by ids, and its gradient.
//   out[n] = table[ids[n]],  dTable[ids[n]] ← dTable[ids[n]] + dOut[n] in the order of n
// Backward, positions are first sorted by id: sort_ids_f32's blocks sort tiles of ids, then
// place_ids merges the tiles by counting. Then each row of the table that occurs belongs to one
// warp per strip of columns, or one block if it occurs often. Memory bandwidth bounds both
// directions: 2·N·D elements; N·D, and twice those of the rows that occur.
#include "gatun.cuh"

constexpr int STRIP = 4 * WARP;  // columns of a warp
constexpr int WARPS = 8;
constexpr int TILE = 2048;           // ids that a block sorts
constexpr int OFTEN = WARP;          // occurrences that a warp adds up by itself, at most
constexpr int ROWS = 4;              // rows of a warp that are in flight together
constexpr int FETCHED = 8 * WARPS;   // rows that a block fetches together
constexpr unsigned NO_ID = 0x7fffffffu;  // for ids outside the table: sorts behind all others

template <bool ALIGNED>
static __device__ __forceinline__ void copy_row(const float *from, float *to, int lane, int cols) {
#pragma unroll 4
  for (int base = 0; base < cols; base += STRIP) {
    store_strip<ALIGNED, WARP>(to, base, lane, cols,
                               load_strip<ALIGNED, WARP>(from, base, lane, cols));
  }
}

// Grid: 8 rows of out in x.
extern "C" __global__ void __launch_bounds__(256) embedding_f32(
    const float *__restrict__ table,  // [V, D]
    const int *__restrict__ ids,      // [N]
    float *__restrict__ out,          // [N, D]
    int count,           // N
    long long vocabulary, int cols,
    int *__restrict__ error,  // [1]
    int code) {
  const int lane = threadIdx.x % WARP;
  const long long n = static_cast<long long>(blockIdx.x) * WARPS + threadIdx.x / WARP;
  if (n >= count) {
    return;
  }
  const int id = ids[n];
  if (id < 0 || id >= vocabulary) {
    atomicExch(error, code);  // as other lanes and blocks may
    return;
  }
  const float *const from = table + static_cast<long long>(id) * cols;
  if (aligned_rows(cols, table, out)) {
    copy_row<true>(from, out + n * cols, lane, cols);
  } else {
    copy_row<false>(from, out + n * cols, lane, cols);
  }
}

// Sorts each tile of ids by id, then n: a bitonic network over keys that are all different.
// Grid: a tile in x.
extern "C" __global__ void __launch_bounds__(512) sort_id_tiles(
    const int *__restrict__ ids,  // [N]
    int count,       // N
    long long vocabulary,
    int tile,          // ids of a tile: a power of two, at most TILE
    int *__restrict__ sorted,       // [N]: ids
    int *__restrict__ positions,    // [N]: n
    int *__restrict__ error,        // [1]
    int code) {
  __shared__ unsigned long long keys[TILE];
  const int begin = blockIdx.x * tile;
  const int n = min(tile, count - begin);
  for (int i = threadIdx.x; i < tile; i += blockDim.x) {
    unsigned id = ~0u;  // behind the last
    if (i < n) {
      const int given = ids[begin + i];
      const bool inside = given >= 0 && given < vocabulary;
      id = inside ? given : NO_ID;
      if (!inside) {
        atomicExch(error, code);
      }
    }
    keys[i] = static_cast<unsigned long long>(id) << 32 | static_cast<unsigned>(i);
  }
  for (int size = 2; size <= tile; size *= 2) {
    for (int stride = size / 2; stride > 0; stride /= 2) {
      __syncthreads();
      for (int pair = threadIdx.x; pair < tile / 2; pair += blockDim.x) {
        const int low = 2 * pair - (pair & (stride - 1));
        const unsigned long long a = keys[low];
        const unsigned long long b = keys[low + stride];
        const bool ascending = (low & size) == 0;
        if ((a > b) == ascending) {
          keys[low] = b;
          keys[low + stride] = a;
        }
      }
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < n; i += blockDim.x) {
    sorted[begin + i] = static_cast<int>(keys[i] >> 32);
    positions[begin + i] = begin + static_cast<int>(keys[i] & 0xffffffffu);
  }
}

// Merges sorted tiles: an id's place is its place in its own tile plus, for every other tile, the
// number of ids before it, by binary search. Equal ids of earlier tiles are before it.
// Grid: 256 ids in x.
extern "C" __global__ void __launch_bounds__(256) place_ids(
    const int *__restrict__ tiles,           // [N]: ids, sorted within tiles
    const int *__restrict__ tile_positions,  // [N]: n
    int count,                  // N
    int tile,                   // ids of a tile
    int *__restrict__ sorted,                // [N]: ids
    int *__restrict__ positions) {           // [N]: n
  const long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= count) {
    return;
  }
  const int own = static_cast<int>(i / tile);
  const int id = tiles[i];
  int place = static_cast<int>(i % tile);
  const int tile_count = (count - 1) / tile + 1;
#pragma unroll 4
  for (int t = 0; t < tile_count; t++) {
    const int *const other = tiles + static_cast<long long>(t) * tile;
    const int n = min(tile, count - t * tile);
    const unsigned key = static_cast<unsigned>(id) + (t < own ? 1 : 0);
    int before = 0;
    for (int step = tile; step > 0; step /= 2) {
      const int probe = before + step;
      if (probe <= n && static_cast<unsigned>(other[probe - 1]) < key) {
        before = probe;
      }
    }
    place += t == own ? 0 : before;
  }
  sorted[place] = id;
  positions[place] = tile_positions[i];
}

// A row of the table that occurs at most OFTEN times, from sorted index i on: one warp.
template <bool ALIGNED>
static __device__ __forceinline__ void add_few(const float *d_out, const int *sorted,
                                               const int *positions, float *d_table, long long i,
                                               int count, long long vocabulary, int cols) {
  const int id = sorted[i];
  const bool first = i == 0 || sorted[i - 1] != id;
  const bool often = i + OFTEN < count && sorted[i + OFTEN] == id;
  if (!first || often || id >= vocabulary) {
    return;
  }
  const int lane = threadIdx.x % WARP;
  const int base = blockIdx.y * STRIP;
  const bool mine = i + lane < count && sorted[i + lane] == id;
  const int position = mine ? positions[i + lane] : 0;
  const int occurrences = warp_reduce<Sum>(mine ? 1 : 0);
  float *const row = d_table + static_cast<long long>(id) * cols;
  float4 sum = load_strip<ALIGNED, WARP>(row, base, lane, cols);
  for (int k = 0; k < occurrences; k += ROWS) {
    float4 term[ROWS];
#pragma unroll
    for (int u = 0; u < ROWS; u++) {
      const long long n = __shfl_sync(FULL_WARP, position, k + u);
      if (k + u < occurrences) {
        term[u] = load_strip<ALIGNED, WARP>(d_out + n * cols, base, lane, cols);
      }
    }
#pragma unroll
    for (int u = 0; u < ROWS; u++) {
      if (k + u < occurrences) {
        sum = plus4(sum, term[u]);
      }
    }
  }
  store_strip<ALIGNED, WARP>(row, base, lane, cols, sum);
}

// A row of the table that occurs more than OFTEN times, if `at` is the first multiple of OFTEN
// among its sorted indices (there is one): the whole block. Warps fetch rows of dOut, then a thread
// per column adds them up in order.
template <bool ALIGNED>
static __device__ __forceinline__ void add_many(const float *d_out, const int *sorted,
                                                const int *positions, float *d_table, int at,
                                                int count, long long vocabulary, int cols,
                                                float *fetched) {
  const int id = sorted[at];
  if (id >= vocabulary || (at >= OFTEN && sorted[at - OFTEN] == id)) {
    return;  // the whole block
  }
  const int lane = threadIdx.x % WARP;
  const int warp = threadIdx.x / WARP;
  const int earlier = at - lane - 1;
  int i = at - warp_reduce<Sum>(earlier >= 0 && sorted[max(earlier, 0)] == id ? 1 : 0);
  if (i + OFTEN >= count || sorted[i + OFTEN] != id) {
    return;  // the whole block
  }
  const int base = blockIdx.y * STRIP;
  const int column = base + threadIdx.x;
  const bool adds = threadIdx.x < STRIP && column < cols;
  float *const total = d_table + static_cast<long long>(id) * cols + column;
  float sum = adds ? *total : 0.0f;
  int left;
  do {
    left = 0;
    for (int k = lane; k < FETCHED; k += WARP) {
      left += i + k < count && sorted[i + k] == id ? 1 : 0;
    }
    left = warp_reduce<Sum>(left);
    float4 term[FETCHED / WARPS];
#pragma unroll
    for (int u = 0; u < FETCHED / WARPS; u++) {
      const int k = u * WARPS + warp;
      if (k < left) {
        const long long n = positions[i + k];
        term[u] = load_strip<ALIGNED, WARP>(d_out + n * cols, base, lane, cols);
      }
    }
    __syncthreads();  // the rows fetched before have been added up
#pragma unroll
    for (int u = 0; u < FETCHED / WARPS; u++) {
      const int k = u * WARPS + warp;
      if (k < left) {
        store_strip<ALIGNED, WARP>(fetched + k * STRIP, 0, lane, STRIP, term[u]);
      }
    }
    __syncthreads();
    if (adds) {
#pragma unroll 8
      for (int k = 0; k < left; k++) {
        sum += fetched[k * STRIP + threadIdx.x];
      }
    }
    i += FETCHED;
  } while (left == FETCHED);
  if (adds) {
    *total = sum;
  }
}

template <bool ALIGNED>
static __device__ __forceinline__ void backward(const float *d_out, const int *sorted,
                                                const int *positions, float *d_table, int count,
                                                long long vocabulary, int cols,
                                                float *fetched) {
  const int block = blockIdx.x;
  const int blocks_of_many = (count - 1) / OFTEN + 1;
  if (block < blocks_of_many) {
    add_many<ALIGNED>(d_out, sorted, positions, d_table, block * OFTEN, count, vocabulary, cols,
                      fetched);
    return;
  }
  const long long i =
      static_cast<long long>(block - blocks_of_many) * WARPS + threadIdx.x / WARP;
  if (i < count) {
    add_few<ALIGNED>(d_out, sorted, positions, d_table, i, count, vocabulary, cols);
  }
}

// Grid: first ⌈N/32⌉ blocks for rows that occur often, then ⌈N/8⌉ for the others, in x; a strip of
// 128 columns in y.
extern "C" __global__ void __launch_bounds__(256, 4) embedding_backward_f32(
    const float *__restrict__ d_out,    // [N, D]
    const int *__restrict__ sorted,     // [N]: ids, ascending
    const int *__restrict__ positions,  // [N]: n, ascending where ids are equal
    float *__restrict__ d_table,        // [V, D]
    int count,             // N
    long long vocabulary, int cols) {
  __shared__ __align__(16) float fetched[FETCHED * STRIP];
  if (aligned_rows(cols, d_out, d_table)) {
    backward<true>(d_out, sorted, positions, d_table, count, vocabulary, cols, fetched);
  } else {
    backward<false>(d_out, sorted, positions, d_table, count, vocabulary, cols, fetched);
  }
}
