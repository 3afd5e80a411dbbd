// Orders that look random and follow from a seed alone, so that a failure can be repeated.
#pragma once

#include <cstdint>
#include <numeric>

namespace gatun::emulation {

// SplitMix64 (Steele, Lea and Flood 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed = 0) : state(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }

  std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>(static_cast<unsigned __int128>(next()) * bound >> 64);
  }

 private:
  std::uint64_t state;
};

// The numbers below a count, each once: the multiples of a step that shares no factor with it.
class Shuffle {
 public:
  Shuffle(std::uint64_t count, Random &random) : count(count), first(random.below(count)), at(first) {
    do {
      step = 1 + random.below(count);
    } while (std::gcd(step, count) != 1);
  }

  std::uint64_t operator[](std::uint64_t i) const {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(i) * step + first) % count);
  }

  // The same, one after the other, with no division.
  std::uint64_t next() {
    std::uint64_t result = at;
    at += step;
    at -= at >= count ? count : 0;
    return result;
  }

 private:
  std::uint64_t count, first, at, step;
};

}  // namespace gatun::emulation
