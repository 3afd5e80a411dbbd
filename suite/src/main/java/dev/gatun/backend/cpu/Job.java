package dev.gatun.backend.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** The tasks of one call of {@link WorkerPool#forEach}: claimed, run and counted. */
final class Job {
  private static final long SPIN_NANOS = 50_000;

  private final int tasks;
  private final long scratchBytes;
  private final ScratchTask body;
  private final AtomicInteger claimed = new AtomicInteger();
  private final AtomicInteger finished = new AtomicInteger();
  private volatile Thread waiter;
  private volatile Failure failure;

  private record Failure(int task, Throwable cause) {}

  Job(int tasks, long scratchBytes, ScratchTask body) {
    this.tasks = tasks;
    this.scratchBytes = scratchBytes;
    this.body = body;
  }

  int tasks() {
    return tasks;
  }

  /** Claims and runs tasks until none is left; never throws. */
  void work(Scratch scratch) {
    int task;
    while ((task = claimed.getAndIncrement()) < tasks) {
      // Tasks below a failed one still run, so that the lowest failure is always the one found.
      Failure known = failure;
      if (known == null || task < known.task) {
        try {
          body.run(task, scratch.segment(scratchBytes));
        } catch (Throwable cause) {
          record(new Failure(task, cause));
        }
      }
      if (finished.incrementAndGet() == tasks) {
        LockSupport.unpark(waiter);
      }
    }
  }

  private synchronized void record(Failure candidate) {
    if (failure == null || candidate.task < failure.task) {
      failure = candidate;
    }
  }

  /** Waits for the tasks that others still run. */
  void awaitEnd() {
    long spinUntil = System.nanoTime() + SPIN_NANOS;
    while (finished.get() < tasks) {
      if (System.nanoTime() - spinUntil < 0) {
        Thread.onSpinWait();
      } else if (waiter == null) {
        waiter = Thread.currentThread();
      } else {
        LockSupport.park(this);
      }
    }
  }

  /** Throws what the lowest failed task threw, if one failed. */
  void rethrow() {
    switch (failure) {
      case null -> {}
      case Failure(_, RuntimeException cause) -> throw cause;
      case Failure(_, Error cause) -> throw cause;
      case Failure(int task, Throwable cause) ->
          throw new IllegalStateException("task " + task + " failed", cause);
    }
  }
}
