// What a kernel compiled with -fsanitize=… calls where it does what C++ leaves undefined, such as a
// 16-byte load from an odd address. A host's processor would not mind; here it ends the launch. The
// names and the data are those of GCC's and Clang's libubsan, which is not linked.
#include <cstdint>
#include <string>

#include "emulation/block_fibers.h"

using gatun::emulation::Site;

namespace {

struct Location {
  const char *file;
  std::uint32_t line, column;
};

struct Type {
  std::uint16_t kind, info;
  char name[1];  // longer, and in quotes
};

struct Place {
  Location location;
  const Type *type;
};

struct TypeMismatch {
  Location location;
  const Type *type;
  unsigned char log_alignment, kind;
};

[[noreturn]] void fail(const Location &location, const std::string &what) {
  gatun::emulation::fail({location.file, static_cast<int>(location.line)}, what);
}

}  // namespace

extern "C" {

void __ubsan_handle_type_mismatch_v1_abort(const TypeMismatch *it, std::uintptr_t address) {
  auto alignment = std::uintptr_t{1} << it->log_alignment;
  fail(
      it->location, std::string("an address of a ") + it->type->name + " is " +
                        std::to_string(address % alignment) + " bytes beyond a multiple of " +
                        std::to_string(alignment));
}

#define GATUN_UNDEFINED(kind, what)                                              \
  void __ubsan_handle_##kind##_abort(const Place *it, std::uintptr_t, std::uintptr_t) { \
    fail(it->location, std::string(what) + " with " + it->type->name);           \
  }
GATUN_UNDEFINED(add_overflow, "a sum that overflows")
GATUN_UNDEFINED(sub_overflow, "a difference that overflows")
GATUN_UNDEFINED(mul_overflow, "a product that overflows")
GATUN_UNDEFINED(negate_overflow, "a negation that overflows")
GATUN_UNDEFINED(divrem_overflow, "a quotient that overflows, or a division by zero")
GATUN_UNDEFINED(shift_out_of_bounds, "a shift by a number of bits that the type does not have")
GATUN_UNDEFINED(out_of_bounds, "an index outside an array")
GATUN_UNDEFINED(float_cast_overflow, "a conversion to an integer type that cannot hold it")

}  // extern "C"
