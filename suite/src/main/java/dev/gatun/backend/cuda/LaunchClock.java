package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.gatun.backend.LaunchTime;
import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.cuda.CudaStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Times by events of the device what is put into its stream: as a whole, or launch by launch.
 *
 * <p>A launch's time is that between an event before and one behind it. Where the host is slower
 * than the device, which then waits for the launch, it is the host's time.
 */
final class LaunchClock {
  private final CudaDevice device;

  /** In the order of launches; those of no interest now are not kept. */
  private final List<Span> spans = new ArrayList<>();

  private boolean on;
  private MemorySegment begun;

  LaunchClock(CudaDevice device) {
    this.device = device;
  }

  private record Span(String name, MemorySegment start, MemorySegment end) {}

  /** Seconds between the start of the first operation and the end of the last. */
  double seconds(Runnable operations) {
    var span = new Span("all", event(), event());
    try {
      record(span.start);
      operations.run();
      record(span.end);
      return seconds(span);
    } finally {
      destroy(span);
    }
  }

  /** The time of each launch of the operations, in their order. */
  List<LaunchTime> each(Runnable operations) {
    on = true;
    try {
      operations.run();
      return spans.stream().map(span -> new LaunchTime(span.name, seconds(span))).toList();
    } finally {
      on = false;
      spans.forEach(LaunchClock::destroy);
      spans.clear();
      if (begun != null) { // and the launch failed
        CudaDriver.cuEventDestroy_v2(begun);
        begun = null;
      }
    }
  }

  /** Whether launches are being timed. */
  boolean isOn() {
    return on;
  }

  /** Says that a launch comes next. */
  void begin() {
    if (on) {
      begun = event();
      record(begun);
    }
  }

  /** Says that the launch which began last has been made. */
  void end(String name) {
    if (on) {
      var span = new Span(name, begun, event());
      spans.add(span);
      record(span.end);
      begun = null;
    }
  }

  private static double seconds(Span span) {
    CudaStatus.DRIVER.check(CudaDriver.cuEventSynchronize(span.end), "cuEventSynchronize");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment milliseconds = arena.allocate(JAVA_FLOAT);
      CudaStatus.DRIVER.check(
          CudaDriver.cuEventElapsedTime(milliseconds, span.start, span.end), "cuEventElapsedTime");
      return milliseconds.get(JAVA_FLOAT, 0) * 1e-3;
    }
  }

  private MemorySegment event() {
    device.makeCurrent();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment event = arena.allocate(ADDRESS);
      CudaStatus.DRIVER.check(
          CudaDriver.cuEventCreate(event, CudaDriver.CU_EVENT_DEFAULT()), "cuEventCreate");
      return event.get(ADDRESS, 0);
    }
  }

  private void record(MemorySegment event) {
    CudaStatus.DRIVER.check(CudaDriver.cuEventRecord(event, device.stream()), "cuEventRecord");
  }

  private static void destroy(Span span) {
    CudaDriver.cuEventDestroy_v2(span.start);
    CudaDriver.cuEventDestroy_v2(span.end);
  }
}
