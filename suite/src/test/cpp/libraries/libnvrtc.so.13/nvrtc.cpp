// A fake NVRTC: accepts a source whose kernels were built for the emulation, and has what it takes
// to fail as the real one does, with a log.
#include <cstddef>
#include <cstring>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "emulation/kernel_file.h"
#include "image.h"

#define GATUN_API extern "C" __attribute__((visibility("default")))

namespace {

enum Status {
  SUCCESS = 0,
  PROGRAM_CREATION_FAILURE = 2,
  INVALID_INPUT = 3,
  INVALID_PROGRAM = 4,
  INVALID_OPTION = 5,
  COMPILATION = 6,
};

constexpr const char *TEXTS[] = {
    "NVRTC_SUCCESS",
    "NVRTC_ERROR_OUT_OF_MEMORY",
    "NVRTC_ERROR_PROGRAM_CREATION_FAILURE",
    "NVRTC_ERROR_INVALID_INPUT",
    "NVRTC_ERROR_INVALID_PROGRAM",
    "NVRTC_ERROR_INVALID_OPTION",
    "NVRTC_ERROR_COMPILATION",
    "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE",
};

constexpr int ARCHITECTURES[] = {75, 80, 86, 87, 88, 89, 90, 100, 103, 110, 120, 121};

struct Program {
  std::string source;
  std::string name;
  std::map<std::string, std::string> headers;
  std::string log;
  std::string image;
};

const std::regex KNOWN_OPTION(
    "--?(gpu-architecture|arch)=(sm|compute)_[0-9]+a?|--?std=c\\+\\+(14|17|20)|"
    "--(fmad|ftz|prec-div|prec-sqrt|extra-device-vectorization|restrict|relocatable-device-code)"
    "(=(true|false))?|-?-(default-device|generate-line-info|lineinfo|device-debug|disable-warnings|"
    "device-as-default-execution-space)|(-D|--define-macro=)\\S+|-?-(maxrregcount)=[0-9]+|"
    "--Werror=all-warnings|-dopt=on|--ptxas-options=.*");

// The file's name without .cu, and the constants that it is compiled with.
std::string stem(const std::string &name, int option_count, const char *const *options) {
  auto slash = name.rfind('/');
  std::string file = slash == std::string::npos ? name : name.substr(slash + 1);
  std::string result = file.substr(0, file.rfind(".cu"));
  for (int i = 0; i < option_count; i++) {
    std::string option = options[i];
    if (option.rfind("-D", 0) == 0) {
      result += "-" + option.substr(2);
    }
  }
  return result;
}

// What a real compiler would stop at, as far as lines alone show it.
std::string error_in(const Program &program) {
  static const std::regex error("^\\s*#\\s*error\\b\\s*(.*)");
  static const std::regex include("^\\s*#\\s*include\\s*[<\"]([^>\"]*)[>\"].*");
  std::istringstream lines(program.source);
  std::string line;
  for (int number = 1; std::getline(lines, line); number++) {
    std::string place = program.name + "(" + std::to_string(number) + "): ";
    std::smatch match;
    if (std::regex_match(line, match, error)) {
      return place + "error: #error directive: " + match[1].str() + "\n";
    }
    if (std::regex_match(line, match, include) && !program.headers.count(match[1].str())) {
      return place + "catastrophic error: cannot open source file \"" + match[1].str() + "\"\n";
    }
  }
  return "";
}

int failed(Program *program, int status, const std::string &log) {
  program->log = log;
  return status;
}

}  // namespace

GATUN_API const char *nvrtcGetErrorString(int status) {
  return status >= 0 && status < 8 ? TEXTS[status] : "NVRTC_ERROR unknown";
}

GATUN_API int nvrtcVersion(int *major, int *minor) {
  *major = 13;
  *minor = 99;  // none that exists: what is cached of it must not be taken for machine code
  return SUCCESS;
}

GATUN_API int nvrtcGetNumSupportedArchs(int *count) {
  *count = sizeof ARCHITECTURES / sizeof *ARCHITECTURES;
  return SUCCESS;
}

GATUN_API int nvrtcGetSupportedArchs(int *architectures) {
  std::memcpy(architectures, ARCHITECTURES, sizeof ARCHITECTURES);
  return SUCCESS;
}

GATUN_API int nvrtcCreateProgram(
    void **handle, const char *source, const char *name, int header_count,
    const char *const *headers, const char *const *include_names) {
  if (handle == nullptr || source == nullptr || header_count < 0) {
    return INVALID_INPUT;
  }
  auto program = new Program;
  program->source = source;
  program->name = name == nullptr ? "default_program" : name;
  for (int i = 0; i < header_count; i++) {
    program->headers[include_names[i]] = headers[i];
  }
  *handle = program;
  return SUCCESS;
}

GATUN_API int nvrtcDestroyProgram(void **handle) {
  if (handle == nullptr || *handle == nullptr) {
    return INVALID_PROGRAM;
  }
  delete static_cast<Program *>(*handle);
  *handle = nullptr;
  return SUCCESS;
}

GATUN_API int nvrtcCompileProgram(void *handle, int option_count, const char *const *options) {
  auto program = static_cast<Program *>(handle);
  program->image.clear();
  program->log.clear();
  for (int i = 0; i < option_count; i++) {
    if (!std::regex_match(options[i], KNOWN_OPTION)) {
      return failed(
          program, INVALID_OPTION,
          std::string("nvrtc: error: unrecognized option ") + options[i] + " found\n");
    }
  }
  std::string error = error_in(*program);
  if (!error.empty()) {
    return failed(program, COMPILATION, error + "1 error detected in the compilation.\n");
  }
  using gatun::emulation::hash;
  std::uint64_t all =
      hash(program->source.data(), program->source.size(), gatun::emulation::HASH_OF_NOTHING);
  for (const auto &[name, text] : program->headers) {
    all = hash(text.data(), text.size(), all);
  }
  program->image =
      gatun::fake::Image{stem(program->name, option_count, options), all}.text();
  return SUCCESS;
}

GATUN_API int nvrtcGetProgramLogSize(void *handle, std::size_t *size) {
  *size = static_cast<Program *>(handle)->log.size() + 1;
  return SUCCESS;
}

GATUN_API int nvrtcGetProgramLog(void *handle, char *log) {
  std::strcpy(log, static_cast<Program *>(handle)->log.c_str());
  return SUCCESS;
}

GATUN_API int nvrtcGetCUBINSize(void *handle, std::size_t *size) {
  *size = static_cast<Program *>(handle)->image.size() + 1;
  return static_cast<Program *>(handle)->image.empty() ? INVALID_PROGRAM : SUCCESS;
}

GATUN_API int nvrtcGetCUBIN(void *handle, char *image) {
  std::strcpy(image, static_cast<Program *>(handle)->image.c_str());
  return SUCCESS;
}
