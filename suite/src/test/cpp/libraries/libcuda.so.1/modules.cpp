// Modules and launches. A module's image is the fake NVRTC's: it names the .cu file, whose kernels
// are in a library of their own beside this one.
#include <dlfcn.h>

#include <cstring>
#include <sstream>

#include "driver.h"
#include "emulation/block_runner.h"
#include "image.h"

namespace gatun::fake {

struct Module {
  const emulation::KernelFile *file;
};

struct Function {
  Module *module;
  const emulation::Kernel *kernel;
  int dynamic_shared_limit;  // in bytes; at first, what static shared memory leaves of 48 KiB
  bool loaded = false;  // a driver loads a kernel's code when it is first launched
};

namespace {

using emulation::Kernel;

constexpr int SHARED_WITHOUT_ASKING = 48 * 1024;
constexpr int MAX_SHARED = 227 * 1024;

// What static shared memory leaves a block of so many bytes.
int dynamic_shared(const Module &module, int bytes) {
  return std::max(0, bytes - static_cast<int>(emulation::static_shared_bytes(*module.file)));
}

std::string own_folder() {
  Dl_info info;
  dladdr(reinterpret_cast<void *>(own_folder), &info);
  std::string file = info.dli_fname;
  return file.substr(0, file.rfind('/'));
}

// Argument values, kept for launches that run later.
class Arguments {
 public:
  Arguments(const Kernel &kernel, void **from) : values(kernel.parameter_count) {
    for (std::size_t i = 0; i < kernel.parameter_count; i++) {
      std::memcpy(&values[i], from[i], kernel.parameters[i].size);
    }
  }

  std::vector<void *> addresses() {
    std::vector<void *> result;
    for (auto &value : values) {
      result.push_back(&value);
    }
    return result;
  }

  // Their bits, as integers.
  std::string text() const {
    std::string text;
    for (auto value : values) {
      text += " " + std::to_string(value);
    }
    return text;
  }

  const void *pointer(std::size_t i) const { return reinterpret_cast<const void *>(values[i]); }

 private:
  std::vector<std::uint64_t> values;
};

std::string check_extents(const Function &function, const dim3 &grid, const dim3 &block, unsigned shared) {
  std::uint64_t threads = static_cast<std::uint64_t>(block.x) * block.y * block.z;
  if (grid.x == 0 || grid.y == 0 || grid.z == 0 || threads == 0) {
    return "an empty grid or block";
  }
  if (grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535) {
    return "a grid of " + std::to_string(grid.x) + " x " + std::to_string(grid.y) + " x " +
           std::to_string(grid.z) + " blocks";
  }
  if (block.x > 1024 || block.y > 1024 || block.z > 64 || threads > 1024) {
    return "blocks of " + std::to_string(threads) + " threads";
  }
  if (shared > static_cast<unsigned>(function.dynamic_shared_limit)) {
    return std::to_string(shared) + " bytes of dynamic shared memory, with a limit of " +
           std::to_string(function.dynamic_shared_limit);
  }
  return "";
}

// The allocations that the arguments point into.
std::set<const Memory *> memories(Driver &driver, const Kernel &kernel, const Arguments &arguments) {
  std::set<const Memory *> found;
  for (std::size_t i = 0; i < kernel.parameter_count; i++) {
    std::size_t alignment = kernel.parameters[i].pointee_alignment;
    const void *pointer = arguments.pointer(i);
    if (alignment == 0 || pointer == nullptr) {
      continue;
    }
    std::string argument = "argument " + std::to_string(i);
    const Memory *memory = driver.allocation(pointer, 0);
    if (memory == nullptr) {
      throw Failure{ILLEGAL_ADDRESS, argument + " points outside live device allocations"};
    }
    if (reinterpret_cast<std::uintptr_t>(pointer) % alignment != 0) {
      throw Failure{
          MISALIGNED_ADDRESS, argument + " is not " + std::to_string(alignment) + "-byte aligned"};
    }
    found.insert(memory);
  }
  return found;
}

}  // namespace
}  // namespace gatun::fake

using namespace gatun::fake;

GATUN_API int cuModuleLoadData(void **handle, const void *bytes) {
  GATUN_CALL;
  if (int status = driver.outside_capture("cuModuleLoadData")) return status;
  Image image;
  if (!image.read(static_cast<const char *>(bytes))) {
    return driver.answer(INVALID_IMAGE, "not an image of the fake NVRTC");
  }
  std::string library = own_folder() + "/libkernels-" + image.file + ".so";
  void *opened = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  void *symbol = opened == nullptr ? nullptr : dlsym(opened, "gatun_kernel_file");
  if (symbol == nullptr) {
    return driver.answer(INVALID_IMAGE, dlerror());
  }
  auto file = static_cast<const gatun::emulation::KernelFile *>(symbol);
  if (file->source_hash != image.source_hash) {
    return driver.answer(
        INVALID_IMAGE, library + " was built from another text of " + image.file + ".cu");
  }
  *handle = *driver.modules.insert(new Module{file}).first;
  return SUCCESS;
}

