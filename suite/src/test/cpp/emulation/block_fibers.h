// One block at a time on one OS thread.
//
// A fiber runs threads in a plain loop. When a thread must wait, its fiber is its own from then on,
// and another fiber goes on with the loop. So a kernel with no barrier never switches, and one with
// barriers needs as many fibers as threads wait at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "emulation/access_watcher.h"
#include "emulation/block_runner.h"
#include "emulation/fiber.h"
#include "emulation/shuffle.h"
#include "emulation/warp.h"

namespace gatun::emulation {

class BlockFibers {
 public:
  BlockFibers();

  // Runs one block, its threads in an order that follows from the seed between any two barriers.
  Outcome run(const Launch &launch, std::uint64_t linear_block, std::uint64_t seed);

  // The kernel's thread that runs now touches memory.
  void access(
      AccessWatcher::Access access, std::uintptr_t address, std::size_t size, std::uintptr_t code);

  void synchronize_block(Site site);
  const std::uint64_t *exchange(std::uint64_t value, unsigned mask, Site site, bool fence);
  [[noreturn]] void fault(const void *address);
  // Ends the launch: the thread that runs now did this.
  [[noreturn]] void fail(Site site, const std::string &what);

 private:
  static constexpr unsigned MAX_THREADS = 1024;
  static constexpr unsigned WARP = 32;
  static constexpr std::size_t MAX_SHARED = 227 * 1024;
  static constexpr std::size_t CANARY = 256;

  enum class State { NOT_STARTED, RUNNING, AT_BARRIER, AT_SHUFFLE, RETURNED };

  struct Thread {
    State state;
    Site site;
    Fiber *fiber;
    uint3 index;
  };

  struct Warp {
    unsigned arrived;
    std::uint64_t generation;
    std::uint64_t words[2][WARP];
  };

  static void fiber_body();
  [[noreturn]] void run_threads();
  void start_block(const Launch &launch, std::uint64_t linear_block);
  void poison();
  std::string overrun() const;
  void shuffle();
  void enter(unsigned thread);
  void make_ready(unsigned thread);
  void wait(State state, Site site);
  [[noreturn]] void run_another();
  [[noreturn]] void go_on_with(Fiber *fiber);
  Fiber *free_fiber();
  [[noreturn]] void fail(const std::string &text);
  std::string deadlock() const;
  std::string describe(unsigned thread) const;
  std::string place() const;

  const Launch *launch = nullptr;
  Outcome outcome;
  unsigned threads = 0;
  unsigned started = 0;
  unsigned at_barrier = 0;
  Random random;
  std::vector<unsigned> order;  // of the threads, from here to the next barrier
  std::vector<Thread> of_thread;
  std::vector<Warp> of_warp;
  std::vector<unsigned> ready;  // a ring
  unsigned ready_first = 0;
  unsigned ready_count = 0;
  std::vector<std::unique_ptr<Fiber>> fibers;
  std::vector<Fiber *> free_fibers;
  Fiber *running = nullptr;
  std::unique_ptr<unsigned char[]> shared_memory;
  unsigned char *dynamic_shared;
  jmp_buf scheduler;
};

void access_memory(
    AccessWatcher::Access access, std::uintptr_t address, std::size_t size, std::uintptr_t code);

// Ends the launch that this OS thread runs: the kernel's thread that runs now did this.
[[noreturn]] void fail(Site site, const std::string &what);

}  // namespace gatun::emulation
