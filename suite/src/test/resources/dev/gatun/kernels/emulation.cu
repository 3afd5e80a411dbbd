// Kernels that show whether the emulation is right.
#include "gatun.cuh"

// Rotates x within each block by one thread, `rounds` times, through shared memory.
extern "C" __global__ void __launch_bounds__(1024) rotate(
    float *x,  // [gridDim, blockDim]
    int rounds) {
  GATUN_SHARED(float, row);
  const long long at = blockIdx.x * (long long)blockDim.x + threadIdx.x;
  float value = x[at];
  for (int i = 0; i < rounds; i++) {
    row[threadIdx.x] = value;
    __syncthreads();
    value = row[(threadIdx.x + 1) % blockDim.x];
    __syncthreads();
  }
  x[at] = value;
}

// As rotate, once, with the barrier forgotten.
extern "C" __global__ void __launch_bounds__(1024) rotate_without_barrier(float *x) {
  __shared__ float row[1024];
  const long long at = blockIdx.x * (long long)blockDim.x + threadIdx.x;
  row[threadIdx.x] = x[at];
  x[at] = row[(threadIdx.x + 1) % blockDim.x];
}

// Each kind of shuffle of the lane's number, in each type.
extern "C" __global__ void __launch_bounds__(32) shuffles(
    double *out) {  // [9, 32]
  const int lane = threadIdx.x;
  out[0 * WARP + lane] = __shfl_sync(FULL_WARP, (float)lane, 5);
  out[1 * WARP + lane] = __shfl_up_sync(FULL_WARP, (double)lane, 3);
  out[2 * WARP + lane] = __shfl_down_sync(FULL_WARP, lane, 4);
  out[3 * WARP + lane] = __shfl_xor_sync(FULL_WARP, (unsigned)lane, 9);
  out[4 * WARP + lane] = (double)__shfl_sync(FULL_WARP, ((long long)lane << 40), lane + 1);
  out[5 * WARP + lane] = __shfl_sync(FULL_WARP, lane, 2, 8);
  out[6 * WARP + lane] = __shfl_up_sync(FULL_WARP, lane, 1, 8);
  out[7 * WARP + lane] = __shfl_down_sync(FULL_WARP, lane, 1, 8);
  out[8 * WARP + lane] = __shfl_xor_sync(FULL_WARP, lane, 8, 8);
}

// sums[b] and maxima[b] of row b of x [gridDim, blockDim].
extern "C" __global__ void __launch_bounds__(1024) block_reductions(
    const float *x, float *sums, float *maxima) {
  const float value = x[blockIdx.x * (long long)blockDim.x + threadIdx.x];
  const float sum = block_sum(value);
  const float maximum = block_max(value);
  // Every thread must have the results, not the first alone.
  if (threadIdx.x == blockDim.x - 1) {
    sums[blockIdx.x] = sum;
    maxima[blockIdx.x] = maximum;
  }
}

// A barrier that the last warp skips.
extern "C" __global__ void __launch_bounds__(256) divergent_barrier(float *x) {
  if (threadIdx.x < blockDim.x - WARP) {
    __syncthreads();
  }
  x[0] = 1;
}

// A shuffle that lane 7 skips.
extern "C" __global__ void __launch_bounds__(32) divergent_shuffle(float *x) {
  float value = threadIdx.x;
  if (threadIdx.x != 7) {
    value = __shfl_xor_sync(FULL_WARP, value, 1);
  }
  x[threadIdx.x] = value;
}

// Half of the block waits at one barrier, half at another.
extern "C" __global__ void __launch_bounds__(64) two_barriers(float *x) {
  if (threadIdx.x < WARP) {
    __syncthreads();
  } else {
    __syncthreads();
  }
  x[0] = 1;
}

// Writes to x[index], and to the block's dynamic shared memory at shared_index.
extern "C" __global__ void write_at(float *x, long long index, int shared_index) {
  GATUN_SHARED(float, shared);
  x[index] = 1;
  if (shared_index >= 0) {
    shared[shared_index] = 1;
  }
}

// x[i] ← x[i] + y[i].
extern "C" __global__ void add(float *x, const float *y, long long n) {
  const long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;
  if (i < n) {
    x[i] += y[i];
  }
}

// out[0] counts blocks by an integer atomic; out[1] is the first word of unwritten shared memory.
extern "C" __global__ void census(int *out) {
  __shared__ int unwritten[8];
  if (threadIdx.x == 0) {
    atomicAdd(&out[0], 1);
    out[1] = unwritten[blockIdx.x % 8];
    unwritten[blockIdx.x % 8] = 0;
  }
}

// out[0..3] from the four floats at x + first: their address must be a multiple of 16 bytes.
extern "C" __global__ void __launch_bounds__(32) load_four(const float *x, int first, float *out) {
  if (threadIdx.x == 7) {
    store4(out, load4(x + first));
  }
}

