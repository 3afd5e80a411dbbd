package dev.gatun.backend.cuda;

/** What fails on the way out of a failure. */
final class Failures {
  private Failures() {}

  /** Runs it after a failure that is told anyway; its own is added to that one. */
  static void addTo(Throwable failure, Runnable release) {
    try {
      release.run();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
