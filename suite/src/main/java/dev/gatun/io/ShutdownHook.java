package dev.gatun.io;

import java.util.concurrent.CancellationException;

/** What is done if a signal ends the process before this is closed. */
public final class ShutdownHook implements AutoCloseable {
  private final Thread thread;

  /**
   * Waits for the signal from now on.
   *
   * @param work done once, in a thread of its own; the process ends when it returns
   * @param name the name of that thread
   * @throws CancellationException if a signal is ending the process already
   */
  public ShutdownHook(Runnable work, String name) {
    thread = new Thread(work, name);
    try {
      Runtime.getRuntime().addShutdownHook(thread);
    } catch (IllegalStateException _) {
      throw new CancellationException("interrupted");
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(thread);
    } catch (IllegalStateException _) {
      // The process is ending, and the work is being done.
    }
  }
}
