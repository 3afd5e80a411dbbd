package dev.gatun.backend;

/**
 * A fixed series of operations, to be run again and again; see {@link Backend#record}. A device
 * whose calls cost time of their own replays it as one; others run the operations again.
 */
public interface Recording extends AutoCloseable {
  /**
   * Runs the operations once more, on what the tensors hold now.
   *
   * @throws IllegalStateException if the recording is closed, or an operation breaks the rules of
   *     {@link Backend#record}
   */
  void run();

  /** Frees what the device keeps for it; a second time does nothing. */
  @Override
  void close();
}
