package dev.gatun.backend.cuda;

/** What fails while several things are given back: each is tried, and the first failure is told. */
final class Failures {
  private RuntimeException first;

  /** Runs it; a failure waits for {@link #throwFirst}. */
  void collect(Runnable release) {
    if (first == null) {
      try {
        release.run();
      } catch (RuntimeException e) {
        first = e;
      }
    } else {
      addTo(first, release);
    }
  }

  /** Throws the first failure, which names the later ones as suppressed. */
  void throwFirst() {
    if (first != null) {
      throw first;
    }
  }

  /** Runs it after a failure that is told anyway; its own is added to that one. */
  static void addTo(Throwable failure, Runnable release) {
    try {
      release.run();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
