// Runs the blocks of a launch: the threads of a block as fibers on one OS thread, blocks in
// parallel on several.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "emulation/kernel_file.h"
#include "emulation/position.h"

namespace gatun::emulation {

struct Range {
  void *begin = nullptr;
  std::size_t size = 0;

  bool holds(std::uintptr_t address) const {
    return address - reinterpret_cast<std::uintptr_t>(begin) < size;
  }
};

struct Launch {
  const KernelFile *file;
  const Kernel *kernel;
  dim3 grid;
  dim3 block;
  unsigned dynamic_shared_bytes;
  void *const *arguments;
  std::vector<Range> memory;  // the allocations that its arguments point into
};

// What went wrong: a barrier that some threads never reach, a shuffle with missing lanes, a write
// behind dynamic shared memory, an address that is no memory.
struct Outcome {
  std::string failure;          // empty: nothing
  const void *fault = nullptr;  // the address that is no memory
};

// Runs all blocks.
Outcome run(const Launch &launch);

// The static shared memory of all kernels of a file together: no less than that of any of them.
std::size_t static_shared_bytes(const KernelFile &file);

// How many launches of a kernel, as <file>/<name>, have ended with no race in sight: 0 once one had.
std::uint64_t launches_without_race(const std::string &kernel);

// Whether launches from now on are metered instead of searched for races; begins with no traffic.
void meter_traffic(bool on);
// What the launches since then have moved (traffic_meter.h).
std::string traffic();

// Blocks and threads of the launches from now on run in the orders that follow from this number.
void set_seed(std::uint64_t seed);

}  // namespace gatun::emulation
