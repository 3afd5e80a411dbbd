package dev.gatun.backend;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.ValueLayout;

/** Elements of host tensors as doubles: slow, and hard to get wrong. */
final class Elements {
  private Elements() {}

  static double at(Tensor x, long i) {
    return switch (x.type()) {
      case F32 -> x.memory().getAtIndex(ValueLayout.JAVA_FLOAT, i);
      case F64 -> x.memory().getAtIndex(ValueLayout.JAVA_DOUBLE, i);
      case I32 -> x.memory().getAtIndex(ValueLayout.JAVA_INT, i);
    };
  }

  static double at(Tensor x, long row, long col) {
    return at(x, row * x.cols() + col);
  }

  /** All of them, in order. */
  static double[] elements(Tensor x) {
    if (x.type() == ElementType.F64) {
      return x.memory().toArray(ValueLayout.JAVA_DOUBLE);
    }
    double[] values = new double[Math.toIntExact(x.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = at(x, i);
    }
    return values;
  }

  static int idAt(Tensor ids, long i) {
    return ids.memory().getAtIndex(ValueLayout.JAVA_INT, i);
  }

  static void put(Tensor x, long i, double value) {
    switch (x.type()) {
      case F32 -> x.memory().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
      case F64 -> x.memory().setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
      case I32 -> x.memory().setAtIndex(ValueLayout.JAVA_INT, i, (int) value);
    }
  }

  static void put(Tensor x, long row, long col, double value) {
    put(x, row * x.cols() + col, value);
  }

  static void add(Tensor x, long i, double value) {
    put(x, i, at(x, i) + value);
  }
}
