package dev.gatun.backend.cpu;

import java.lang.foreign.MemorySegment;

/** One of the tasks of {@link WorkerPool#forEach(int, long, ScratchTask)}. */
@FunctionalInterface
interface ScratchTask {
  /**
   * Runs one task.
   *
   * @param task its number, from 0
   * @param scratch native memory of the size asked for, aligned to 64 bytes, this task's own until
   *     it returns; its content is whatever earlier tasks left there
   */
  void run(int task, MemorySegment scratch);
}
