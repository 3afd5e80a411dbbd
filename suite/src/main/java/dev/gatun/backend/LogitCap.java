package dev.gatun.backend;

import dev.gatun.tensor.Tensor;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A cap c that keeps logits within ±c, L ↦ c·tanh(L/c), as Gemma 2 has one (arXiv 2408.00118,
 * section 2).
 */
public record LogitCap(Backend backend, double value) {
  /** The cap of a model that has one. */
  public static Optional<LogitCap> of(Backend backend, OptionalDouble value) {
    return value.isPresent()
        ? Optional.of(new LogitCap(backend, value.getAsDouble()))
        : Optional.empty();
  }

  /**
   * Caps logits in place.
   *
   * @param argument of the logits' shape; it becomes L/c, which {@link #backward} needs
   */
  public void forward(Tensor logits, Tensor argument) {
    backend.copy(logits, argument);
    backend.scale(1 / value, argument);
    backend.elementwise(Elementwise.TANH, argument, logits);
    backend.scale(value, logits);
  }

  /** Turns the gradient of capped logits into that of the logits before the cap, in place. */
  public void backward(Tensor argument, Tensor gradient) {
    backend.elementwiseBackward(Elementwise.TANH, argument, gradient, gradient);
  }
}
