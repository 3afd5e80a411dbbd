// Counts what the accesses of a kernel cost on a device: 32-byte sectors of global memory, and
// wavefronts of shared memory.
//
// A device takes the accesses of the lanes of a warp together where they are in the same place of
// the program. The threads run here one after the other, so they are put together afterwards: the
// n-th access of each lane at the same address of code since the lanes last met.
//
// Shared memory has 32 banks of 4 bytes. In a wavefront each bank gives or takes one word. An access
// of 8 or 16 bytes goes in 2 or 4 phases of as many lanes each, so one wavefront for each phase that
// has a lane is the least.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "emulation/access_watcher.h"

namespace gatun::emulation {

struct Traffic {
  std::uint64_t launches = 0;
  std::uint64_t bytes = 0;  // of global memory; lanes of an access that want the same, once
  std::uint64_t least_bytes = 0;  // each byte of a launch read once and written once
  std::uint64_t sectors = 0;
  std::uint64_t least_sectors = 0;  // if the bytes of an access were neighbours
  std::uint64_t wavefronts = 0;
  std::uint64_t least_wavefronts = 0;
};

class TrafficMeter : public AccessWatcher {
 public:
  void start_launch(const Launch &launch) override;
  void start_block(std::uint64_t linear_block, Range dynamic_shared, Range static_shared) override;
  void end_block() override { barrier(); }
  void barrier() override;
  void warp_meets(unsigned warp, bool fence) override;
  std::string access(
      Access access, std::uintptr_t address, std::size_t size, std::uintptr_t code) override;

  // Lines with a kernel, as <file>/<name>, and its numbers in the order of Traffic.
  std::string text() const;
  void clear() { of_kernels.clear(); }

 private:
  static constexpr unsigned WARP = 32;
  static constexpr std::size_t PAGE = 4096;

  // The lanes' accesses that a device takes together; 0 is no address.
  using Lanes = std::array<std::uintptr_t, WARP>;
  // In one place of the program: those of a size, which are of a kind.
  struct Place {
    bool shared = false;
    std::size_t size = 0;
    std::array<unsigned, WARP> count = {};
    std::vector<Lanes> accesses;
  };

  void count(const Place &place);
  void count_global(const Lanes &lanes, std::size_t size);
  void count_shared(const Lanes &lanes, std::size_t size);

  const Launch *launch = nullptr;
  Traffic *traffic = nullptr;
  Range dynamic_shared, static_shared;
  std::array<std::unordered_map<std::uintptr_t, Place>, 32> of_warps;
  // The bytes that the launch has read and those that it has written, by page.
  std::unordered_map<std::uintptr_t, std::bitset<PAGE>> touched[2];
  std::map<std::string, Traffic> of_kernels;
};

}  // namespace gatun::emulation
