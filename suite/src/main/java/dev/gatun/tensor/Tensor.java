package dev.gatun.tensor;

import java.lang.foreign.MemorySegment;

/**
 * A dense row-major tensor over memory that someone else owns: a native {@link MemorySegment} on
 * the host, or an address on a device. Views share memory; none outlives the scope that allocated
 * it.
 *
 * <p>A device tensor's segment has zero length, so that reading it from Java throws instead of
 * crashing the process.
 */
public final class Tensor {
  private final ElementType type;
  private final Shape shape;
  private final MemorySegment extent;
  private final MemorySegment memory;
  private final boolean onHost;

  /** All of the memory, wherever it is: what views are cut from. */
  private Tensor(ElementType type, Shape shape, MemorySegment extent, boolean onHost) {
    this.type = type;
    this.shape = shape;
    this.extent = extent;
    this.memory = onHost ? extent : extent.asSlice(0, 0);
    this.onHost = onHost;
  }

  /**
   * A tensor over host memory.
   *
   * @throws IllegalArgumentException if the segment is on the heap or not exactly as large as the
   *     shape needs
   */
  public static Tensor onHost(ElementType type, Shape shape, MemorySegment memory) {
    return over(type, shape, memory, true);
  }

  /**
   * A tensor over device memory.
   *
   * @param memory device addresses, alive while the tensor may be used; nothing here reads them
   * @throws IllegalArgumentException as {@link #onHost}
   */
  public static Tensor onDevice(ElementType type, Shape shape, MemorySegment memory) {
    return over(type, shape, memory, false);
  }

  private static Tensor over(ElementType type, Shape shape, MemorySegment memory, boolean onHost) {
    if (!memory.isNative()) {
      throw new IllegalArgumentException("a tensor needs native memory, not a Java array");
    }
    if (memory.byteSize() != shape.size() * type.byteSize()) {
      throw new IllegalArgumentException(
          "%s %s needs %s bytes, got %s"
              .formatted(type, shape, shape.size() * type.byteSize(), memory.byteSize()));
    }
    return new Tensor(type, shape, memory, onHost);
  }

  public ElementType type() {
    return type;
  }

  /** Extents. */
  public Shape shape() {
    return shape;
  }

  public long size() {
    return shape.size();
  }

  /** Product of all extents but the last. */
  public long rows() {
    return shape.rows();
  }

  /** The last extent. */
  public long cols() {
    return shape.cols();
  }

  /** Size in bytes. */
  public long byteSize() {
    return size() * type.byteSize();
  }

  /** Whether the elements can be read from Java. */
  public boolean isOnHost() {
    return onHost;
  }

  /** The memory: the elements on the host, or a zero-length segment at the device address. */
  public MemorySegment memory() {
    return memory;
  }

  /**
   * The same elements in another shape.
   *
   * @throws IllegalArgumentException if the number of elements differs
   */
  public Tensor reshape(long... extents) {
    Shape other = Shape.of(extents);
    if (other.size() != size()) {
      throw new IllegalArgumentException("cannot view " + shape + " as " + other);
    }
    return new Tensor(type, other, extent, onHost);
  }

  /**
   * Consecutive elements, starting {@code offset} elements in, in a shape of their own.
   *
   * @throws IndexOutOfBoundsException if they are not all inside this tensor
   */
  public Tensor slice(long offset, long... extents) {
    Shape part = Shape.of(extents);
    if (offset < 0 || offset + part.size() > size()) {
      throw new IndexOutOfBoundsException(
          "%s at element %s is outside %s".formatted(part, offset, shape));
    }
    long size = type.byteSize();
    return new Tensor(type, part, extent.asSlice(offset * size, part.size() * size), onHost);
  }

  /** Rows {@code from} to {@code from + count} of this tensor read as a matrix: [count, cols]. */
  public Tensor rows(long from, long count) {
    return slice(from * cols(), count, cols());
  }

  /** As in {@code F32[16, 128, 64]}. */
  @Override
  public String toString() {
    return type + shape.toString();
  }
}
