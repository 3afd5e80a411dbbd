package dev.gatun.cli;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C while a command works: the work is asked to stop at its next safe point and is given time
 * to store what it has. The process then ends by the signal, as shells expect.
 */
final class Interruption implements AutoCloseable {
  private static final long GRACE_SECONDS = 60;

  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread hook;
  private volatile boolean requested;

  /**
   * Listens from now on.
   *
   * @param onRequest called once when the user interrupts, from another thread
   */
  Interruption(Runnable onRequest) {
    hook =
        new Thread(
            () -> {
              requested = true;
              onRequest.run();
              awaitWork();
            },
            "gatun-interruption");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void awaitWork() {
    try {
      finished.await(GRACE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
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
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The user interrupted: the hook runs, and has just been told to end.
      requested = true;
    }
  }
}
