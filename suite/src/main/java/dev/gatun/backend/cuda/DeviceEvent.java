package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.tensor.Holding;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A point in the stream of a device, which is passed when all work before it is done. */
final class DeviceEvent implements AutoCloseable {
  private final CudaDevice device;
  private final MemorySegment event;
  private final Holding holding;

  private DeviceEvent(CudaDevice device, int flags) {
    this.device = device;
    device.makeCurrent();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ADDRESS);
      CudaStatus.DRIVER.check(CudaDriver.cuEventCreate(handle, flags), "cuEventCreate");
      event = handle.get(ADDRESS, 0);
    }
    holding = Holding.of("a CUDA event");
  }

  /** One that keeps the time at which it was passed. */
  static DeviceEvent timed(CudaDevice device) {
    return new DeviceEvent(device, CudaDriver.CU_EVENT_DEFAULT());
  }

  /** One to wait for. */
  static DeviceEvent untimed(CudaDevice device) {
    return new DeviceEvent(device, CudaDriver.CU_EVENT_DISABLE_TIMING());
  }

  /** Puts it into the stream, behind all that is there; a second time moves it. */
  void record() {
    CudaStatus.DRIVER.check(CudaDriver.cuEventRecord(event, device.stream()), "cuEventRecord");
  }

  /** Waits until it is passed. */
  void await() {
    device.makeCurrent();
    CudaStatus.DRIVER.check(CudaDriver.cuEventSynchronize(event), "cuEventSynchronize");
  }

  /** Seconds from that event to this one, for which it waits; both keep their time. */
  double secondsSince(DeviceEvent start) {
    await();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment milliseconds = arena.allocate(JAVA_FLOAT);
      CudaStatus.DRIVER.check(
          CudaDriver.cuEventElapsedTime(milliseconds, start.event, event), "cuEventElapsedTime");
      return milliseconds.get(JAVA_FLOAT, 0) * 1e-3;
    }
  }

  /** Tells the device if it cannot be given back. */
  @Override
  public void close() {
    holding.close();
    device.makeCurrent();
    device
        .leftovers()
        .count(CudaStatus.DRIVER, CudaDriver.cuEventDestroy_v2(event), "cuEventDestroy_v2");
  }
}
