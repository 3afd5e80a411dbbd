#include "emulation/block_fibers.h"

#include <link.h>
#include <signal.h>

#include <cstring>
#include <map>
#include <mutex>

namespace gatun::emulation {

__thread Position position __attribute__((tls_model("initial-exec")));

namespace {

__thread BlockFibers *current __attribute__((tls_model("initial-exec"))) = nullptr;

// NaN in every floating-point type, and no valid id.
constexpr int POISON = 0xff;
constexpr unsigned char CANARY_BYTE = 0xa5;

// This OS thread's copy of the thread-local memory of the library that holds an address.
Range thread_local_memory(const KernelFile &file) {
  static thread_local std::map<const KernelFile *, Range> known;
  auto found = known.find(&file);
  if (found != known.end()) {
    return found->second;
  }
  struct Search {
    std::uintptr_t inside;
    Range range;
  } search{reinterpret_cast<std::uintptr_t>(file.static_shared()), {}};
  dl_iterate_phdr(
      [](dl_phdr_info *info, std::size_t, void *data) {
        auto wanted = static_cast<Search *>(data);
        auto begin = reinterpret_cast<std::uintptr_t>(info->dlpi_tls_data);
        for (int i = 0; begin != 0 && i < info->dlpi_phnum; i++) {
          auto &header = info->dlpi_phdr[i];
          if (header.p_type == PT_TLS && wanted->inside >= begin &&
              wanted->inside < begin + header.p_memsz) {
            wanted->range = {info->dlpi_tls_data, header.p_memsz};
            return 1;
          }
        }
        return 0;
      },
      &search);
  return known[&file] = search.range;
}

std::string at(Site site) {
  const char *slash = strrchr(site.file, '/');
  return std::string(slash ? slash + 1 : site.file) + ":" + std::to_string(site.line);
}

bool same(Site a, Site b) {
  return a.line == b.line && (a.file == b.file || strcmp(a.file, b.file) == 0);
}

struct sigaction handler_before;

// A kernel's access to a page that nobody may touch. All other faults are the JVM's, which has uses for
// them.
void on_fault(int signal, siginfo_t *info, void *context) {
  if (current != nullptr) {
    current->fault(info->si_addr);
  }
  if (handler_before.sa_flags & SA_SIGINFO) {
    handler_before.sa_sigaction(signal, info, context);
  } else {
    sigaction(signal, &handler_before, nullptr);  // which meets the fault again
  }
}

void handle_faults() {
  struct sigaction handler = {};
  handler.sa_sigaction = on_fault;
  handler.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigaction(SIGSEGV, &handler, &handler_before);
}

}  // namespace

BlockFibers::BlockFibers()
    : order(MAX_THREADS),
      of_thread(MAX_THREADS),
      of_warp(MAX_THREADS / WARP),
      ready(MAX_THREADS),
      shared_memory(new unsigned char[MAX_SHARED + CANARY + 128]) {
  auto address = reinterpret_cast<std::uintptr_t>(shared_memory.get());
  dynamic_shared = reinterpret_cast<unsigned char *>((address + 127) / 128 * 128);
  static std::once_flag once;
  std::call_once(once, handle_faults);
}

Outcome BlockFibers::run(
    const Launch &launch, std::uint64_t linear_block, std::uint64_t seed) {
  random = Random(seed);
  start_block(launch, linear_block);
  current = this;
  if (_setjmp(scheduler) == 0) {
    go_on_with(free_fiber());
  }
  current = nullptr;
  if (watcher != nullptr && outcome.failure.empty()) {
    watcher->end_block();
  }
  if (outcome.failure.empty()) {
    outcome.failure = overrun();
  }
  return outcome;
}

void BlockFibers::start_block(const Launch &launch, std::uint64_t linear_block) {
  this->launch = &launch;
  threads = launch.block.x * launch.block.y * launch.block.z;
  started = at_barrier = ready_first = ready_count = 0;
  outcome = {};
  shuffle();
  uint3 index = {0, 0, 0};
  for (unsigned t = 0; t < threads; t++) {
    of_thread[t] = {State::NOT_STARTED, {"", 0}, nullptr, index};
    if (++index.x == launch.block.x) {
      index.x = 0;
      if (++index.y == launch.block.y) {
        index.y = 0;
        index.z++;
      }
    }
  }
  for (unsigned w = 0; w < (threads + WARP - 1) / WARP; w++) {
    of_warp[w].arrived = 0;
  }
  auto row = linear_block / launch.grid.x;
  position.block = {
      static_cast<unsigned>(linear_block % launch.grid.x),
      static_cast<unsigned>(row % launch.grid.y), static_cast<unsigned>(row / launch.grid.y)};
  position.block_extents = {launch.block.x, launch.block.y, launch.block.z};
  position.grid_extents = {launch.grid.x, launch.grid.y, launch.grid.z};
  position.dynamic_shared = dynamic_shared;
  poison();
  if (watcher != nullptr) {
    watcher->start_block(
        linear_block, {dynamic_shared, launch.dynamic_shared_bytes},
        thread_local_memory(*launch.file));
  }
}

// Warps in any order, and in each its lanes in any: so no more threads wait at once than need to.
void BlockFibers::shuffle() {
  Shuffle warps((threads + WARP - 1) / WARP, random);
  for (unsigned i = 0; i < threads;) {
    unsigned first = static_cast<unsigned>(warps.next()) * WARP;
    unsigned lanes = std::min(WARP, threads - first);
    Shuffle in_warp(lanes, random);
    for (unsigned lane = 0; lane < lanes; lane++) {
      order[i++] = first + static_cast<unsigned>(in_warp.next());
    }
  }
}

void BlockFibers::poison() {
  memset(dynamic_shared, POISON, launch->dynamic_shared_bytes);
  memset(dynamic_shared + launch->dynamic_shared_bytes, CANARY_BYTE, CANARY);
  Range shared = thread_local_memory(*launch->file);
  if (shared.begin != nullptr) {
    memset(shared.begin, POISON, shared.size);
  }
}

std::string BlockFibers::overrun() const {
  const unsigned char *end = dynamic_shared + launch->dynamic_shared_bytes;
  for (std::size_t i = 0; i < CANARY; i++) {
    if (end[i] != CANARY_BYTE) {
      return place() + " wrote byte " + std::to_string(i) + " behind its " +
             std::to_string(launch->dynamic_shared_bytes) + " bytes of dynamic shared memory";
    }
  }
  return "";
}

void BlockFibers::fiber_body() { current->run_threads(); }

void BlockFibers::run_threads() {
  while (true) {
    while (started < threads) {
      unsigned thread = order[started++];
      of_thread[thread].fiber = running;
      enter(thread);
      launch->kernel->call(launch->arguments);
      of_thread[position.linear_thread].state = State::RETURNED;
    }
    Fiber *self = running;
    free_fibers.push_back(self);
    if (_setjmp(self->here) == 0) {
      run_another();
    }
  }
}

void BlockFibers::enter(unsigned thread) {
  Thread &entered = of_thread[thread];
  entered.state = State::RUNNING;
  position.linear_thread = thread;
  position.thread = entered.index;
}

void BlockFibers::make_ready(unsigned thread) {
  ready[(ready_first + ready_count++) % MAX_THREADS] = thread;
}

void BlockFibers::wait(State state, Site site) {
  unsigned thread = position.linear_thread;
  Thread &self = of_thread[thread];
  self.state = state;
  self.site = site;
  if (_setjmp(self.fiber->here) == 0) {
    run_another();
  }
  enter(position.linear_thread);
}

// Passes control to a thread that may go on, to one not yet started, or back to the scheduler.
void BlockFibers::run_another() {
  // Now and then a thread begins although others could go on, so that warps overtake each other.
  bool begin = started < threads && random.below(8) == 0;
  if (ready_count > 0 && !begin) {
    unsigned thread = ready[ready_first];
    ready_first = (ready_first + 1) % MAX_THREADS;
    ready_count--;
    position.linear_thread = thread;
    go_on_with(of_thread[thread].fiber);
  }
  if (started < threads) {
    go_on_with(free_fiber());
  }
  for (unsigned t = 0; t < threads; t++) {
    if (of_thread[t].state != State::RETURNED) {
      fail(deadlock());
    }
  }
  _longjmp(scheduler, 1);
}

void BlockFibers::go_on_with(Fiber *fiber) {
  running = fiber;
  fiber->resume(fiber_body);
}

Fiber *BlockFibers::free_fiber() {
  if (free_fibers.empty()) {
    fibers.push_back(std::make_unique<Fiber>(fibers.size()));
    return fibers.back().get();
  }
  Fiber *fiber = free_fibers.back();
  free_fibers.pop_back();
  return fiber;
}

void BlockFibers::synchronize_block(Site site) {
  if (at_barrier > 0) {
    for (unsigned t = 0; t < threads; t++) {
      if (of_thread[t].state == State::AT_BARRIER) {
        if (!same(of_thread[t].site, site)) {
          fail(place() + ": " + describe(t) + ", but thread " +
               std::to_string(position.linear_thread) + " waits at the barrier in " + at(site));
        }
        break;
      }
    }
  }
  if (++at_barrier < threads) {
    wait(State::AT_BARRIER, site);
    return;
  }
  at_barrier = 0;
  if (watcher != nullptr) {
    watcher->barrier();
  }
  unsigned self = position.linear_thread;
  shuffle();
  for (unsigned i = 0; i < threads; i++) {
    unsigned thread = order[i];
    if (thread != self) {
      of_thread[thread].state = State::RUNNING;
      make_ready(thread);
    }
  }
}

const std::uint64_t *BlockFibers::exchange(
    std::uint64_t value, unsigned mask, Site site, bool fence) {
  unsigned self = position.linear_thread;
  Warp &warp = of_warp[self / WARP];
  unsigned first = self / WARP * WARP;
  if (mask != 0xffffffffu) {
    fail(place() + ": a shuffle in " + at(site) + " has a mask that is not full");
  }
  if (first + WARP > threads) {
    fail(place() + ": a shuffle in " + at(site) + " of a warp with fewer than 32 threads");
  }
  // A lane writes for its next exchange only after all lanes came to this one, so two buffers do.
  std::uint64_t *words = warp.words[warp.generation % 2];
  words[self % WARP] = value;
  of_thread[self].site = site;
  if (++warp.arrived < WARP) {
    wait(State::AT_SHUFFLE, site);
    return words;
  }
  warp.arrived = 0;
  warp.generation++;
  if (watcher != nullptr) {
    watcher->warp_meets(self / WARP, fence);
  }
  Shuffle lanes(WARP, random);
  for (unsigned i = 0; i < WARP; i++) {
    unsigned thread = first + static_cast<unsigned>(lanes.next());
    if (thread == self) {
      continue;
    }
    if (!same(of_thread[thread].site, site)) {
      fail(place() + ": " + describe(thread) + ", but thread " + std::to_string(self) +
           " of the same warp is in " + at(site));
    }
    of_thread[thread].state = State::RUNNING;
    make_ready(thread);
  }
  return words;
}

void BlockFibers::access(
    AccessWatcher::Access access, std::uintptr_t address, std::size_t size, std::uintptr_t code) {
  static thread_local const Range of_position = {&position, sizeof position};
  if (running->stack_holds(address) || of_position.holds(address)) {
    return;  // a thread's own, or where it reads who it is
  }
  std::string wrong = watcher->access(access, address, size, code);
  if (!wrong.empty()) {
    fail(place() + ", thread " + std::to_string(position.linear_thread) + ": " + wrong);
  }
}

void BlockFibers::fail(const std::string &text) {
  outcome.failure = text;
  free_fibers.clear();
  for (auto &fiber : fibers) {
    fiber->abandon();
    free_fibers.push_back(fiber.get());
  }
  _longjmp(scheduler, 1);
}

void BlockFibers::fault(const void *address) {
  outcome.fault = address;
  fail(place() + ", thread " + std::to_string(position.linear_thread) +
       " touched an address outside its memory");
}

void BlockFibers::fail(Site site, const std::string &what) {
  fail(place() + ", thread " + std::to_string(position.linear_thread) + " in " + at(site) + ": " +
       what);
}

std::string BlockFibers::deadlock() const {
  unsigned barrier = 0, shuffle = 0, returned = 0, example = threads, other = threads;
  for (unsigned t = 0; t < threads; t++) {
    switch (of_thread[t].state) {
      case State::AT_BARRIER: barrier++; break;
      case State::AT_SHUFFLE: shuffle++; break;
      default: returned++;
    }
    if (of_thread[t].state != State::RETURNED && example == threads) {
      example = t;
    }
  }
  for (unsigned t = 0; t < threads && example < threads; t++) {
    if (of_thread[t].state != of_thread[example].state) {
      other = t;
      break;
    }
  }
  std::string text = place() + " is stuck: of " + std::to_string(threads) + " threads " +
                     std::to_string(barrier) + " wait at a barrier, " + std::to_string(shuffle) +
                     " at a shuffle, " + std::to_string(returned) + " have returned; " +
                     describe(example);
  return other < threads ? text + "; " + describe(other) : text;
}

std::string BlockFibers::describe(unsigned thread) const {
  const Thread &it = of_thread[thread];
  std::string name = "thread " + std::to_string(thread);
  switch (it.state) {
    case State::AT_BARRIER: return name + " waits at the barrier in " + at(it.site);
    case State::AT_SHUFFLE: return name + " waits at the shuffle in " + at(it.site);
    case State::RETURNED: return name + " has returned";
    default: return name + " runs";
  }
}

std::string BlockFibers::place() const {
  return std::string("kernel ") + launch->kernel->name + ", block (" +
         std::to_string(position.block.x) + ", " + std::to_string(position.block.y) + ")";
}

void fail(Site site, const std::string &what) { current->fail(site, what); }

std::size_t static_shared_bytes(const KernelFile &file) { return thread_local_memory(file).size; }

void synchronize_block(Site site) { current->synchronize_block(site); }

const std::uint64_t *exchange(std::uint64_t value, unsigned mask, Site site, bool fence) {
  return current->exchange(value, mask, site, fence);
}

void access_memory(
    AccessWatcher::Access access, std::uintptr_t address, std::size_t size, std::uintptr_t code) {
  current->access(access, address, size, code);
}

}  // namespace gatun::emulation
