#include "emulation/access_watcher.h"

#include "emulation/block_fibers.h"

namespace gatun::emulation {

__thread AccessWatcher *watcher __attribute__((tls_model("initial-exec"))) = nullptr;

namespace {

inline void tell(AccessWatcher::Access access, const volatile void *address, std::size_t size, void *code) {
  if (watcher != nullptr) {
    access_memory(access, reinterpret_cast<std::uintptr_t>(address), size,
                  reinterpret_cast<std::uintptr_t>(code));
  }
}

}  // namespace
}  // namespace gatun::emulation

// What -fsanitize=thread makes of each access: the names are libtsan's, which is not linked.
using gatun::emulation::AccessWatcher;
using gatun::emulation::tell;
#define GATUN_CODE __builtin_return_address(0)

extern "C" {

void __tsan_init() {}
void __tsan_func_entry(void *) {}
void __tsan_func_exit() {}
void __tsan_atomic_thread_fence(int) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

#define GATUN_ACCESS(bytes)                                                                        \
  void __tsan_read##bytes(void *at) { tell(AccessWatcher::READ, at, bytes, GATUN_CODE); }           \
  void __tsan_write##bytes(void *at) { tell(AccessWatcher::WRITE, at, bytes, GATUN_CODE); }         \
  void __tsan_unaligned_read##bytes(void *at) { tell(AccessWatcher::READ, at, bytes, GATUN_CODE); } \
  void __tsan_unaligned_write##bytes(void *at) { tell(AccessWatcher::WRITE, at, bytes, GATUN_CODE); }
GATUN_ACCESS(1)
GATUN_ACCESS(2)
GATUN_ACCESS(4)
GATUN_ACCESS(8)
GATUN_ACCESS(16)

void __tsan_read_range(void *at, unsigned long size) {
  tell(AccessWatcher::READ, at, size, GATUN_CODE);
}
void __tsan_write_range(void *at, unsigned long size) {
  tell(AccessWatcher::WRITE, at, size, GATUN_CODE);
}

#define GATUN_ATOMIC_CHANGE(bits, type, name)                                       \
  type __tsan_atomic##bits##_##name(volatile type *at, type value, int) {           \
    tell(AccessWatcher::ATOMIC, at, sizeof *at, GATUN_CODE);                         \
    return __atomic_##name##_n(at, value, __ATOMIC_SEQ_CST);                        \
  }
#define GATUN_FETCH(bits, type, name)                                               \
  type __tsan_atomic##bits##_fetch_##name(volatile type *at, type value, int) {     \
    tell(AccessWatcher::ATOMIC, at, sizeof *at, GATUN_CODE);                         \
    return __atomic_fetch_##name(at, value, __ATOMIC_SEQ_CST);                      \
  }
#define GATUN_ATOMIC(bits, type)                                                    \
  GATUN_FETCH(bits, type, add)                                                      \
  GATUN_FETCH(bits, type, and)                                                      \
  GATUN_FETCH(bits, type, or)                                                       \
  GATUN_ATOMIC_CHANGE(bits, type, exchange)                                         \
  type __tsan_atomic##bits##_load(const volatile type *at, int) {                   \
    tell(AccessWatcher::ATOMIC, at, sizeof *at, GATUN_CODE);                         \
    return __atomic_load_n(at, __ATOMIC_SEQ_CST);                                   \
  }                                                                                 \
  int __tsan_atomic##bits##_compare_exchange_strong(                                \
      volatile type *at, type *expected, type value, int, int) {                    \
    tell(AccessWatcher::ATOMIC, at, sizeof *at, GATUN_CODE);                         \
    return __atomic_compare_exchange_n(                                             \
        at, expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);            \
  }
GATUN_ATOMIC(32, std::uint32_t)
GATUN_ATOMIC(64, std::uint64_t)

}  // extern "C"
