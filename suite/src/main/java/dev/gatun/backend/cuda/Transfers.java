package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.gatun.backend.Parts;
import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * Copies between Java arrays and device tensors, converting between F32 and F64 on the host.
 * Everything passes through page-locked memory, which the device reads and writes by itself. Writes
 * do not wait for the device; a read does, and tells of wrong ids that operations met meanwhile.
 */
final class Transfers implements Parts.Transfers, AutoCloseable {
  /** For each direction: at PCIe's 25 GB/s, a piece takes 0.16 ms against some 10 µs to start. */
  private static final long BUFFER_BYTES = 4L << 20;

  private static final long FLAG_BYTES = 64;

  private final CudaDevice device;
  private final Launcher launcher;
  private final MemorySegment outgoing;
  private final MemorySegment incoming;
  private final MemorySegment flag;
  private final LaterReads later;
  private final CloseStack parts;
  private long outgoingUsed;

  Transfers(CudaDevice device, Launcher launcher, DeviceMemory memory) {
    this.device = device;
    this.launcher = launcher;
    try (var opened = new CloseStack()) {
      MemorySegment pinned =
          pinned(memory.arena(), 2 * BUFFER_BYTES + FLAG_BYTES + LaterReads.BYTES);
      opened.own(() -> free(pinned));
      outgoing = pinned.asSlice(0, BUFFER_BYTES);
      incoming = pinned.asSlice(BUFFER_BYTES, BUFFER_BYTES);
      flag = pinned.asSlice(2 * BUFFER_BYTES, FLAG_BYTES);
      MemorySegment rest = pinned.asSlice(2 * BUFFER_BYTES + FLAG_BYTES);
      later = opened.own(new LaterReads(device, launcher, rest, this::throwIfFlagged));
      parts = opened.keep();
    }
  }

  // The driver has given exactly this size.
  @SuppressWarnings("restricted")
  private MemorySegment pinned(Arena arena, long bytes) {
    device.makeCurrent();
    MemorySegment address = arena.allocate(ADDRESS);
    CudaStatus.DRIVER.check(
        CudaDriver.cuMemAllocHost_v2(address, bytes), "cuMemAllocHost_v2", bytes + " bytes");
    return address.get(ADDRESS, 0).reinterpret(bytes, arena, null);
  }

  private void free(MemorySegment pinned) {
    device.leftovers().count(CudaStatus.DRIVER, CudaDriver.cuMemFreeHost(pinned), "cuMemFreeHost");
  }

  /** Copies elements from {@code first} on, {@code count} of them, between array and buffer. */
  @FunctionalInterface
  private interface Piece {
    void copy(MemorySegment buffer, int first, int count);
  }

  @Override
  public void write(double[] values, Tensor to) {
    if (to.type() == ElementType.F64) {
      write(to, (buffer, first, n) -> MemorySegment.copy(values, first, buffer, JAVA_DOUBLE, 0, n));
      return;
    }
    write(
        to,
        (buffer, first, n) -> {
          for (int i = 0; i < n; i++) {
            buffer.setAtIndex(JAVA_FLOAT, i, (float) values[first + i]);
          }
        });
  }

  @Override
  public void write(float[] values, Tensor to) {
    if (to.type() == ElementType.F32) {
      write(to, (buffer, first, n) -> MemorySegment.copy(values, first, buffer, JAVA_FLOAT, 0, n));
      return;
    }
    write(
        to,
        (buffer, first, n) -> {
          for (int i = 0; i < n; i++) {
            buffer.setAtIndex(JAVA_DOUBLE, i, values[first + i]);
          }
        });
  }

  @Override
  public void write(int[] values, Tensor to) {
    write(to, (buffer, first, n) -> MemorySegment.copy(values, first, buffer, JAVA_INT, 0, n));
  }

  @Override
  public void write(Encoding encoding, MemorySegment stored, Tensor to) {
    int bytes = encoding.byteSize();
    write(
        to,
        (buffer, first, n) ->
            encoding.decode(
                stored.asSlice((long) first * bytes, (long) n * bytes), to.type(), buffer));
  }

