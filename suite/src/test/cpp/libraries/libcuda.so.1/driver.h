// The fake driver's state, behind one lock. Streams run lazily: work waits in one queue until the
// host synchronises, so that a host that reads or reuses memory too early is found out.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "fake_cuda.h"

namespace gatun::fake {

enum Status {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  ILLEGAL_ADDRESS = 700,
  LAUNCH_OUT_OF_RESOURCES = 701,
  MISALIGNED_ADDRESS = 716,
  LAUNCH_FAILED = 719,
  STREAM_CAPTURE_UNSUPPORTED = 900,
  STREAM_CAPTURE_INVALIDATED = 901,
  STREAM_CAPTURE_UNMATCHED = 903,
  STREAM_CAPTURE_UNJOINED = 904,
  CAPTURED_EVENT = 907,
};

struct Step {
  std::string name;
  Work work;
};

struct Capture {
  std::vector<Step> steps;
  bool invalidated = false;
  std::set<struct Stream *> streams;
};

struct Stream {
  std::shared_ptr<Capture> capture;
  bool captures_by_itself = false;  // false: joined a capture by waiting for its event
};

struct Event {
  bool timed = true;
  double milliseconds = -1;
  std::weak_ptr<Capture> capture;
  bool captured = false;
};

using Graph = std::vector<Step>;

struct Memory {
  unsigned char *begin;
  std::size_t size;
  void *raw;
};

class Driver {
 public:
  static Driver &instance();

  std::mutex mutex;
  bool initialised = false;
  int context_users = 0;
  Failure broken{SUCCESS, ""};  // the first failure of work: every later call answers with it
  std::map<std::uintptr_t, Memory> device_memory, pinned_memory;
  std::size_t device_bytes = 0;
  std::size_t total_bytes = 0;
  std::set<Stream *> streams;
  std::set<Event *> events;
  std::map<Graph *, std::shared_ptr<Graph>> graphs;
  std::map<void *, std::shared_ptr<Graph>> executables;
  enum { OFF, CALLS, CALLS_ALONE } tracing = OFF;  // CALLS_ALONE: nothing is computed
  std::string trace;
  std::set<struct Module *> modules;
  std::set<struct Function *> functions;

  // Keeps the reason of a status for cuGetErrorString.
  int answer(int status, const std::string &text);

  // SUCCESS if the calling thread has a context that still works.
  int usable();

  // SUCCESS if a call that a capture forbids may go on; otherwise the capture is lost.
  int outside_capture(const std::string &call);

  int submit(Stream *stream, const std::string &name, Work work);

  // Runs all that waits; the status of the first failure.
  int finish();

  Stream *stream(void *handle);  // null if unknown
  const Memory *allocation(const void *address, std::size_t bytes);
  void check_canaries(const Memory &memory, const std::string &name);

  // Frees what the last user of the context left.
  void reset();

 private:
  Stream default_stream;
  std::vector<Step> queue;
};

extern thread_local bool has_context;
std::string reason_of(int status);

}  // namespace gatun::fake

#define GATUN_API extern "C" __attribute__((visibility("default")))

// The start of a call that needs a context.
#define GATUN_CALL                                      \
  auto &driver = ::gatun::fake::Driver::instance();     \
  std::lock_guard guard(driver.mutex);                  \
  if (int unusable = driver.usable()) return unusable
