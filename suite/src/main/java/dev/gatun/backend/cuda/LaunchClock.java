package dev.gatun.backend.cuda;

import dev.gatun.backend.LaunchTime;
import dev.gatun.tensor.CloseStack;
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
  private final CloseStack events = new CloseStack();

  /** In the order of launches. */
  private final List<Span> spans = new ArrayList<>();

  private boolean on;
  private DeviceEvent begun;

  LaunchClock(CudaDevice device) {
    this.device = device;
  }

  private record Span(String name, DeviceEvent start, DeviceEvent end) {
    LaunchTime time() {
      return new LaunchTime(name, end.secondsSince(start));
    }
  }

  /** Seconds between the start of the first operation and the end of the last. */
  double seconds(Runnable operations) {
    try (var start = DeviceEvent.timed(device);
        var end = DeviceEvent.timed(device)) {
      start.record();
      operations.run();
      end.record();
      return end.secondsSince(start);
    }
  }

  /** The time of each launch of the operations, in their order. */
  List<LaunchTime> each(Runnable operations) {
    on = true;
    try {
      operations.run();
      return spans.stream().map(Span::time).toList();
    } finally {
      on = false;
      spans.clear();
      events.close();
    }
  }

  /** Whether launches are being timed. */
  boolean isOn() {
    return on;
  }

  /** Says that a launch comes next. */
  void begin() {
    if (on) {
      begun = recorded();
    }
  }

  /** Says that the launch which began last has been made. */
  void end(String name) {
    if (on) {
      spans.add(new Span(name, begun, recorded()));
    }
  }

  private DeviceEvent recorded() {
    DeviceEvent event = events.own(DeviceEvent.timed(device));
    event.record();
    return event;
  }
}
