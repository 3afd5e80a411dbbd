package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Numbers on their way to the host while it puts more work into the stream. There are two places in
 * page-locked memory, so that the numbers of one step can be read while the next one runs.
 */
final class LaterReads implements AutoCloseable {
  private static final int PLACES = 2;
  private static final long FLAG_BYTES = 64;

  /** The bytes of the numbers of one read. */
  static final long MOST_BYTES = 4096;

  /** Page-locked memory that is needed. */
  static final long BYTES = PLACES * (MOST_BYTES + FLAG_BYTES);

  private final CudaDevice device;
  private final Launcher launcher;
  private final IntConsumer checkFlag;
  private final Place[] places = new Place[PLACES];
  private final CloseStack events;
  private int next;

  /**
   * In page-locked memory.
   *
   * @param checkFlag throws if the launcher's flag for errors has this value
   */
  LaterReads(CudaDevice device, Launcher launcher, MemorySegment pinned, IntConsumer checkFlag) {
    this.device = device;
    this.launcher = launcher;
    this.checkFlag = checkFlag;
    try (var opened = new CloseStack()) {
      for (int i = 0; i < PLACES; i++) {
        long from = i * (MOST_BYTES + FLAG_BYTES);
        DeviceEvent event = opened.own(DeviceEvent.untimed(device));
        places[i] = new Place(pinned.asSlice(from, MOST_BYTES + FLAG_BYTES), event);
      }
      events = opened.keep();
    }
  }

  /** Room for the numbers of one read, and what says that they are there. */
  private static final class Place {
    final MemorySegment numbers;
    final MemorySegment flag;
    final DeviceEvent event;
    Read under = null;

    Place(MemorySegment memory, DeviceEvent event) {
      this.numbers = memory.asSlice(0, MOST_BYTES);
      this.flag = memory.asSlice(MOST_BYTES);
      this.event = event;
    }
  }

  /** A read, which leaves its place when its numbers are asked for, or another needs the place. */
  private final class Read implements Supplier<double[]> {
    private final Place place;
    private final double[] values;
    private int flag;

    Read(Place place, int count) {
      this.place = place;
      this.values = new double[count];
    }

    void fetch() {
      if (place.under == this) {
        place.under = null;
        place.event.await();
        MemorySegment.copy(place.numbers, JAVA_DOUBLE, 0, values, 0, values.length);
        flag = place.flag.get(JAVA_INT, 0);
      }
    }

    @Override
    public double[] get() {
      fetch();
      checkFlag.accept(flag);
      return values.clone();
    }
  }

  /** The elements that an F64 tensor has now. */
  Supplier<double[]> read(Tensor from) {
    Place place = places[next];
    next = (next + 1) % PLACES;
    if (place.under != null) {
      place.under.fetch();
    }
    copy(place.numbers, from, from.byteSize());
    copy(place.flag, launcher.errorFlag(), JAVA_INT.byteSize());
    place.event.record();
    place.under = new Read(place, Math.toIntExact(from.size()));
    return place.under;
  }

  private void copy(MemorySegment to, Tensor from, long bytes) {
    CudaStatus.DRIVER.check(
        CudaDriver.cuMemcpyDtoHAsync_v2(to, from.memory().address(), bytes, device.stream()),
        "cuMemcpyDtoHAsync_v2",
        from);
  }

  @Override
  public void close() {
    events.close();
  }
}
