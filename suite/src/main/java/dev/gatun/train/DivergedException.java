package dev.gatun.train;

/** Training met a value that is not finite; the message names the step and the tensor. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DivergedException(String message) {
    super(message);
  }
}
