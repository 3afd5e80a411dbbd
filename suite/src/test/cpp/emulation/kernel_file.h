// What the library of an emulated .cu file tells the fake driver: its kernels, and how to call one
// with arguments that are known as addresses only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace gatun::emulation {

struct Parameter {
  std::size_t size;
  std::size_t pointee_alignment;  // 0: not a pointer
};

struct Kernel {
  const char *name;
  const Parameter *parameters;
  std::size_t parameter_count;
  void (*call)(void *const *arguments);  // one thread
  int max_threads;                       // of its launch bounds, or 1,024
};

// Whether the compiler was told to let each access to memory be told (race_detector.h).
#if defined(__SANITIZE_THREAD__)
#define GATUN_TELLS_ACCESSES true
#elif defined(__has_feature)
#define GATUN_TELLS_ACCESSES __has_feature(thread_sanitizer)
#else
#define GATUN_TELLS_ACCESSES false
#endif

struct KernelFile {
  const char *name;           // without .cu, with the constants that it is compiled with
  std::uint64_t source_hash;  // of the .cu file and its headers: what NVRTC must be given too
  const Kernel *kernels;
  std::size_t kernel_count;
  // Static shared memory is thread-local here; an address in it makes the thread's copy exist.
  void *(*static_shared)();
  bool tells_accesses;
};

template <typename T>
constexpr Parameter parameter() {
  using Plain = std::remove_cv_t<T>;
  if constexpr (std::is_pointer_v<Plain>) {
    using Pointee = std::remove_pointer_t<Plain>;
    if constexpr (std::is_void_v<Pointee>) {
      return {sizeof(T), 1};
    } else {
      return {sizeof(T), alignof(Pointee)};
    }
  } else {
    static_assert(
        std::is_same_v<Plain, int> || std::is_same_v<Plain, long long> ||
            std::is_same_v<Plain, float> || std::is_same_v<Plain, double>,
        "a kernel takes pointers, int, long long, float and double only");
    return {sizeof(T), 0};
  }
}

template <auto function>
struct Caller;

template <typename... P, void (*function)(P...)>
struct Caller<function> {
  static constexpr std::size_t count = sizeof...(P);
  static constexpr Parameter parameters[] = {parameter<P>()..., Parameter{}};

  static void call(void *const *arguments) { call(arguments, std::index_sequence_for<P...>()); }

  template <std::size_t... I>
  static void call(void *const *arguments, std::index_sequence<I...>) {
    function(*static_cast<std::remove_cv_t<P> *>(arguments[I])...);
  }
};

template <auto function>
constexpr Kernel kernel(const char *name, int max_threads) {
  using C = Caller<function>;
  return {name, C::parameters, C::count, C::call, max_threads};
}

// FNV-1a, as the build computes it too.
inline std::uint64_t hash(const void *bytes, std::size_t size, std::uint64_t seed) {
  auto at = static_cast<const unsigned char *>(bytes);
  for (std::size_t i = 0; i < size; i++) {
    seed = (seed ^ at[i]) * 0x100000001b3ull;
  }
  return seed;
}
constexpr std::uint64_t HASH_OF_NOTHING = 0xcbf29ce484222325ull;

}  // namespace gatun::emulation
