package dev.gatun.backend;

/**
 * Keeps the rules of {@link Backend#record}: asks at each operation that has no place in a
 * recording. Belongs to the backend's one thread.
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

  /** Runs operations under the rules. */
  void watch(Runnable operations) {
    refuseInside("record");
    inside = true;
    try {
      operations.run();
    } finally {
      inside = false;
    }
  }
}
