package dev.gatun.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Extents of a dense row-major tensor, outermost first. A shape read as a matrix has the product of
 * all leading extents as {@link #rows()} and the last extent as {@link #cols()}.
 */
public final class Shape {
  private final long[] extents;

  private Shape(long[] extents) {
    this.extents = extents;
  }

  /**
   * A shape with the given extents.
   *
   * @throws IllegalArgumentException if there is none, one is negative, or the product overflows
   */
  public static Shape of(long... extents) {
    if (extents.length == 0) {
      throw new IllegalArgumentException("a shape needs at least one extent");
    }
    long size = 1;
    for (long extent : extents) {
      if (extent < 0) {
        throw new IllegalArgumentException("negative extent in " + Arrays.toString(extents));
      }
      try {
        size = Math.multiplyExact(size, extent);
      } catch (ArithmeticException _) {
        throw new IllegalArgumentException("too many elements in " + Arrays.toString(extents));
      }
    }
    return new Shape(extents.clone());
  }

  /** Number of extents. */
  public int rank() {
    return extents.length;
  }

  /** The extent at an index; negative indices count from the last. */
  public long extent(int index) {
    return extents[index < 0 ? extents.length + index : index];
  }

  /** All extents, outermost first (a copy). */
  public long[] extents() {
    return extents.clone();
  }

  public long size() {
    long size = 1;
    for (long extent : extents) {
      size *= extent;
    }
    return size;
  }

  /** Product of all extents but the last. */
  public long rows() {
    long rows = 1;
    for (int i = 0; i < extents.length - 1; i++) {
      rows *= extents[i];
    }
    return rows;
  }

  /** The last extent. */
  public long cols() {
    return extents[extents.length - 1];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(extents, shape.extents);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(extents);
  }

  /** As in {@code [16, 128, 64]}. */
  @Override
  public String toString() {
    return Arrays.stream(extents)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
