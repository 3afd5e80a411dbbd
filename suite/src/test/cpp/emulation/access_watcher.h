// Who is told each access to memory that is not a register, of kernels that are compiled with
// -fsanitize=thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "emulation/block_runner.h"

namespace gatun::emulation {

class AccessWatcher {
 public:
  enum Access { READ, WRITE, ATOMIC };

  virtual ~AccessWatcher() = default;
  virtual void start_launch(const Launch &launch) = 0;
  virtual void start_block(
      std::uint64_t linear_block, Range dynamic_shared, Range static_shared) = 0;
  virtual void end_block() {}

  // All threads of the block have arrived, or all lanes of a warp. A fence orders their accesses.
  virtual void barrier() = 0;
  virtual void warp_meets(unsigned warp, bool fence) = 0;

  // Of the thread that runs now; an empty text, or what is wrong with it, which ends the launch. The
  // code is where the call returns to.
  virtual std::string access(
      Access access, std::uintptr_t address, std::size_t size, std::uintptr_t code) = 0;
};

// Set while this OS thread runs a block of a kernel that tells its accesses, else null.
extern __thread AccessWatcher *watcher __attribute__((tls_model("initial-exec")));

}  // namespace gatun::emulation