GATUN_API int cuModuleUnload(void *handle) {
  GATUN_CALL;
  auto module = static_cast<Module *>(handle);
  if (!driver.modules.count(module)) {
    return driver.answer(INVALID_HANDLE, "cuModuleUnload: no such module");
  }
  int status = driver.finish();
  driver.modules.erase(module);
  std::erase_if(driver.functions, [&](Function *function) { return function->module == module; });
  return status;
}

GATUN_API int cuModuleGetFunction(void **handle, void *module_handle, const char *name) {
  GATUN_CALL;
  auto module = static_cast<Module *>(module_handle);
  if (!driver.modules.count(module)) {
    return driver.answer(INVALID_HANDLE, "cuModuleGetFunction: no such module");
  }
  for (std::size_t i = 0; i < module->file->kernel_count; i++) {
    if (std::strcmp(module->file->kernels[i].name, name) == 0) {
      *handle =
          *driver.functions
               .insert(new Function{
                   module, &module->file->kernels[i],
                   dynamic_shared(*module, SHARED_WITHOUT_ASKING)})
               .first;
      return SUCCESS;
    }
  }
  return driver.answer(
      NOT_FOUND, std::string("no kernel ") + name + " in " + module->file->name + ".cu");
}

GATUN_API int cuFuncSetAttribute(void *handle, int attribute, int value) {
  GATUN_CALL;
  auto function = static_cast<Function *>(handle);
  if (!driver.functions.count(function)) {
    return driver.answer(INVALID_HANDLE, "cuFuncSetAttribute: no such function");
  }
  if (attribute != 8 || value < 0 || value > dynamic_shared(*function->module, MAX_SHARED)) {
    return driver.answer(
        INVALID_VALUE,
        "cuFuncSetAttribute: attribute " + std::to_string(attribute) + " to " +
            std::to_string(value) + ", where static shared memory leaves " +
            std::to_string(dynamic_shared(*function->module, MAX_SHARED)) + " bytes");
  }
  function->dynamic_shared_limit = value;
  return SUCCESS;
}

GATUN_API int cuLaunchKernel(
    void *handle, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
    unsigned block_y, unsigned block_z, unsigned shared, void *stream, void **parameters,
    void **extra) {
  GATUN_CALL;
  auto function = static_cast<Function *>(handle);
  if (!driver.functions.count(function)) {
    return driver.answer(INVALID_HANDLE, "cuLaunchKernel: no such function");
  }
  const Kernel &kernel = *function->kernel;
  dim3 grid(grid_x, grid_y, grid_z), block(block_x, block_y, block_z);
  std::string wrong = check_extents(*function, grid, block, shared);
  if (!wrong.empty() || extra != nullptr || (parameters == nullptr && kernel.parameter_count > 0)) {
    return driver.answer(
        INVALID_VALUE,
        std::string(kernel.name) + ": " + (wrong.empty() ? "arguments by parameters only" : wrong));
  }
  if (block.x * block.y * block.z > static_cast<unsigned>(kernel.max_threads)) {
    return driver.answer(
        LAUNCH_OUT_OF_RESOURCES, std::string(kernel.name) + ": more threads than its launch bounds");
  }
  Stream *known = driver.stream(stream);
  if (known != nullptr && known->capture && !function->loaded) {
    return driver.refuse(
        *known, "the first launch of the kernel " + std::string(kernel.name) + ", which loads it,");
  }
  function->loaded = true;
  auto file = function->module->file;
  Arguments arguments(kernel, parameters);
  if (driver.tracing != Driver::OFF) {
    driver.trace += std::string(kernel.name) + " " + std::to_string(grid.x) + " " +
                    std::to_string(grid.y) + arguments.text() + "\n";
  }
  return driver.submit(known, kernel.name, [=, &kernel, &driver]() mutable {
    if (driver.planted.text == kernel.name) {
      throw Failure{driver.planted.status, "a failure that a test has planted"};
    }
    auto touched = memories(driver, kernel, arguments);
    auto addresses = arguments.addresses();
    std::vector<gatun::emulation::Range> ranges;
    for (const Memory *memory : touched) {
      ranges.push_back({memory->begin, memory->size});
    }
    auto outcome =
        gatun::emulation::run({file, &kernel, grid, block, shared, addresses.data(), ranges});
    if (outcome.fault != nullptr) {
      throw Failure{
          ILLEGAL_ADDRESS, outcome.failure + ": it is " + driver.describe(outcome.fault)};
    }
    if (!outcome.failure.empty()) {
      throw Failure{LAUNCH_FAILED, outcome.failure};
    }
    for (const Memory *memory : touched) {
      driver.check_canaries(*memory, "the kernel");
    }
  });
}
