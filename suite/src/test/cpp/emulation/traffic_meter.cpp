#include "emulation/traffic_meter.h"

#include <algorithm>
#include <set>

namespace gatun::emulation {
namespace {

constexpr std::size_t SECTOR = 32;
constexpr std::size_t WORD = 4;
constexpr std::size_t BANKS = 32;

std::size_t in_units(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit; }

}  // namespace

void TrafficMeter::start_launch(const Launch &launch) {
  this->launch = &launch;
  traffic = &of_kernels[std::string(launch.file->name) + "/" + launch.kernel->name];
  traffic->launches++;
  touched[0].clear();
  touched[1].clear();
}

void TrafficMeter::start_block(
    std::uint64_t, Range dynamic_shared, Range static_shared) {
  this->dynamic_shared = dynamic_shared;
  this->static_shared = static_shared;
  for (auto &places : of_warps) {
    places.clear();
  }
}

void TrafficMeter::barrier() {
  for (unsigned warp = 0; warp < of_warps.size(); warp++) {
    warp_meets(warp, true);
  }
}

void TrafficMeter::warp_meets(unsigned warp, bool) {
  for (auto &[code, place] : of_warps[warp]) {
    count(place);
  }
  of_warps[warp].clear();
}

std::string TrafficMeter::access(
    Access access, std::uintptr_t address, std::size_t size, std::uintptr_t code) {
  const bool shared = dynamic_shared.holds(address) || static_shared.holds(address);
  if (!shared) {
    auto &memory = launch->memory;
    if (std::none_of(
            memory.begin(), memory.end(), [&](const Range &it) { return it.holds(address); })) {
      return "";  // an argument, or a constant
    }
    for (std::uintptr_t at = address; at < address + size; at++) {
      auto byte = touched[access != READ][at / PAGE][at % PAGE];
      traffic->least_bytes += !byte;
      byte = true;
    }
  }
  const unsigned lane = position.linear_thread % WARP;
  Place &place = of_warps[position.linear_thread / WARP][code];
  place.shared = shared;
  place.size = size;
  const unsigned number = place.count[lane]++;
  if (number == place.accesses.size()) {
    place.accesses.push_back({});
  }
  place.accesses[number][lane] = address;
  return "";
}

void TrafficMeter::count(const Place &place) {
  for (const Lanes &lanes : place.accesses) {
    if (place.shared) {
      count_shared(lanes, place.size);
    } else {
      count_global(lanes, place.size);
    }
  }
}

void TrafficMeter::count_global(const Lanes &lanes, std::size_t size) {
  std::set<std::uintptr_t> bytes, sectors;
  for (std::uintptr_t address : lanes) {
    for (std::uintptr_t at = address; address != 0 && at < address + size; at++) {
      bytes.insert(at);
      sectors.insert(at / SECTOR);
    }
  }
  traffic->bytes += bytes.size();
  traffic->sectors += sectors.size();
  traffic->least_sectors += in_units(bytes.size(), SECTOR);
}

void TrafficMeter::count_shared(const Lanes &lanes, std::size_t size) {
  const std::size_t lanes_of_phase = WARP / std::max<std::size_t>(1, size / WORD);
  for (std::size_t first = 0; first < WARP; first += lanes_of_phase) {
    std::array<std::set<std::uintptr_t>, BANKS> words;
    for (std::size_t lane = first; lane < first + lanes_of_phase; lane++) {
      for (std::uintptr_t at = lanes[lane]; lanes[lane] != 0 && at < lanes[lane] + size; at++) {
        words[at / WORD % BANKS].insert(at / WORD);
      }
    }
    std::size_t most = 0;
    for (auto &of_bank : words) {
      most = std::max(most, of_bank.size());
    }
    traffic->wavefronts += most;
    traffic->least_wavefronts += most > 0;
  }
}

std::string TrafficMeter::text() const {
  std::string text;
  for (auto &[kernel, it] : of_kernels) {
    text += kernel;
    for (std::uint64_t number :
         {it.launches, it.bytes, it.least_bytes, it.sectors, it.least_sectors, it.wavefronts,
          it.least_wavefronts}) {
      text += " " + std::to_string(number);
    }
    text += "\n";
  }
  return text;
}

}  // namespace gatun::emulation
