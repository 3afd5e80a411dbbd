// A second control flow on an OS thread. Switching is two library calls and no system call.
#pragma once

#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <cstddef>
#include <cstdint>
#include <new>

namespace gatun::emulation {

class Fiber {
 public:
  static constexpr std::size_t STACK_BYTES = 192 * 1024;
  static constexpr std::size_t GUARD_BYTES = 16 * 1024;

  // The number staggers the stacks: equal offsets would fight for the same lines of the cache.
  explicit Fiber(std::size_t number) : unused(number % COLOURS * COLOUR_BYTES) {
    stack = static_cast<char *>(mmap(
        nullptr, STACK_BYTES, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (stack == MAP_FAILED) {
      throw std::bad_alloc();
    }
    mprotect(stack, GUARD_BYTES, PROT_NONE);
  }
  ~Fiber() { munmap(stack, STACK_BYTES); }
  Fiber(const Fiber &) = delete;
  Fiber &operator=(const Fiber &) = delete;

  // Where this fiber goes on; filled by _setjmp in its own frame before it leaves.
  jmp_buf here;

  // Goes on with this fiber, from the start of body if it has not begun. Never returns.
  [[noreturn]] void resume(void (*body)()) {
    if (begun) {
      _longjmp(here, 1);
    }
    begun = true;
    ucontext_t context;
    getcontext(&context);
    context.uc_stack.ss_sp = stack;
    context.uc_stack.ss_size = STACK_BYTES - unused;
    context.uc_link = nullptr;
    makecontext(&context, body, 0);
    setcontext(&context);
    __builtin_unreachable();
  }

  bool stack_holds(std::uintptr_t address) const {
    return address - reinterpret_cast<std::uintptr_t>(stack) < STACK_BYTES;
  }

  // Forgets what it was doing.
  void abandon() { begun = false; }

 private:
  static constexpr std::size_t COLOURS = 128;
  static constexpr std::size_t COLOUR_BYTES = 9 * 64;

  char *stack;
  std::size_t unused;
  bool begun = false;
};

}  // namespace gatun::emulation
