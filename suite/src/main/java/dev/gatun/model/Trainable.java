package dev.gatun.model;

import dev.gatun.tensor.Tensor;

/** A parameter with its gradient, of equal shape. */
record Trainable(Tensor value, Tensor gradient) {
  /** The parameter of that name. */
  static Trainable of(Parameters parameters, String name) {
    return new Trainable(parameters.value(name), parameters.gradient(name));
  }

  /** Rows {@code from} to {@code from + count} of both. */
  Trainable rows(long from, long count) {
    return new Trainable(value.rows(from, count), gradient.rows(from, count));
  }
}
