// Device memory, pinned host memory, copies and fills.
#include <sys/mman.h>

#include <cstring>

#include "driver.h"

using namespace gatun::fake;

namespace {

constexpr std::size_t PAGE = 4096;
// The widest load. The real driver's allocations are aligned to more; then there would be bytes behind
// most of them that a kernel could touch unseen.
constexpr std::size_t ALIGNMENT = 16;
constexpr int CANARY_BYTE = 0xa5;
constexpr std::size_t GRANULE = 512;
// NaN as a float, no valid id as an int: memory not yet written. Not all of a large block, which
// might be more than the host has.
constexpr int POISON = 0xff;
constexpr std::size_t POISONED = 64u << 20;

std::size_t up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

std::size_t rounded(std::size_t bytes) { return up(bytes, GRANULE); }

unsigned char *pointer(unsigned long long address) {
  return reinterpret_cast<unsigned char *>(address);
}

bool pinned(Driver &driver, const void *address, std::size_t bytes) {
  auto at = reinterpret_cast<std::uintptr_t>(address);
  auto next = driver.pinned_memory.upper_bound(at);
  if (next == driver.pinned_memory.begin()) {
    return false;
  }
  const Memory &memory = std::prev(next)->second;
  return at + bytes <= reinterpret_cast<std::uintptr_t>(memory.begin) + memory.size;
}

std::string size_text(std::size_t bytes) { return std::to_string(bytes) + " bytes"; }

// A copy between host and device. From or to pageable memory it waits, as the real one does; with
// pinned memory it does not, so the host must.
int copy_with_host(
    Driver &driver, const std::string &call, unsigned char *to, const unsigned char *from,
    const void *host, const void *device, std::size_t bytes, void *stream) {
  if (driver.allocation(device, bytes) == nullptr) {
    return driver.answer(
        INVALID_VALUE, call + ": " + size_text(bytes) + " are not in one live device allocation");
  }
  Stream *known = driver.stream(stream);
  bool is_pinned = pinned(driver, host, bytes);
  if (!is_pinned && known != nullptr && known->capture) {
    return driver.refuse(*known, call + " with pageable host memory");
  }
  int status = driver.submit(known, call, [=] {
    require_device(device, bytes, call);
    std::memcpy(to, from, bytes);
  });
  return status == SUCCESS && !is_pinned ? driver.finish(*known) : status;
}

}  // namespace

namespace gatun::fake {

Memory Memory::allocate(std::size_t bytes, bool with_poison) {
  std::size_t inner = up(bytes, PAGE);
  std::size_t all = PAGE + inner + PAGE;
  void *mapped = mmap(
      nullptr, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    return {};
  }
  auto first = static_cast<unsigned char *>(mapped) + PAGE;
  auto begin = first + inner - up(bytes, ALIGNMENT);
  std::memset(first, CANARY_BYTE, begin - first);
  std::memset(begin, POISON, with_poison ? std::min(bytes, POISONED) : 0);
  std::memset(begin + bytes, CANARY_BYTE, first + inner - begin - bytes);
  mprotect(mapped, PAGE, PROT_NONE);
  mprotect(first + inner, PAGE, PROT_NONE);
  return {begin, bytes, static_cast<unsigned char *>(mapped), all};
}

void Memory::free() const { munmap(mapped, mapped_bytes); }

const unsigned char *Memory::overwritten() const {
  for (const unsigned char *at = begin + size; at < mapped + mapped_bytes - PAGE; at++) {
    if (*at != CANARY_BYTE) {
      return at;
    }
  }
  for (const unsigned char *at = begin - 1; at >= mapped + PAGE; at--) {
    if (*at != CANARY_BYTE) {
      return at;
    }
  }
  return nullptr;
}

}  // namespace gatun::fake

GATUN_API int cuMemGetInfo_v2(std::size_t *free, std::size_t *total) {
  GATUN_CALL;
  *total = driver.total_bytes;
  *free = driver.total_bytes - std::min(driver.total_bytes, driver.device_bytes);
  return SUCCESS;
}

GATUN_API int cuMemAlloc_v2(unsigned long long *address, std::size_t bytes) {
  GATUN_CALL;
  if (int status = driver.outside_capture("cuMemAlloc")) return status;
  if (bytes == 0) {
    return driver.answer(INVALID_VALUE, "cuMemAlloc of 0 bytes");
  }
  if (bytes > driver.total_bytes || driver.device_bytes + rounded(bytes) > driver.total_bytes) {
    return driver.answer(OUT_OF_MEMORY, "");
  }
  Memory memory = Memory::allocate(bytes, driver.tracing != Driver::CALLS_ALONE);
  if (memory.begin == nullptr) {
    return driver.answer(OUT_OF_MEMORY, "the host that plays the device has no memory left");
  }
  *address = reinterpret_cast<unsigned long long>(memory.begin);
  driver.device_memory[*address] = memory;
  driver.device_bytes += rounded(bytes);
  return SUCCESS;
}

