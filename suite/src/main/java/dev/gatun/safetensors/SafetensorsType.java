package dev.gatun.safetensors;

import dev.gatun.tensor.Encoding;
import java.util.Optional;

/** Element types of the safetensors format that Gatun opens; names are those in the header. */
public enum SafetensorsType {
  /** IEEE 754 binary64. */
  F64(8, Encoding.F64),
  /** IEEE 754 binary32. */
  F32(4, Encoding.F32),
  /** IEEE 754 binary16, widened when read. */
  F16(2, Encoding.F16),
  /** The upper half of a binary32, widened when read. */
  BF16(2, Encoding.BF16),
  /** Signed 64-bit integer. */
  I64(8),
  /** Signed 32-bit integer. */
  I32(4),
  /** Signed 16-bit integer. */
  I16(2),
  /** Signed byte. */
  I8(1),
  /** Unsigned 64-bit integer. */
  U64(8),
  /** Unsigned 32-bit integer. */
  U32(4),
  /** Unsigned 16-bit integer. */
  U16(2),
  /** Byte, such as GPT-2's stored masks. */
  U8(1),
  /** Truth value in a byte. */
  BOOL(1);

  private final int byteSize;
  private final Optional<Encoding> encoding;

  SafetensorsType(int byteSize) {
    this.byteSize = byteSize;
    this.encoding = Optional.empty();
  }

  SafetensorsType(int byteSize, Encoding encoding) {
    this.byteSize = byteSize;
    this.encoding = Optional.of(encoding);
  }

  /** Bytes of an element. */
  public int byteSize() {
    return byteSize;
  }

  /** How real numbers are stored; empty for integers and truth values. */
  public Optional<Encoding> encoding() {
    return encoding;
  }

  /** Whether this is a floating-point type. */
  public boolean isReal() {
    return encoding.isPresent();
  }
}
