// Barriers and shuffles of an emulated kernel. The file and line of the call go along, so that an
// error can name them.
#pragma once

#include <cstdint>
#include <cstring>

#include "emulation/position.h"

namespace gatun::emulation {

struct Site {
  const char *file;
  int line;
};

// Waits for every thread of the block.
void synchronize_block(Site site);

// Gives a value to the other lanes of the warp and waits for theirs; all 64-bit words, by lane. A fence
// orders the lanes' accesses to memory, too.
const std::uint64_t *exchange(std::uint64_t value, unsigned mask, Site site, bool fence = false);

template <typename T>
T shuffle(T value, unsigned from_lane, unsigned mask, Site site) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8, "only 4 and 8 byte values can be shuffled");
  std::uint64_t word = 0;
  std::memcpy(&word, &value, sizeof value);
  const std::uint64_t *words = exchange(word, mask, site);
  std::memcpy(&value, &words[from_lane], sizeof value);
  return value;
}

inline unsigned lane() { return position.linear_thread % 32; }

}  // namespace gatun::emulation

#define GATUN_SITE const char *file = __builtin_FILE(), int line = __builtin_LINE()

inline void __syncthreads(GATUN_SITE) { gatun::emulation::synchronize_block({file, line}); }

inline void __syncwarp(unsigned mask = 0xffffffffu, GATUN_SITE) {
  gatun::emulation::exchange(0, mask, {file, line}, true);
}

template <typename T>
inline T __shfl_sync(unsigned mask, T value, int from, int width = 32, GATUN_SITE) {
  const unsigned lane = gatun::emulation::lane();
  const unsigned source = (lane & ~(width - 1u)) | (from & (width - 1u));
  return gatun::emulation::shuffle(value, source, mask, {file, line});
}

template <typename T>
inline T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, GATUN_SITE) {
  const unsigned lane = gatun::emulation::lane();
  const unsigned source = (lane & (width - 1u)) >= delta ? lane - delta : lane;
  return gatun::emulation::shuffle(value, source, mask, {file, line});
}

template <typename T>
inline T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, GATUN_SITE) {
  const unsigned lane = gatun::emulation::lane();
  const unsigned source = (lane & (width - 1u)) + delta < static_cast<unsigned>(width) ? lane + delta : lane;
  return gatun::emulation::shuffle(value, source, mask, {file, line});
}

template <typename T>
inline T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = 32, GATUN_SITE) {
  const unsigned lane = gatun::emulation::lane();
  const unsigned other = lane ^ static_cast<unsigned>(lanes);
  const unsigned source = other > (lane | (width - 1u)) ? lane : other;
  return gatun::emulation::shuffle(value, source % 32, mask, {file, line});
}

inline unsigned __ballot_sync(unsigned mask, int predicate, GATUN_SITE) {
  const std::uint64_t *words = gatun::emulation::exchange(predicate != 0, mask, {file, line});
  unsigned ballot = 0;
  for (unsigned lane = 0; lane < 32; lane++) {
    ballot |= static_cast<unsigned>(words[lane]) << lane;
  }
  return ballot;
}

inline int __any_sync(unsigned mask, int predicate, GATUN_SITE) {
  return __ballot_sync(mask, predicate, file, line) != 0;
}

inline int __all_sync(unsigned mask, int predicate, GATUN_SITE) {
  return __ballot_sync(mask, predicate, file, line) == 0xffffffffu;
}
