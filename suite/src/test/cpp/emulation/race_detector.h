// Finds races of a kernel whatever the order is in which its threads happen to run.
//
// Two threads race for an address if both touch it, not both to read it and not both by atomics, and
// nothing orders them:
// - in a block, a barrier orders what is before it and what is behind it;
// - in a warp, so does __syncwarp. A shuffle does not: it is no fence for memory;
// - two blocks of a launch are never ordered; two launches always are.
//
// So each two bytes need to know little of who read, wrote and changed them by atomics: for each of
// the three the last thread alone, or that it was several in a way that nothing can order after all.
// Two bytes are the smallest element that a kernel stores (bfloat16).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "emulation/access_watcher.h"

namespace gatun::emulation {

class RaceDetector : public AccessWatcher {
 public:
  void start_launch(const Launch &launch) override;
  void start_block(std::uint64_t linear_block, Range dynamic_shared, Range static_shared) override;
  void barrier() override { epoch++; }
  void warp_meets(unsigned warp, bool fence) override { warp_epochs[warp] += fence; }

  // An empty text, or the race.
  std::string access(
      Access access, std::uintptr_t address, std::size_t size, std::uintptr_t code) override;

 private:
  // Who accessed two bytes in one way: one thread, or several of the same warp, block or launch.
  enum Several : std::uint8_t { ONE, LANES, WARPS, BLOCKS };
  struct Touch {
    std::uint32_t block = 0;
    std::uint32_t epoch = 0;  // counted over all launches, from 1 on
    std::uint32_t warp_epoch = 0;
    std::uint32_t code = 0;  // from the begin of the kernel's library on
    std::uint16_t thread = 0;
    Several several = ONE;
  };
  struct Cell {
    Touch of[3];  // by access
  };

  static constexpr std::size_t CELL_BYTES = 2;
  static constexpr std::size_t PAGE_CELLS = 512;
  static constexpr std::size_t MOST_PAGES = 8192;
  static constexpr unsigned WARPS_OF_BLOCK = 32;

  Cell *shared_cell(std::uintptr_t address);
  Cell *global_cell(std::uintptr_t address);
  bool unordered(const Touch &other, std::uint32_t oldest) const;
  void record(Touch &touch, const Touch &now, std::uint32_t oldest) const;
  std::string report(bool shared, Access access, const Touch &now, Access before, const Touch &other)
      const;
  std::string place(const Touch &touch) const;

  const Launch *launch = nullptr;
  std::uintptr_t library = 0;
  std::string library_file;
  std::uint32_t block = 0;
  std::uint32_t epoch = 0;  // one more from barrier to barrier, and from block to block
  std::uint32_t first_epoch_of_launch = 1;
  std::uint32_t first_epoch_of_block = 1;
  std::uint32_t warp_epochs[WARPS_OF_BLOCK] = {};
  Range dynamic_shared, static_shared;
  std::vector<Cell> of_dynamic, of_static;
  std::unordered_map<std::uintptr_t, std::unique_ptr<Cell[]>> pages;
  std::uintptr_t last_page = ~std::uintptr_t{0};
  Cell *last_cells = nullptr;
};

}  // namespace gatun::emulation
