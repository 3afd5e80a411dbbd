package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.gatun.bindings.cudnn.CuDnn;
import dev.gatun.natives.cuda.CudaStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Descriptors of cuDNN's backend API: made, given attributes, finished and, all together, destroyed
 * by {@link #close}. Types and attributes are cuDNN's constants. A status other than success is a
 * {@link dev.gatun.natives.NativeStatusException} with cuDNN's reason.
 */
final class CudnnDescriptors implements AutoCloseable {
  private final Deque<MemorySegment> made = new ArrayDeque<>();

  /** A cudnnBackendDescriptor_t of this type, without attributes. */
  MemorySegment create(int type) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment cell = arena.allocate(ADDRESS);
      check(
          CuDnn.cudnnBackendCreateDescriptor(type, cell),
          "cudnnBackendCreateDescriptor",
          "type " + type);
      made.push(cell.get(ADDRESS, 0));
      return made.peek();
    }
  }

  void setDescriptors(MemorySegment descriptor, int attribute, MemorySegment... values) {
    setAddresses(descriptor, attribute, CuDnn.CUDNN_TYPE_BACKEND_DESCRIPTOR(), values);
  }

  void setHandle(MemorySegment descriptor, int attribute, MemorySegment handle) {
    setAddresses(descriptor, attribute, CuDnn.CUDNN_TYPE_HANDLE(), handle);
  }

  void setPointers(MemorySegment descriptor, int attribute, MemorySegment... values) {
    setAddresses(descriptor, attribute, CuDnn.CUDNN_TYPE_VOID_PTR(), values);
  }

  private void setAddresses(
      MemorySegment descriptor, int attribute, int type, MemorySegment... values) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment array = arena.allocate(ADDRESS, values.length);
      for (int i = 0; i < values.length; i++) {
        array.setAtIndex(ADDRESS, i, values[i]);
      }
      set(descriptor, attribute, type, values.length, array);
    }
  }

  void setLongs(MemorySegment descriptor, int attribute, long... values) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment array = arena.allocateFrom(JAVA_LONG, values);
      set(descriptor, attribute, CuDnn.CUDNN_TYPE_INT64(), values.length, array);
    }
  }

  void setFlag(MemorySegment descriptor, int attribute, boolean value) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment cell = arena.allocate(JAVA_BOOLEAN);
      cell.set(JAVA_BOOLEAN, 0, value);
      set(descriptor, attribute, CuDnn.CUDNN_TYPE_BOOLEAN(), 1, cell);
    }
  }

  /** A constant of one of cuDNN's enumerations, such as a data type. */
  void setConstant(MemorySegment descriptor, int attribute, int type, int value) {
    try (var arena = Arena.ofConfined()) {
      set(descriptor, attribute, type, 1, arena.allocateFrom(JAVA_INT, value));
    }
  }

  void set(MemorySegment descriptor, int attribute, int type, long count, MemorySegment values) {
    check(
        CuDnn.cudnnBackendSetAttribute(descriptor, attribute, type, count, values),
        "cudnnBackendSetAttribute",
        "attribute " + attribute);
  }

  /** The descriptor, with all its attributes set, for others to use. */
  MemorySegment finish(MemorySegment descriptor, String what) {
    check(CuDnn.cudnnBackendFinalize(descriptor), "cudnnBackendFinalize", what);
    return descriptor;
  }

  long getLong(MemorySegment descriptor, int attribute) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment cell = arena.allocate(JAVA_LONG);
      get(descriptor, attribute, CuDnn.CUDNN_TYPE_INT64(), 1, cell);
      return cell.get(JAVA_LONG, 0);
    }
  }

  /** The constants, of {@code most} or fewer, that an attribute of this type has. */
  int[] getConstants(MemorySegment descriptor, int attribute, int type, int most) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment array = arena.allocate(JAVA_INT, most);
      long count = get(descriptor, attribute, type, most, array);
      return array.asSlice(0, Math.min(count, most) * JAVA_INT.byteSize()).toArray(JAVA_INT);
    }
  }

  /** New descriptors of this type, of {@code most} or fewer, that an attribute has. */
  MemorySegment[] getDescriptors(MemorySegment descriptor, int attribute, int type, int most) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment[] room = new MemorySegment[most];
      MemorySegment array = arena.allocate(ADDRESS, most);
      for (int i = 0; i < most; i++) {
        room[i] = create(type);
        array.setAtIndex(ADDRESS, i, room[i]);
      }
      long count = get(descriptor, attribute, CuDnn.CUDNN_TYPE_BACKEND_DESCRIPTOR(), most, array);
      return Arrays.copyOf(room, (int) Math.min(count, most));
    }
  }

  private static long get(
      MemorySegment descriptor, int attribute, int type, long most, MemorySegment array) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_LONG);
      check(
          CuDnn.cudnnBackendGetAttribute(descriptor, attribute, type, most, count, array),
          "cudnnBackendGetAttribute",
          "attribute " + attribute);
      return count.get(JAVA_LONG, 0);
    }
  }

  private static void check(int status, String call, String what) {
    CudaStatus.CUDNN.check(status, call, what);
  }

  @Override
  public void close() {
    var leftovers = new Leftovers();
    while (!made.isEmpty()) {
      int status = CuDnn.cudnnBackendDestroyDescriptor(made.pop());
      leftovers.count(CudaStatus.CUDNN, status, "cudnnBackendDestroyDescriptor");
    }
    leftovers.tell();
  }
}
