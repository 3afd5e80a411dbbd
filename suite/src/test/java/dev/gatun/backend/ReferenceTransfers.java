package dev.gatun.backend;

import static dev.gatun.backend.Elements.at;
import static dev.gatun.backend.Elements.elements;
import static dev.gatun.backend.Elements.idAt;
import static dev.gatun.backend.Elements.put;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Copies between Java arrays and host tensors, an element at a time. */
final class ReferenceTransfers implements Parts.Transfers {
  @Override
  public void write(double[] values, Tensor to) {
    if (to.type() == ElementType.F64) {
      MemorySegment.copy(values, 0, to.memory(), JAVA_DOUBLE, 0, values.length);
      return;
    }
    for (int i = 0; i < values.length; i++) {
      put(to, i, values[i]);
    }
  }

  @Override
  public void write(float[] values, Tensor to) {
    for (int i = 0; i < values.length; i++) {
      put(to, i, values[i]);
    }
  }

  @Override
  public void write(Encoding encoding, MemorySegment stored, Tensor to) {
    ByteBuffer bytes = stored.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    double[] values = new double[Math.toIntExact(stored.byteSize() / encoding.byteSize())];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (encoding) {
            case F64 -> bytes.getDouble();
            case F32 -> bytes.getFloat();
            case F16 -> Float.float16ToFloat(bytes.getShort());
            case BF16 -> Float.intBitsToFloat(bytes.getShort() << 16);
          };
    }
    write(values, to);
  }

  @Override
  public void write(int[] values, Tensor to) {
    for (int i = 0; i < values.length; i++) {
      put(to, i, values[i]);
    }
  }

  @Override
  public double[] toDoubles(Tensor from) {
    return elements(from);
  }

  @Override
  public float[] toFloats(Tensor from) {
    float[] values = new float[Math.toIntExact(from.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) at(from, i);
    }
    return values;
  }

  @Override
  public int[] toInts(Tensor from) {
    int[] values = new int[Math.toIntExact(from.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = idAt(from, i);
    }
    return values;
  }
}
