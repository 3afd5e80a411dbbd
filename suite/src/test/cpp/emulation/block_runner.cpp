#include "emulation/block_runner.h"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

#include "emulation/block_fibers.h"
#include "emulation/race_detector.h"
#include "emulation/traffic_meter.h"

namespace gatun::emulation {
namespace {

// The seed of all orders, and how many launches have had one of it.
struct Orders {
  std::uint64_t seed, launches = 0;
};

Orders &orders() {
  static const char *seed = std::getenv("GATUN_FAKE_CUDA_SEED");
  static Orders orders{seed == nullptr ? 20261122 : std::strtoull(seed, nullptr, 10)};
  return orders;
}

std::mutex one_launch_at_a_time;

// Of a kernel that tells its accesses.
struct Watched {
  std::uint64_t launches = 0;
  bool failed = false;
};
std::map<std::string, Watched> watched;

RaceDetector races;
TrafficMeter meter;
bool metered = false;

// Lets all accesses of the launches in its lifetime be told, if the kernel tells them.
class Watch {
 public:
  explicit Watch(const Launch &launch) {
    if (launch.file->tells_accesses) {
      watcher = metered ? static_cast<AccessWatcher *>(&meter) : &races;
      watcher->start_launch(launch);
    }
  }
  ~Watch() { watcher = nullptr; }
};

// A launch in progress: blocks are handed out one by one.
struct Work {
  const Launch &launch;
  std::uint64_t blocks;
  std::uint64_t seed;
  Shuffle order;
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex{};
  Outcome outcome{};

  void help() {
    static thread_local BlockFibers fibers;
    for (std::uint64_t block; !failed && (block = next++) < blocks;) {
      Outcome of_block = fibers.run(launch, order[block], seed + block);
      if (!of_block.failure.empty()) {
        std::lock_guard guard(mutex);
        if (!failed.exchange(true)) {
          outcome = of_block;
        }
      }
    }
  }
};

// OS threads that help the caller. They live as long as the process.
class Helpers {
 public:
  Helpers() {
    unsigned count = std::min(4u, std::max(1u, std::thread::hardware_concurrency())) - 1;
    for (unsigned i = 0; i < count; i++) {
      std::thread([this] { serve(); }).detach();
    }
  }

  void run(Work &work) {
    {
      std::lock_guard guard(mutex);
      offered = &work;
      offer++;
    }
    wake.notify_all();
    work.help();
    std::unique_lock lock(mutex);
    offered = nullptr;
    idle.wait(lock, [this] { return busy == 0; });
  }

 private:
  void serve() {
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [&] { return offered != nullptr && offer != seen; });
      seen = offer;
      Work *work = offered;
      busy++;
      lock.unlock();
      work->help();
      lock.lock();
      if (--busy == 0) {
        idle.notify_all();
      }
    }
  }

  std::mutex mutex;
  std::condition_variable wake, idle;
  Work *offered = nullptr;
  std::uint64_t offer = 0;
  unsigned busy = 0;
};

}  // namespace

Outcome run(const Launch &launch) {
  // Never destroyed: its threads may still wait when the process ends.
  static Helpers *helpers = new Helpers;
  std::lock_guard guard(one_launch_at_a_time);
  std::uint64_t blocks = static_cast<std::uint64_t>(launch.grid.x) * launch.grid.y * launch.grid.z;
  std::uint64_t threads = blocks * launch.block.x * launch.block.y * launch.block.z;
  Random random(orders().seed);
  random = Random(random.next() + orders().launches++);
  Work work{launch, blocks, random.next(), Shuffle(blocks, random)};
  Watch watch(launch);
  if (blocks == 1 || threads < 2048 || watcher != nullptr) {
    work.help();
  } else {
    helpers->run(work);
  }
  if (watcher == &races) {
    Watched &kernel = watched[std::string(launch.file->name) + "/" + launch.kernel->name];
    kernel.launches++;
    kernel.failed |= !work.outcome.failure.empty();
  }
  if (!work.outcome.failure.empty()) {
    work.outcome.failure +=
        " (threads in the order of seed " + std::to_string(orders().seed) + ")";
  }
  return work.outcome;
}

std::uint64_t launches_without_race(const std::string &kernel) {
  std::lock_guard guard(one_launch_at_a_time);
  const Watched &it = watched[kernel];
  return it.failed ? 0 : it.launches;
}

void meter_traffic(bool on) {
  std::lock_guard guard(one_launch_at_a_time);
  metered = on;
  meter.clear();
}

std::string traffic() {
  std::lock_guard guard(one_launch_at_a_time);
  return meter.text();
}

void set_seed(std::uint64_t seed) {
  std::lock_guard guard(one_launch_at_a_time);
  orders() = {seed};
}

}  // namespace gatun::emulation
