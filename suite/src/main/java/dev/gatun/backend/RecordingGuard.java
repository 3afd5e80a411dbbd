package dev.gatun.backend;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * Keeps the rules of {@link Backend#record} for a backend: asks at each operation that has no place
 * in a recording. Belongs to the backend's one thread.
 */
public final class RecordingGuard {
  private boolean inside;

  /**
   * Returns unless a recording is being made or run.
   *
   * @throws IllegalStateException otherwise, naming the operation
   */
  public void refuseInside(String operation) {
    if (inside) {
      throw new IllegalStateException(
          operation
              + " inside a recording: allocate and fill tensors before it, read them after it");
    }
  }

  /** The scope under the rules. */
  public TensorScope watched(TensorScope scope) {
    return new TensorScope() {
      @Override
      public Tensor zeros(ElementType type, long... extents) {
        refuseInside("zeros");
        return scope.zeros(type, extents);
      }

      @Override
      public void close() {
        refuseInside("closing a scope");
        scope.close();
      }
    };
  }

  /** Runs operations under the rules. */
  public void watch(Runnable operations) {
    refuseInside("record");
    inside = true;
    try {
      operations.run();
    } finally {
      inside = false;
    }
  }

  /** A recording that runs the operations again under the rules, for devices without graphs. */
  public Recording repeating(Runnable operations) {
    refuseInside("record");
    return new Repetition(this, operations);
  }

  private static final class Repetition implements Recording {
    private final RecordingGuard guard;
    private final Runnable operations;
    private boolean closed;

    Repetition(RecordingGuard guard, Runnable operations) {
      this.guard = guard;
      this.operations = operations;
    }

    @Override
    public void run() {
      if (closed) {
        throw new IllegalStateException("the recording is closed");
      }
      guard.watch(operations);
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
