#include "emulation/race_detector.h"

#include <dlfcn.h>

#include <cstdio>

#include "emulation/block_fibers.h"

namespace gatun::emulation {

void RaceDetector::start_launch(const Launch &launch) {
  this->launch = &launch;
  Dl_info info;
  dladdr(launch.file, &info);
  library = reinterpret_cast<std::uintptr_t>(info.dli_fbase);
  library_file = info.dli_fname;
  first_epoch_of_launch = epoch + 1;
  if (pages.size() > MOST_PAGES) {  // they tell of launches that are over
    pages.clear();
    last_page = ~std::uintptr_t{0};
  }
}

void RaceDetector::start_block(
    std::uint64_t linear_block, Range dynamic_shared, Range static_shared) {
  block = static_cast<std::uint32_t>(linear_block);
  first_epoch_of_block = ++epoch;
  this->dynamic_shared = dynamic_shared;
  this->static_shared = static_shared;
  of_dynamic.resize(dynamic_shared.size / CELL_BYTES + 1);
  of_static.resize(static_shared.size / CELL_BYTES + 1);
}

RaceDetector::Cell *RaceDetector::shared_cell(std::uintptr_t address) {
  if (dynamic_shared.holds(address)) {
    return &of_dynamic[(address - reinterpret_cast<std::uintptr_t>(dynamic_shared.begin)) / CELL_BYTES];
  }
  if (static_shared.holds(address)) {
    return &of_static[(address - reinterpret_cast<std::uintptr_t>(static_shared.begin)) / CELL_BYTES];
  }
  return nullptr;
}

RaceDetector::Cell *RaceDetector::global_cell(std::uintptr_t address) {
  std::uintptr_t cell = address / CELL_BYTES;
  if (cell / PAGE_CELLS != last_page) {
    last_page = cell / PAGE_CELLS;
    auto &page = pages[last_page];
    if (!page) {
      page = std::make_unique<Cell[]>(PAGE_CELLS);
    }
    last_cells = page.get();
  }
  return &last_cells[cell % PAGE_CELLS];
}

std::string RaceDetector::access(
    Access access, std::uintptr_t address, std::size_t size, std::uintptr_t code) {
  const unsigned thread = position.linear_thread;
  const Touch now = {
      block, epoch, warp_epochs[thread / 32], static_cast<std::uint32_t>(code - library),
      static_cast<std::uint16_t>(thread), ONE};
  const bool shared = shared_cell(address) != nullptr;
  // What other blocks did in their shared memory is nothing to this one.
  const std::uint32_t oldest = shared ? first_epoch_of_block : first_epoch_of_launch;
  for (std::uintptr_t at = address / CELL_BYTES * CELL_BYTES; at < address + size; at += CELL_BYTES) {
    Cell *cell = shared ? shared_cell(std::max(at, address)) : global_cell(at);
    if (cell == nullptr) break;  // behind shared memory: the canaries tell
    for (Access before : {READ, WRITE, ATOMIC}) {
      const bool harmless = access == before && access != WRITE;
      if (!harmless && unordered(cell->of[before], oldest)) {
        return report(shared, access, now, before, cell->of[before]);
      }
    }
    record(cell->of[access], now, oldest);
  }
  return "";
}

// Whether some thread of an earlier access is not ordered before the thread that runs now.
bool RaceDetector::unordered(const Touch &other, std::uint32_t oldest) const {
  const unsigned thread = position.linear_thread;
  if (other.epoch < oldest) return false;  // of a launch, or a block, that is over
  if (other.several == BLOCKS || other.block != block) return true;
  if (other.epoch != epoch) return false;
  if (other.several == WARPS || other.thread / 32 != thread / 32u) return true;
  if (other.warp_epoch != warp_epochs[thread / 32]) return false;
  return other.several == LANES || other.thread != thread;
}

// Adds an access to those before it, of the same kind. Those that are ordered before it can be
// forgotten: whatever races with them races with it.
void RaceDetector::record(Touch &touch, const Touch &now, std::uint32_t oldest) const {
  if (touch.epoch < oldest) {
    touch = now;
  } else if (touch.block != now.block) {
    touch.several = BLOCKS;
  } else if (touch.several == BLOCKS) {
    // Stays so.
  } else if (touch.epoch != now.epoch) {
    touch = now;
  } else if (touch.thread / 32 != now.thread / 32) {
    touch.several = WARPS;
  } else if (touch.several == WARPS) {
    // Stays so.
  } else if (touch.warp_epoch != now.warp_epoch) {
    touch = now;
  } else if (touch.thread != now.thread) {
    touch.several = LANES;
  }
}

std::string RaceDetector::report(
    bool shared, Access access, const Touch &now, Access before, const Touch &other) const {
  static const char *const NOW[] = {" reads ", " writes ", " changes by an atomic "};
  static const char *const BEFORE[] = {" read", " wrote", " changed by an atomic"};
  std::string who = "thread " + std::to_string(other.thread);
  std::string missing = " with no barrier in between";
  if (other.block != now.block) {
    who += " of block (" + std::to_string(other.block % launch->grid.x) + ", " +
           std::to_string(other.block / launch->grid.x % launch->grid.y) + ")";
    missing = ", and nothing orders two blocks";
  }
  return "a race in " + std::string(shared ? "shared" : "global") + " memory: it" + NOW[access] +
         "in " + place(now) + " what " + who + BEFORE[before] + " in " + place(other) + missing;
}

// The file and line, of inlined functions from the inside out.
std::string RaceDetector::place(const Touch &touch) const {
  char command[600];
  std::snprintf(
      command, sizeof command, "addr2line -s -i -e '%s' 0x%x 2>/dev/null", library_file.c_str(),
      touch.code - 1);
  std::string lines;
  if (FILE *output = popen(command, "r")) {
    char line[200];
    while (std::fgets(line, sizeof line, output) != nullptr) {
      std::string text = line;
      text.erase(text.find_first_of(" \n"));
      if (text.find(".cu") == std::string::npos) {
        continue;  // of the emulation
      }
      lines += (lines.empty() ? "" : " < ") + text;
    }
    pclose(output);
  }
  return lines.empty() ? "an unknown line" : lines;
}

}  // namespace gatun::emulation
