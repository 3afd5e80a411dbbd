// The fake driver's state, behind one lock. Streams run lazily: work waits in the queue of its stream
// until the host synchronises, so that a host that reads or reuses memory too early is found out, and
// so is work on a wrong stream.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "emulation/shuffle.h"
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
  ASSERT = 710,
  MISALIGNED_ADDRESS = 716,
  LAUNCH_FAILED = 719,
  STREAM_CAPTURE_UNSUPPORTED = 900,
  STREAM_CAPTURE_INVALIDATED = 901,
  STREAM_CAPTURE_UNMATCHED = 903,
  STREAM_CAPTURE_UNJOINED = 904,
  STREAM_CAPTURE_ISOLATION = 905,
  STREAM_CAPTURE_IMPLICIT = 906,
  CAPTURED_EVENT = 907,
};

// A place between the steps of a stream, which others can wait for.
struct Mark {
  struct Stream *stream;
  bool passed = false;
  double milliseconds = -1;  // when it was passed
};

struct Step {
  std::string name;
  Work work;
  std::shared_ptr<Mark> awaited = nullptr;  // to be passed before
};

// A step of a graph, and the indices of those that it comes after.
struct Node {
  std::string name;
  Work work;
  std::set<std::size_t> after;
};

using Graph = std::vector<Node>;

struct Capture {
  int mode;
  std::thread::id thread;
  Graph nodes{};
  bool invalidated = false;
  std::set<struct Stream *> streams{};

  // Whether the calling thread may not do what could disturb a capture: in the global mode no thread,
  // in the thread-local mode the one that captures.
  bool restrains() const {
    return mode == GLOBAL || (mode == THREAD_LOCAL && thread == std::this_thread::get_id());
  }

  static constexpr int GLOBAL = 0, THREAD_LOCAL = 1, RELAXED = 2;
};

struct Stream {
  std::size_t number = 0;  // in the order of their creation
  bool with_default = false;  // ordered with the default stream: not created as non-blocking
  std::deque<Step> queue;
  std::shared_ptr<Capture> capture;
  bool captures_by_itself = false;  // false: joined a capture by waiting for its event
  std::set<std::size_t> last;       // the nodes that the next one comes after
};

struct Event {
  bool timed = true;
  std::shared_ptr<Mark> mark;  // null: not recorded
  std::weak_ptr<Capture> capture;
  std::set<std::size_t> last;  // of the stream when it was captured
  bool captured = false;
};

// Bytes that end where a page begins that nobody may touch, and begin behind another such page. What
// is between them and these pages holds canaries.
struct Memory {
  unsigned char *begin = nullptr;
  std::size_t size = 0;
  unsigned char *mapped = nullptr;
  std::size_t mapped_bytes = 0;

  // begin is null if the host has none left. Without poison, memory that nobody uses costs nothing.
  static Memory allocate(std::size_t bytes, bool with_poison = true);
  void free() const;
  // The address of a canary that was overwritten, if any.
  const unsigned char *overwritten() const;
};

class Driver {
 public:
  static Driver &instance();

  std::mutex mutex;
  bool initialised = false;
  int context_users = 0;
  // The first failure of work. Whatever fails while the device works is sticky: every later call
  // answers with it, of every user of the context, until the device is reset. Gatun's users release
  // the context, and cuBLAS's runtime holds it, so that nothing but the end of the process does that.
  Failure broken{SUCCESS, ""};
  Failure planted{SUCCESS, ""};  // fails the kernel whose name is the text, if there is one
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

  // A call that a capturing stream allows in no mode: its capture is lost.
  int refuse(Stream &stream, const std::string &call, int status = STREAM_CAPTURE_UNSUPPORTED);

  // SUCCESS if the stream is not the default one, or nothing is captured. The real driver lets the
  // default stream be while non-blocking streams are captured, but what is put there is not in the
  // graph: here it is refused, too.
  int unless_default(const Stream *stream, const std::string &call);

  int submit(Stream *stream, const std::string &name, Work work);

  // Runs all that waits, of all streams; the status of the first failure.
  int finish();
  // Runs what waits in a stream, and what that waits for.
  int finish(Stream &stream);
  // Runs a stream up to a mark.
  int pass(const Mark &mark);
  // A mark behind what is in the stream now.
  std::shared_ptr<Mark> mark(Stream &stream);
  // Runs a graph's nodes in an order that they allow.
  void run(const Graph &graph);
  Stream *new_stream(bool with_default);

  Stream *stream(void *handle);  // null if unknown
  const Memory *allocation(const void *address, std::size_t bytes);
  void check_canaries(const Memory &memory, const std::string &name);
  // Where an address is that belongs to no allocation.
  std::string describe(const void *address);

  // As of a new process: frees what was left, and forgets what failed.
  void reset();

  emulation::Random random{1};  // which stream goes on, and which node of a graph

 private:
  Stream default_stream;
  std::size_t stream_count = 0;

  void step(Stream &stream);
  int status();
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
