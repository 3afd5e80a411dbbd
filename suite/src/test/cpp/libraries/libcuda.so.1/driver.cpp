#include "driver.h"

#include <chrono>
#include <cstdlib>
#include <cstring>

namespace gatun::fake {

thread_local bool has_context = false;

namespace {
thread_local std::map<int, std::string> reasons;

double now() {
  using namespace std::chrono;
  return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}

std::string bytes_text(std::size_t bytes) { return std::to_string(bytes) + " bytes"; }

bool is_set(const char *name) {
  const char *value = std::getenv(name);
  return value != nullptr && std::strcmp(value, "0") != 0;
}
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
    if (stream->capture && stream->capture->restrains()) {
      return refuse(*stream, call);
    }
  }
  return SUCCESS;
}

int Driver::refuse(Stream &stream, const std::string &call, int status) {
  stream.capture->invalidated = true;
  return answer(status, call + " while a graph is captured");
}

int Driver::unless_default(const Stream *stream, const std::string &call) {
  for (Stream *other : streams) {
    if (stream == &default_stream && other->capture) {
      return refuse(*other, call + " on the default stream", STREAM_CAPTURE_IMPLICIT);
    }
  }
  return SUCCESS;
}

int Driver::submit(Stream *stream, const std::string &name, Work work) {
  if (stream == nullptr) {
    return answer(INVALID_HANDLE, name + ": no such stream");
  }
  if (int status = unless_default(stream, name)) return status;
  if (stream->capture) {
    if (stream->capture->invalidated) {
      return answer(STREAM_CAPTURE_INVALIDATED, name + ": the capture was lost before");
    }
    auto &nodes = stream->capture->nodes;
    nodes.push_back({name, std::move(work), std::move(stream->last)});
    stream->last = {nodes.size() - 1};
    return SUCCESS;
  }
  if (tracing == CALLS_ALONE) {
    return SUCCESS;
  }
  if (stream == &default_stream) {
    for (Stream *other : streams) {
      if (other->with_default && !other->queue.empty()) {
        stream->queue.push_back({name, nullptr, mark(*other)});
      }
    }
  } else if (stream->with_default && !default_stream.queue.empty()) {
    stream->queue.push_back({name, nullptr, mark(default_stream)});
  }
  stream->queue.push_back({name, std::move(work)});
  static const bool eager = is_set("GATUN_FAKE_CUDA_EAGER") || is_set("CUDA_LAUNCH_BLOCKING");
  // Work on the default stream runs before all that waits, or after it. No queue is for ever: closures
  // hold copies.
  bool at_once = eager || (stream == &default_stream && random.below(2) == 0);
  return at_once || stream->queue.size() > 4096 ? finish(*stream) : SUCCESS;
}

std::shared_ptr<Mark> Driver::mark(Stream &stream) {
  auto mark = std::make_shared<Mark>(Mark{&stream});
  stream.queue.push_back({"event", [mark] {
                            mark->passed = true;
                            mark->milliseconds = now();
                          }});
  return mark;
}

Stream *Driver::new_stream(bool with_default) {
  auto stream = new Stream;
  stream->number = ++stream_count;
  stream->with_default = with_default;
  streams.insert(stream);
  return stream;
}

int Driver::status() {
  return broken.status == SUCCESS ? SUCCESS : answer(broken.status, broken.text);
}

void Driver::step(Stream &stream) {
  Step step = std::move(stream.queue.front());
  stream.queue.pop_front();
  if (step.awaited && pass(*step.awaited) != SUCCESS) {
    return;
  }
  try {
    if (step.work) {
      step.work();
    }
  } catch (const Failure &failure) {
    broken = {failure.status, step.name + ": " + failure.text};
  }
}

int Driver::pass(const Mark &mark) {
  while (broken.status == SUCCESS && !mark.passed && !mark.stream->queue.empty()) {
    step(*mark.stream);
  }
  return status();
}

int Driver::finish(Stream &stream) {
  while (broken.status == SUCCESS && !stream.queue.empty()) {
    step(stream);
  }
  return status();
}

int Driver::finish() {
  while (broken.status == SUCCESS) {
    std::map<std::size_t, Stream *> waiting;
    for (Stream *stream : streams) {
      if (!stream->queue.empty()) {
        waiting[stream->number] = stream;
      }
    }
    if (!default_stream.queue.empty()) {
      waiting[default_stream.number] = &default_stream;
    }
    if (waiting.empty()) {
      break;
    }
    step(*std::next(waiting.begin(), random.below(waiting.size()))->second);
  }
  return status();
}

void Driver::run(const Graph &graph) {
  std::vector<std::size_t> missing, ready;
  for (std::size_t i = 0; i < graph.size(); i++) {
    missing.push_back(graph[i].after.size());
    if (missing[i] == 0) {
      ready.push_back(i);
    }
  }
  while (!ready.empty()) {
    auto chosen = ready.begin() + random.below(ready.size());
    std::size_t done = *chosen;
    ready.erase(chosen);
    try {
      graph[done].work();
    } catch (const Failure &failure) {
      throw Failure{failure.status, graph[done].name + ": " + failure.text};
    }
    for (std::size_t i = done + 1; i < graph.size(); i++) {
      if (graph[i].after.count(done) && --missing[i] == 0) {
        ready.push_back(i);
      }
    }
  }
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
  if (const unsigned char *at = memory.overwritten()) {
    throw Failure{ILLEGAL_ADDRESS, name + " wrote " + describe(at)};
  }
}

std::string Driver::describe(const void *address) {
  auto at = static_cast<const unsigned char *>(address);
  auto next = device_memory.upper_bound(reinterpret_cast<std::uintptr_t>(at));
  const Memory *behind = next == device_memory.end() ? nullptr : &next->second;
  const Memory *before = next == device_memory.begin() ? nullptr : &std::prev(next)->second;
  if (behind != nullptr && at >= behind->mapped) {
    return bytes_text(behind->begin - at) + " before a device allocation of " +
           bytes_text(behind->size);
  }
  if (before != nullptr && at < before->mapped + before->mapped_bytes) {
    return bytes_text(at - before->begin - before->size) + " behind the end of a device allocation of " +
           bytes_text(before->size);
  }
  return "far from every live device allocation";
}

void Driver::reset() {
  default_stream.queue.clear();
  context_users = 0;
  broken = planted = {SUCCESS, ""};
  for (auto *tables : {&device_memory, &pinned_memory}) {
    for (auto &entry : *tables) {
      entry.second.free();
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

bool lost() {
  auto &driver = Driver::instance();
  std::lock_guard guard(driver.mutex);
  return driver.broken.status != SUCCESS;
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
