// Where a thread of an emulated kernel is: what threadIdx and its kin read.
#pragma once

struct uint3 {
  unsigned x, y, z;
};

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
  constexpr dim3(uint3 from) : x(from.x), y(from.y), z(from.z) {}
};

namespace gatun::emulation {

struct Position {
  uint3 thread;
  uint3 block;
  uint3 block_extents;
  uint3 grid_extents;
  unsigned char *dynamic_shared;
  unsigned linear_thread;
};

// Of the thread that this OS thread runs now. A plain load: kernels read it all the time.
extern __thread Position position __attribute__((tls_model("initial-exec")));

}  // namespace gatun::emulation
