package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.tensor.Tensor;

/** The null beside a head: weights of its shape with independent standard normal entries. */
final class RandomHead {
  /** Rows of a stream: a head of any size is drawn without holding it on the host. */
  private static final long ROWS = 1024;

  private RandomHead() {}

  /** Weights [V, D] of the backend's real type. */
  static Tensor draw(
      Backend backend, TensorScope scope, long vocabulary, long width, Randomness randomness) {
    Tensor head = scope.zeros(backend.real(), vocabulary, width);
    for (long first = 0; first < vocabulary; first += ROWS) {
      long count = Math.min(ROWS, vocabulary - first);
      float[] entries = new float[Math.toIntExact(count * width)];
      randomness.stream(first / ROWS).gaussian(entries, 1);
      backend.write(entries, head.rows(first, count));
    }
    return head;
  }
}
