#include "driver.h"

#include <cstdlib>
#include <cstring>

namespace gatun::fake {

thread_local bool has_context = false;

namespace {
thread_local std::map<int, std::string> reasons;
constexpr unsigned char CANARY_BYTE = 0xa5;
constexpr std::size_t CANARY = 256;
}  // namespace

Driver &Driver::instance() {
  static Driver *driver = new Driver;  // outlives every thread that may still call
  return *driver;
}

std::string reason_of(int status) {
  auto found = reasons.find(status);
  return found == reasons.end() ? "" : found->second;
}

int Driver::answer(int status, const std::string &text) {
  reasons[status] = text;
  return status;
}

int Driver::usable() {
  if (!initialised) {
    return answer(NOT_INITIALIZED, "cuInit was not called");
  }
  if (!has_context || context_users == 0) {
    return answer(INVALID_CONTEXT, "the calling thread has no current context");
  }
  return broken.status == SUCCESS ? SUCCESS : answer(broken.status, broken.text);
}

int Driver::outside_capture(const std::string &call) {
  for (Stream *stream : streams) {
    if (stream->capture) {
      stream->capture->invalidated = true;
      return answer(STREAM_CAPTURE_UNSUPPORTED, call + " while a graph is captured");
    }
  }
  return SUCCESS;
}

int Driver::submit(Stream *stream, const std::string &name, Work work) {
  if (stream == nullptr) {
    return answer(INVALID_HANDLE, name + ": no such stream");
  }
  if (stream->capture) {
    if (stream->capture->invalidated) {
      return answer(STREAM_CAPTURE_INVALIDATED, name + ": the capture was lost before");
    }
    stream->capture->steps.push_back({name, std::move(work)});
    return SUCCESS;
  }
  if (tracing == CALLS_ALONE) {
    return SUCCESS;
  }
  queue.push_back({name, std::move(work)});
  static const bool at_once = std::getenv("GATUN_FAKE_CUDA_EAGER") != nullptr;
  // Not for ever: closures hold copies.
  return at_once || queue.size() > 4096 ? finish() : SUCCESS;
}

int Driver::finish() {
  std::vector<Step> steps;
  steps.swap(queue);
  for (auto &step : steps) {
    if (broken.status != SUCCESS) {
      break;
    }
    try {
      step.work();
    } catch (const Failure &failure) {
      broken = {failure.status, step.name + ": " + failure.text};
    }
  }
  return broken.status == SUCCESS ? SUCCESS : answer(broken.status, broken.text);
}

Stream *Driver::stream(void *handle) {
  if (handle == nullptr) {
    return &default_stream;
  }
  auto stream = static_cast<Stream *>(handle);
  return streams.count(stream) ? stream : nullptr;
}

const Memory *Driver::allocation(const void *address, std::size_t bytes) {
  auto at = reinterpret_cast<std::uintptr_t>(address);
  auto next = device_memory.upper_bound(at);
  if (next == device_memory.begin()) {
    return nullptr;
  }
  const Memory &memory = std::prev(next)->second;
  auto begin = reinterpret_cast<std::uintptr_t>(memory.begin);
  return bytes <= memory.size && at - begin <= memory.size - bytes ? &memory : nullptr;
}

void Driver::check_canaries(const Memory &memory, const std::string &name) {
  for (std::size_t i = 0; i < CANARY; i++) {
    const char *side = memory.begin[memory.size + i] != CANARY_BYTE ? "behind"
                       : memory.begin[-1 - static_cast<long>(i)] != CANARY_BYTE ? "before"
                                                                              : nullptr;
    if (side != nullptr) {
      throw Failure{
          ILLEGAL_ADDRESS, name + " wrote " + side + " a device allocation of " +
                               std::to_string(memory.size) + " bytes, " + std::to_string(i) +
                               " bytes away"};
    }
  }
}

void Driver::reset() {
  queue.clear();
  broken = {SUCCESS, ""};
  for (auto *tables : {&device_memory, &pinned_memory}) {
    for (auto &entry : *tables) {
      std::free(entry.second.raw);
    }
    tables->clear();
  }
  device_bytes = 0;
  graphs.clear();
  executables.clear();
  // Streams, events and functions leak: a stale handle must stay unknown, not become another's.
  streams.clear();
  events.clear();
  modules.clear();
  functions.clear();
}

int submit(void *stream, const std::string &name, Work work) {
  GATUN_CALL;
  return driver.submit(driver.stream(stream), name, std::move(work));
}

void trace(const std::string &line) {
  auto &driver = Driver::instance();
  std::lock_guard guard(driver.mutex);
  if (driver.tracing != Driver::OFF) {
    driver.trace += line + "\n";
  }
}

bool capturing(void *stream) {
  auto &driver = Driver::instance();
  std::lock_guard guard(driver.mutex);
  Stream *known = driver.stream(stream);
  return known != nullptr && known->capture != nullptr;
}

// Both are for use in work, which runs under the lock.
bool is_device(const void *address, std::size_t bytes) {
  return Driver::instance().allocation(address, bytes) != nullptr;
}

void require_device(const void *address, std::size_t bytes, const std::string &name) {
  if (!is_device(address, bytes)) {
    throw Failure{
        ILLEGAL_ADDRESS,
        name + ": " + std::to_string(bytes) + " bytes are not all in one live device allocation"};
  }
}

}  // namespace gatun::fake

// For tests: what is called from now on. 0 for nothing, 1 for all calls, 2 for all calls while no
// work is done.
GATUN_API void gatunFakeTrace(int calls) {
  auto &driver = gatun::fake::Driver::instance();
  std::lock_guard guard(driver.mutex);
  driver.tracing = static_cast<decltype(driver.tracing)>(calls);
  driver.trace.clear();
}

// The calls since then, a line each; valid until the next call.
GATUN_API const char *gatunFakeTraced() { return gatun::fake::Driver::instance().trace.c_str(); }