GATUN_API int cuMemFree_v2(unsigned long long address) {
  GATUN_CALL;
  if (address == 0) {
    return SUCCESS;
  }
  if (int status = driver.outside_capture("cuMemFree")) return status;
  auto found = driver.device_memory.find(address);
  if (found == driver.device_memory.end()) {
    return driver.answer(INVALID_VALUE, "cuMemFree of what is not a live allocation");
  }
  int status = driver.finish();
  try {
    driver.check_canaries(found->second, "something");
  } catch (const Failure &failure) {
    driver.broken = failure;
    status = driver.usable();
  }
  driver.device_bytes -= rounded(found->second.size);
  found->second.free();
  driver.device_memory.erase(found);
  return status;
}

GATUN_API int cuMemAllocHost_v2(void **address, std::size_t bytes) {
  GATUN_CALL;
  if (int status = driver.outside_capture("cuMemAllocHost")) return status;
  Memory memory = Memory::allocate(bytes);
  if (bytes == 0 || memory.begin == nullptr) {
    return driver.answer(bytes == 0 ? INVALID_VALUE : OUT_OF_MEMORY, "cuMemAllocHost");
  }
  *address = memory.begin;
  driver.pinned_memory[reinterpret_cast<std::uintptr_t>(memory.begin)] = memory;
  return SUCCESS;
}

GATUN_API int cuMemFreeHost(void *address) {
  GATUN_CALL;
  if (int status = driver.outside_capture("cuMemFreeHost")) return status;
  auto found = driver.pinned_memory.find(reinterpret_cast<std::uintptr_t>(address));
  if (found == driver.pinned_memory.end()) {
    return driver.answer(INVALID_VALUE, "cuMemFreeHost of what is not live pinned memory");
  }
  int status = driver.finish();
  found->second.free();
  driver.pinned_memory.erase(found);
  return status;
}

GATUN_API int cuMemcpyHtoDAsync_v2(
    unsigned long long to, const void *from, std::size_t bytes, void *stream) {
  GATUN_CALL;
  return copy_with_host(
      driver, "cuMemcpyHtoDAsync", pointer(to), static_cast<const unsigned char *>(from), from,
      pointer(to), bytes, stream);
}

GATUN_API int cuMemcpyDtoHAsync_v2(
    void *to, unsigned long long from, std::size_t bytes, void *stream) {
  GATUN_CALL;
  return copy_with_host(
      driver, "cuMemcpyDtoHAsync", static_cast<unsigned char *>(to), pointer(from), to,
      pointer(from), bytes, stream);
}

GATUN_API int cuMemcpyDtoDAsync_v2(
    unsigned long long to, unsigned long long from, std::size_t bytes, void *stream) {
  GATUN_CALL;
  if (driver.tracing != Driver::OFF) {
    driver.trace += "copy " + std::to_string(bytes) + "\n";
  }
  if (from < to + bytes && to < from + bytes && from != to) {
    return driver.answer(INVALID_VALUE, "cuMemcpyDtoDAsync: source and target overlap");
  }
  return driver.submit(driver.stream(stream), "cuMemcpyDtoDAsync", [=] {
    require_device(pointer(to), bytes, "the target");
    require_device(pointer(from), bytes, "the source");
    std::memcpy(pointer(to), pointer(from), bytes);
  });
}

GATUN_API int cuMemsetD8Async(
    unsigned long long to, unsigned char value, std::size_t count, void *stream) {
  GATUN_CALL;
  if (driver.tracing != Driver::OFF) {
    driver.trace += "set " + std::to_string(count) + "\n";
  }
  return driver.submit(driver.stream(stream), "cuMemsetD8Async", [=] {
    require_device(pointer(to), count, "the target");
    std::memset(pointer(to), value, count);
  });
}

GATUN_API int cuMemsetD32Async(
    unsigned long long to, unsigned value, std::size_t count, void *stream) {
  GATUN_CALL;
  if (to % sizeof value != 0) {
    return driver.answer(INVALID_VALUE, "cuMemsetD32Async: the target is not 4-byte aligned");
  }
  return driver.submit(driver.stream(stream), "cuMemsetD32Async", [=] {
    require_device(pointer(to), count * sizeof value, "the target");
    auto words = reinterpret_cast<unsigned *>(pointer(to));
    std::fill(words, words + count, value);
  });
}
