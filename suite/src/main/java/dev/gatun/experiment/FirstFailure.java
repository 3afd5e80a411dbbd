package dev.gatun.experiment;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;

/** The first thing that went wrong in one of several threads, upon which all of them stop. */
final class FirstFailure {
  private final AtomicReference<Throwable> first = new AtomicReference<>();

  /** Something went wrong; only the first counts. */
  void set(Throwable failure) {
    first.compareAndSet(null, failure);
  }

  /**
   * A safe point.
   *
   * @throws CancellationException if something went wrong elsewhere
   */
  void check() {
    if (first.get() != null) {
      throw new CancellationException("another run failed");
    }
  }

  /** Throws what went wrong, if anything did. */
  void rethrow() {
    switch (first.get()) {
      case null -> {}
      case Error error -> throw error;
      case RuntimeException exception -> throw exception;
      case Throwable checked -> throw new IllegalStateException("unexpected: " + checked, checked);
    }
  }
}
