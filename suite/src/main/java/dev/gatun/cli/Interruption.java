package dev.gatun.cli;

import dev.gatun.io.ShutdownHook;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Ctrl-C, or SIGTERM, while a command works: the work is asked to stop at its next safe point and
 * is given time to store what it has. When it has stopped, one line says where it is and how to go
 * on. The process then ends by the signal, as shells expect.
 */
final class Interruption implements AutoCloseable {
  private static final long GRACE_SECONDS = 60;
  private static final long PATIENCE_SECONDS = 2;

  private final CountDownLatch finished = new CountDownLatch(1);
  private final ShutdownHook hook;
  private volatile String line;
  private volatile boolean requested;

  /**
   * Listens from now on.
   *
   * @param note shows a line
   * @param line what is said when the command is interrupted: where its work is, and how to go on
   * @param onRequest called once when the user interrupts, from another thread
   * @throws CancellationException if the user has interrupted already
   */
  Interruption(Consumer<String> note, String line, Runnable onRequest) {
    this.line = line;
    hook =
        new ShutdownHook(
            () -> {
              requested = true;
              onRequest.run();
              if (!isFinishedWithin(PATIENCE_SECONDS)) {
                note.accept("gatun: stopping; what is done is being stored");
                isFinishedWithin(GRACE_SECONDS);
              }
              if (!this.line.isEmpty()) {
                note.accept("gatun: interrupted; " + this.line);
              }
            },
            "gatun-interruption");
  }

  private boolean isFinishedWithin(long seconds) {
    try {
      return finished.await(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Says something else from now on. */
  void says(String other) {
    line = other;
  }

  /** The work is done, and an interruption changes nothing. */
  void complete() {
    line = "";
  }

  /**
   * A safe point.
   *
   * @throws CancellationException if the user asked for an end
   */
  void check() {
    if (requested) {
      throw new CancellationException("interrupted");
    }
  }

  /** The work has stopped, one way or the other. */
  @Override
  public void close() {
    finished.countDown();
    hook.close();
  }
}
