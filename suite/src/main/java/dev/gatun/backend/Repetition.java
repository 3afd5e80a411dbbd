package dev.gatun.backend;

/** A recording that calls its operations again. */
final class Repetition implements Recording {
  private final Runnable operations;
  private boolean closed;

  Repetition(Runnable operations) {
    this.operations = operations;
  }

  @Override
  public void run() {
    if (closed) {
      throw new IllegalStateException("the recording is closed");
    }
    operations.run();
  }

  @Override
  public void close() {
    closed = true;
  }
}
