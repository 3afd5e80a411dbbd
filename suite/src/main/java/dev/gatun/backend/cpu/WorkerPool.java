package dev.gatun.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;

/**
 * The one pool of threads that all CPU work runs on, native calls included.
 *
 * <p>Tasks are claimed in the order of their numbers by whoever is free, the caller among them. A
 * result never depends on which thread ran a task as long as the caller cuts the work by its shape
 * alone: see {@link #chunks}.
 *
 * <p>After a call the workers spin for some tens of microseconds, so that a series of short calls
 * needs no system call each, then park.
 */
final class WorkerPool implements AutoCloseable {
  private static final long SPIN_NANOS = 50_000;

  private final int threads;
  private final HostMemory memory;
  private final Worker[] workers;
  private final List<Scratch> scratches = new ArrayList<>();
  private final Scratch callersScratch;
  private final ReentrantLock callers = new ReentrantLock();
  private volatile Job current;
  private volatile boolean closed;

  /** A pool whose scratch memory is counted nowhere else. */
  WorkerPool(int threads) {
    this(threads, new HostMemory());
  }

  /**
   * Starts {@code threads - 1} daemon threads; the caller is the last.
   *
   * @param memory counts the scratch memory
   */
  WorkerPool(int threads, HostMemory memory) {
    if (threads < 1) {
      throw new IllegalArgumentException("a pool needs at least 1 thread, not " + threads);
    }
    this.threads = threads;
    this.memory = memory;
    this.callersScratch = newScratch();
    this.workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1, newScratch());
      workers[i].start();
    }
  }

  /** Scratch memory that lives as long as the pool. */
  Scratch newScratch() {
    var scratch = new Scratch(memory);
    scratches.add(scratch);
    return scratch;
  }

  /** Number of threads, the caller included. */
  int threads() {
    return threads;
  }

  /**
   * Number of chunks of at most {@code chunkSize} that cover {@code size}. Both must come from the
   * shape of the work, never from the number of threads: then sums over chunks are the same on any
   * machine.
   */
  static int chunks(long size, long chunkSize) {
    return Math.toIntExact(Math.ceilDiv(size, chunkSize));
  }

  /**
   * Runs body(0) to body(tasks − 1) and returns when all are done. What tasks wrote is visible to
   * the caller. A call from inside a task runs in that task's thread.
   *
   * <p>If tasks throw, later ones are left out, and the exception of the lowest task is rethrown
   * once all have stopped.
   */
  void forEach(int tasks, IntConsumer body) {
    if (tasks <= 1 || threads == 1 || isInsideTask()) {
      requireOpen();
      for (int task = 0; task < tasks; task++) {
        body.accept(task);
      }
      return;
    }
    runOnAll(new Job(tasks, 0, (task, _) -> body.accept(task)));
  }

  /** As {@link #forEach(int, IntConsumer)}, with scratch memory for each running task. */
  void forEach(int tasks, long scratchBytes, ScratchTask body) {
    if (isInsideTask()) {
      runNested(tasks, scratchBytes, body);
    } else {
      runOnAll(new Job(tasks, scratchBytes, body));
    }
  }

  private boolean isInsideTask() {
    return callers.isHeldByCurrentThread()
        || (Thread.currentThread() instanceof Worker worker && worker.pool() == this);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the worker pool is closed");
    }
  }

  private void runNested(int tasks, long scratchBytes, ScratchTask body) {
    requireOpen();
    try (var scratch = new Scratch(memory)) {
      for (int task = 0; task < tasks; task++) {
        body.run(task, scratch.segment(scratchBytes));
      }
    }
  }

  private void runOnAll(Job job) {
    callers.lock();
    try {
      requireOpen();
      if (job.tasks() > 1) {
        current = job;
        wake(Math.min(workers.length, job.tasks() - 1));
      }
      job.work(callersScratch);
      job.awaitEnd();
      current = null;
    } finally {
      callers.unlock();
    }
    job.rethrow();
  }

  private void wake(int count) {
    for (int i = 0; i < count; i++) {
      if (workers[i].parked) {
        LockSupport.unpark(workers[i]);
      }
    }
  }

  /** Ends the threads and frees their scratch memory. Harmless when repeated. */
  @Override
  public void close() {
    callers.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      wake(workers.length);
      boolean interrupted = false;
      for (Worker worker : workers) {
        interrupted |= worker.awaitEnd();
      }
      scratches.forEach(Scratch::close);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    } finally {
      callers.unlock();
    }
  }

  /** A thread that helps with the current job. */
  private final class Worker extends Thread {
    private final Scratch scratch;
    private volatile boolean parked;

    Worker(int number, Scratch scratch) {
      super("gatun-worker-" + number);
      this.scratch = scratch;
      setDaemon(true);
    }

    WorkerPool pool() {
      return WorkerPool.this;
    }

    @Override
    public void run() {
      Job last = null;
      while (true) {
        last = awaitJob(last);
        if (last == null) {
          return;
        }
        last.work(scratch);
      }
    }

    /** The next job, or null when the pool closes. */
    private Job awaitJob(Job last) {
      long spinUntil = System.nanoTime() + SPIN_NANOS;
      while (!closed) {
        Job job = current;
        if (job != null && job != last) {
          return job;
        }
        if (System.nanoTime() - spinUntil < 0) {
          Thread.onSpinWait();
        } else {
          // Whoever publishes a job looks at the flag afterwards, so one of the two sees the other.
          parked = true;
          job = current;
          if (!closed && (job == null || job == last)) {
            LockSupport.park(this);
          }
          parked = false;
        }
      }
      return null;
    }

    /** Joins; whether the caller was interrupted meanwhile. */
    private boolean awaitEnd() {
      boolean interrupted = false;
      while (true) {
        try {
          join();
          return interrupted;
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    }
  }
}
