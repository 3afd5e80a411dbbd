package dev.gatun.model;

/** Element types of the safetensors format that Gatun reads; names are those in the header. */
public enum SafetensorsType {
  /** IEEE 754 binary64. */
  F64(8),
  /** IEEE 754 binary32. */
  F32(4),
  /** IEEE 754 binary16, widened when read. */
  F16(2),
  /** The upper half of a binary32, widened when read. */
  BF16(2),
  /** Signed 64-bit integer. */
  I64(8),
  /** Signed 32-bit integer. */
  I32(4),
  /** Byte, such as GPT-2's stored masks. */
  U8(1),
  /** Truth value in a byte. */
  BOOL(1);

  private final int byteSize;

  SafetensorsType(int byteSize) {
    this.byteSize = byteSize;
  }

  /** Bytes of an element. */
  public int byteSize() {
    return byteSize;
  }

  /** Whether this is a floating-point type. */
  public boolean isReal() {
    return this == F64 || this == F32 || this == F16 || this == BF16;
  }
}