  private void write(Tensor to, Piece piece) {
    long elementBytes = to.type().byteSize();
    int size = Math.toIntExact(to.size());
    int most = (int) (BUFFER_BYTES / elementBytes);
    device.writes().to(to);
    for (int first = 0; first < size; first += most) {
      int count = Math.min(most, size - first);
      MemorySegment buffer = freeOutgoing(count * elementBytes);
      piece.copy(buffer, first, count);
      device.clock().begin();
      CudaStatus.DRIVER.check(
          CudaDriver.cuMemcpyHtoDAsync_v2(
              to.memory().address() + first * elementBytes,
              buffer,
              count * elementBytes,
              device.stream()),
          "cuMemcpyHtoDAsync_v2",
          to);
      device.clock().end("copy from the host");
    }
  }

  /** Room that no copy under way reads from. */
  private MemorySegment freeOutgoing(long bytes) {
    if (outgoingUsed + bytes > BUFFER_BYTES) {
      device.synchronise();
      outgoingUsed = 0;
    }
    MemorySegment room = outgoing.asSlice(outgoingUsed, bytes);
    outgoingUsed += Math.ceilDiv(bytes, JAVA_DOUBLE.byteSize()) * JAVA_DOUBLE.byteSize();
    return room;
  }

  @Override
  public double[] toDoubles(Tensor from) {
    double[] values = new double[Math.toIntExact(from.size())];
    if (from.type() == ElementType.F64) {
      read(
          from, (buffer, first, n) -> MemorySegment.copy(buffer, JAVA_DOUBLE, 0, values, first, n));
      return values;
    }
    read(
        from,
        (buffer, first, n) -> {
          for (int i = 0; i < n; i++) {
            values[first + i] = buffer.getAtIndex(JAVA_FLOAT, i);
          }
        });
    return values;
  }

  @Override
  public float[] toFloats(Tensor from) {
    float[] values = new float[Math.toIntExact(from.size())];
    if (from.type() == ElementType.F32) {
      read(from, (buffer, first, n) -> MemorySegment.copy(buffer, JAVA_FLOAT, 0, values, first, n));
      return values;
    }
    read(
        from,
        (buffer, first, n) -> {
          for (int i = 0; i < n; i++) {
            values[first + i] = (float) buffer.getAtIndex(JAVA_DOUBLE, i);
          }
        });
    return values;
  }

  @Override
  public int[] toInts(Tensor from) {
    int[] values = new int[Math.toIntExact(from.size())];
    read(from, (buffer, first, n) -> MemorySegment.copy(buffer, JAVA_INT, 0, values, first, n));
    return values;
  }

  @Override
  public Supplier<double[]> toDoublesLater(Tensor from) {
    return from.type() == ElementType.F64 && from.byteSize() <= LaterReads.MOST_BYTES
        ? later.read(from)
        : Parts.Transfers.super.toDoublesLater(from);
  }

  /** The first element of an F64 tensor: a result that a kernel has left there. */
  double toDouble(Tensor from) {
    var value = new double[1];
    read(from.slice(0, 1), (buffer, _, _) -> value[0] = buffer.get(JAVA_DOUBLE, 0));
    return value[0];
  }

  /** The first element of an I32 tensor. */
  int toInt(Tensor from) {
    return toInts(from.slice(0, 1))[0];
  }

  private void read(Tensor from, Piece piece) {
    long elementBytes = from.type().byteSize();
    int size = Math.toIntExact(from.size());
    int most = (int) (BUFFER_BYTES / elementBytes);
    int first = 0;
    do {
      int count = Math.min(most, size - first);
      long bytes = count * elementBytes;
      if (count > 0) {
        copyToHost(incoming, from.memory().address() + first * elementBytes, bytes, from);
      }
      if (first + count == size) {
        copyToHost(flag, launcher.errorFlag().memory().address(), JAVA_INT.byteSize(), from);
      }
      device.synchronise();
      outgoingUsed = 0;
      piece.copy(incoming, first, count);
      first += count;
    } while (first < size);
    throwIfFlagged(flag.get(JAVA_INT, 0));
  }

  private void copyToHost(MemorySegment to, long address, long bytes, Tensor from) {
    device.clock().begin();
    CudaStatus.DRIVER.check(
        CudaDriver.cuMemcpyDtoHAsync_v2(to, address, bytes, device.stream()),
        "cuMemcpyDtoHAsync_v2",
        from);
    device.clock().end("copy to the host");
  }

  private void throwIfFlagged(int code) {
    if (code != 0) {
      launcher.clearErrorFlag();
      throw new IllegalArgumentException(
          CheckedOperation.of(code)
              + ": an id is outside the table or the classes; found while reading a later result");
    }
  }

  @Override
  public void close() {
    parts.close();
  }
}
