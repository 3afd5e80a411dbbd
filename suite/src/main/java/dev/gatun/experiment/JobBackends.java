package dev.gatun.experiment;

import dev.gatun.backend.Backend;

/** Backends for runs that go on at once, each with a part of the threads. */
public interface JobBackends {
  /** How many runs go on at once, at least 1. */
  int jobs();

  /**
   * Opens a backend for one of them; the caller closes it.
   *
   * @param job 0 to {@code jobs() - 1}
   */
  Backend open(int job);
}
