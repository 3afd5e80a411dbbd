// What the fake CUDA libraries share: all work goes through the fake driver's queue, which runs it
// later, or records it while a graph is captured. Linked from the fake libcuda.so.1.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace gatun::fake {

// Thrown by work that a device would fail at. The status is a CUresult; the text names what and why
// and ends up in cuGetErrorString. The device is lost to this process from then on, as a real one.
struct Failure {
  int status;
  std::string text;
};

using Work = std::function<void()>;

// Puts work into a stream. Runs when the host next waits for that stream, or for the device; while the stream is captured it is recorded and runs with each launch of the graph. Host values
// (alpha, sizes) must be copied into the work. Returns a CUresult: not 0 if the stream is unknown.
int submit(void *stream, const std::string &name, Work work);

// Adds a line on a call to the trace, while there is one: a name and its numbers, apart by spaces.
void trace(const std::string &line);

// Whether work has failed, after which the device does nothing more for this process.
bool lost();

// Whether a graph is being captured on the stream: then nothing may run, and waiting is an error.
bool capturing(void *stream);

// Throws Failure if the bytes at an address are not all in one live device allocation. For use in
// work. The name is that of the call and the operand, as in "cublasGemmEx: C".
void require_device(const void *address, std::size_t bytes, const std::string &name);

// Whether the bytes are in one live device allocation.
bool is_device(const void *address, std::size_t bytes);

}  // namespace gatun::fake
