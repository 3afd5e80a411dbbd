package dev.gatun.tensor;

import java.lang.foreign.ValueLayout;

/** The type of a tensor's elements. */
public enum ElementType {
  /** IEEE 754 binary32. */
  F32(ValueLayout.JAVA_FLOAT),
  /** IEEE 754 binary64. */
  F64(ValueLayout.JAVA_DOUBLE),
  /** Signed 32-bit integer: token ids and class indices. */
  I32(ValueLayout.JAVA_INT);

  private final ValueLayout layout;

  ElementType(ValueLayout layout) {
    this.layout = layout;
  }

  /** Memory layout of one element, in native byte order. */
  public ValueLayout layout() {
    return layout;
  }

  /** Size of one element in bytes. */
  public long byteSize() {
    return layout.byteSize();
  }

  /** Whether this is a floating-point type. */
  public boolean isReal() {
    return this != I32;
  }
}
