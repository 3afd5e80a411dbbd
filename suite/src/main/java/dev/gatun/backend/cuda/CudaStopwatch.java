package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.cuda.CudaStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Times work on the stream by events of the device. */
final class CudaStopwatch {
  private CudaStopwatch() {}

  /** Seconds between the start of the first operation and the end of the last. */
  static double seconds(CudaDevice device, Runnable operations) {
    MemorySegment stream = device.stream();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment start = event(arena);
      try {
        MemorySegment end = event(arena);
        try {
          record(start, stream);
          operations.run();
          record(end, stream);
          CudaStatus.DRIVER.check(CudaDriver.cuEventSynchronize(end), "cuEventSynchronize");
          MemorySegment milliseconds = arena.allocate(JAVA_FLOAT);
          CudaStatus.DRIVER.check(
              CudaDriver.cuEventElapsedTime(milliseconds, start, end), "cuEventElapsedTime");
          return milliseconds.get(JAVA_FLOAT, 0) * 1e-3;
        } finally {
          CudaDriver.cuEventDestroy_v2(end);
        }
      } finally {
        CudaDriver.cuEventDestroy_v2(start);
      }
    }
  }

  private static MemorySegment event(Arena arena) {
    MemorySegment event = arena.allocate(ADDRESS);
    CudaStatus.DRIVER.check(
        CudaDriver.cuEventCreate(event, CudaDriver.CU_EVENT_DEFAULT()), "cuEventCreate");
    return event.get(ADDRESS, 0);
  }

  private static void record(MemorySegment event, MemorySegment stream) {
    CudaStatus.DRIVER.check(CudaDriver.cuEventRecord(event, stream), "cuEventRecord");
  }
}
