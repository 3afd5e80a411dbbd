// What the fake NVRTC makes of a .cu file in place of machine code: its name with the
// constants that it is compiled with, and the hash of its text, as one line.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

namespace gatun::fake {

struct Image {
  std::string file;  // without .cu, with the constants
  std::uint64_t source_hash = 0;

  std::string text() const {
    char hash[17];
    std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(source_hash));
    return MAGIC + file + " " + hash + "\n";
  }

  bool read(const char *bytes) {
    if (std::strncmp(bytes, MAGIC.c_str(), MAGIC.size()) != 0) {
      return false;
    }
    char name[256];
    unsigned long long hash;
    if (std::sscanf(bytes + MAGIC.size(), "%255s %16llx", name, &hash) != 2) {
      return false;
    }
    file = name;
    source_hash = hash;
    return true;
  }

 private:
  inline static const std::string MAGIC = "gatun-emulated-kernels ";
};

}  // namespace gatun::fake