// The square of n, in 32 bits.
extern "C" __global__ void __launch_bounds__(32) square(int n, int *out) {
  if (threadIdx.x == 0) {
    out[0] = n * n;
  }
}

// 1 shifted by n bits.
extern "C" __global__ void __launch_bounds__(32) shift(int n, int *out) {
  if (threadIdx.x == 0) {
    out[0] = 1 << n;
  }
}

// Element n of an array of 8 in static shared memory.
extern "C" __global__ void __launch_bounds__(32) element(int n, int *out) {
  __shared__ int eight[8];
  if (threadIdx.x == 0) {
    eight[n] = n;
    out[0] = eight[n];
  }
}

// A float as an int.
extern "C" __global__ void __launch_bounds__(32) truncate(float x, int *out) {
  if (threadIdx.x == 0) {
    out[0] = (int)x;
  }
}

// firsts[b] ← 1 where a thread in the middle of block b came before both the first and the last one,
// else 0: a race that does not show while threads run in ascending or descending order.
extern "C" __global__ void __launch_bounds__(1024) middle_first(int *firsts) {
  __shared__ int arrived[2];
  if (threadIdx.x < 2) {
    arrived[threadIdx.x] = 0;
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    arrived[0] = 1;
  } else if (threadIdx.x == blockDim.x - 1) {
    arrived[1] = 1;
  } else if (threadIdx.x == blockDim.x / 2) {
    firsts[blockIdx.x] = 1 - max(arrived[0], arrived[1]);
  }
}

// x[i] ← x[i ^ 1] in each warp, through shared memory. What is to keep the lanes apart: nothing (0),
// __syncwarp (1), or a shuffle (2), which is no fence.
extern "C" __global__ void __launch_bounds__(1024) swap_neighbours(float *x, int between) {
  __shared__ float row[1024];
  row[threadIdx.x] = x[threadIdx.x];
  if (between == 1) {
    __syncwarp();
  } else if (between == 2) {
    __shfl_sync(FULL_WARP, 0, 0);
  }
  x[threadIdx.x] = row[threadIdx.x ^ 1];
}

// x[i] ← x[i + 1] in a block of threads, over the border of warps, with __syncwarp where
// __syncthreads is needed.
extern "C" __global__ void __launch_bounds__(1024) rotate_with_syncwarp(float *x) {
  __shared__ float row[1024];
  row[threadIdx.x] = x[threadIdx.x];
  __syncwarp();
  x[threadIdx.x] = row[(threadIdx.x + 1) % blockDim.x];
}

// The first thread of each block writes to x[blockIdx.x / blocks].
extern "C" __global__ void __launch_bounds__(32) write_per_block(float *x, int blocks) {
  if (threadIdx.x == 0) {
    x[blockIdx.x / blocks] = blockIdx.x;
  }
}

// Block b writes x[b] and reads x[b + distance].
extern "C" __global__ void __launch_bounds__(32) read_of_another_block(float *x, int distance) {
  if (threadIdx.x == 0) {
    x[blockIdx.x] = 1;
    x[blockIdx.x] = x[(blockIdx.x + distance) % gridDim.x];
  }
}

// Every thread adds 1 to count[0] by an atomic; if read is not 0, the last thread reads it as it is.
extern "C" __global__ void __launch_bounds__(32) count_threads(int *count, int read) {
  atomicAdd(&count[0], 1);
  if (read != 0 && threadIdx.x == blockDim.x - 1) {
    count[1] = count[0];
  }
}

// One thread stores 16 bytes at x, another loads 2 of them; they are `apart` bytes from x.
extern "C" __global__ void __launch_bounds__(64) overlap(
    float *x, unsigned short *halves, int apart) {
  if (threadIdx.x == 0) {
    store4(x, make_float4(1.0f, 2.0f, 3.0f, 4.0f));
  } else if (threadIdx.x == 40) {
    halves[100] = halves[apart / 2];
  }
}

// y[i] ← x[i] for the i that are multiples of apart, by one warp: lanes whose neighbours are so many
// elements away.
extern "C" __global__ void __launch_bounds__(32) copy_apart(const float *x, float *y, int apart) {
  y[threadIdx.x * apart] = x[threadIdx.x * apart];
}

// The same in shared memory: each lane writes and reads the word that is `apart` words from its neighbour's.
extern "C" __global__ void __launch_bounds__(32) share_apart(float *x, int apart) {
  __shared__ float row[32 * 33];
  row[threadIdx.x * apart] = x[threadIdx.x];
  __syncwarp();
  x[threadIdx.x] = row[threadIdx.x * apart];
}

// Four words of each lane to shared memory and back, its neighbour's four `apart` quadruples away.
extern "C" __global__ void __launch_bounds__(32) share_quads_apart(float *x, int apart) {
  __shared__ __align__(16) float row[4 * 32 * 8];
  float *const mine = row + 4 * apart * threadIdx.x;
  store4(mine, load4(x + 4 * threadIdx.x));
  __syncwarp();
  store4(x + 4 * threadIdx.x, load4(mine));
}
