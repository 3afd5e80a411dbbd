package dev.gatun.model.head;

import dev.gatun.tensor.Tensor;

/** A parameter with its gradient, of equal shape. */
public record Trainable(Tensor value, Tensor gradient) {
  /** Rows {@code from} to {@code from + count} of both. */
  Trainable rows(long from, long count) {
    return new Trainable(value.rows(from, count), gradient.rows(from, count));
  }
}
