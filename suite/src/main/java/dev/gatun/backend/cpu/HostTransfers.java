package dev.gatun.backend.cpu;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Copies between Java arrays and tensors in host memory. */
final class HostTransfers {
  void write(double[] values, Tensor to) {
    requireSize(values.length, to);
    switch (to.type()) {
      case F64 ->
          MemorySegment.copy(values, 0, to.memory(), ValueLayout.JAVA_DOUBLE, 0, values.length);
      case F32 -> {
        for (int i = 0; i < values.length; i++) {
          to.memory().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) values[i]);
        }
      }
      case I32 -> throw wrongType("real values", to);
    }
  }

  void write(float[] values, Tensor to) {
    requireSize(values.length, to);
    switch (to.type()) {
      case F32 ->
          MemorySegment.copy(values, 0, to.memory(), ValueLayout.JAVA_FLOAT, 0, values.length);
      case F64 -> {
        for (int i = 0; i < values.length; i++) {
          to.memory().setAtIndex(ValueLayout.JAVA_DOUBLE, i, values[i]);
        }
      }
      case I32 -> throw wrongType("real values", to);
    }
  }

  void write(int[] values, Tensor to) {
    requireSize(values.length, to);
    if (to.type() != ElementType.I32) {
      throw wrongType("ids", to);
    }
    MemorySegment.copy(values, 0, to.memory(), ValueLayout.JAVA_INT, 0, values.length);
  }

  double[] toDoubles(Tensor from) {
    return switch (from.type()) {
      case F64 -> from.memory().toArray(ValueLayout.JAVA_DOUBLE);
      case F32 -> {
        double[] values = new double[Math.toIntExact(from.size())];
        for (int i = 0; i < values.length; i++) {
          values[i] = from.memory().getAtIndex(ValueLayout.JAVA_FLOAT, i);
        }
        yield values;
      }
      case I32 -> throw wrongType("real values", from);
    };
  }

  float[] toFloats(Tensor from) {
    return switch (from.type()) {
      case F32 -> from.memory().toArray(ValueLayout.JAVA_FLOAT);
      case F64 -> {
        float[] values = new float[Math.toIntExact(from.size())];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) from.memory().getAtIndex(ValueLayout.JAVA_DOUBLE, i);
        }
        yield values;
      }
      case I32 -> throw wrongType("real values", from);
    };
  }

  int[] toInts(Tensor from) {
    if (from.type() != ElementType.I32) {
      throw wrongType("ids", from);
    }
    return from.memory().toArray(ValueLayout.JAVA_INT);
  }

  private static void requireSize(int values, Tensor tensor) {
    if (tensor.size() != values) {
      throw new IllegalArgumentException(values + " values do not fit " + tensor);
    }
  }

  private static IllegalArgumentException wrongType(String what, Tensor tensor) {
    return new IllegalArgumentException(tensor + " holds no " + what);
  }
}
