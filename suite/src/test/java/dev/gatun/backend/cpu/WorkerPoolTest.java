package dev.gatun.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerPoolTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 9})
  void everyTaskRunsExactlyOnce(int threads) {
    try (var pool = new WorkerPool(threads)) {
      for (int tasks : new int[] {0, 1, 2, 3, 7, 100, 1000}) {
        var runs = new AtomicIntegerArray(Math.max(tasks, 1));
        pool.forEach(tasks, task -> runs.incrementAndGet(task));
        for (int task = 0; task < tasks; task++) {
          assertEquals(1, runs.get(task), "task " + task + " of " + tasks);
        }
      }
    }
  }

  @Test
  void whatTasksWroteIsVisibleToTheCallerInManyShortCalls() {
    try (var pool = new WorkerPool(4)) {
      int[] plain = new int[8];
      for (int round = 1; round <= 20_000; round++) {
        int value = round;
        pool.forEach(plain.length, task -> plain[task] = value + task);
        for (int task = 0; task < plain.length; task++) {
          assertEquals(round + task, plain[task], "round " + round);
        }
      }
    }
  }

  @Test
  void parkedWorkersWakeUpAgain() throws InterruptedException {
    try (var pool = new WorkerPool(4)) {
      for (int round = 0; round < 20; round++) {
        Thread.sleep(2);
        var met = new CountDownLatch(4);
        pool.forEach(4, _ -> meet(met));
        assertEquals(0, met.getCount());
      }
    }
  }

  private static void meet(CountDownLatch latch) {
    latch.countDown();
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void theLowestFailedTaskIsRethrownAndThePoolStaysUsable(int threads) {
    try (var pool = new WorkerPool(threads)) {
      for (int round = 0; round < 200; round++) {
        var thrown =
            assertThrows(
                IllegalArgumentException.class,
                () ->
                    pool.forEach(
                        64,
                        task -> {
                          if (task % 10 == 3) {
                            throw new IllegalArgumentException("task " + task);
                          }
                        }));
        assertEquals("task 3", thrown.getMessage());
      }
      var runs = new AtomicInteger();
      pool.forEach(10, _ -> runs.incrementAndGet());
      assertEquals(10, runs.get());
    }
  }

  @Test
  void aCallFromInsideATaskRunsInItsThread() {
    try (var pool = new WorkerPool(3)) {
      var strays = new AtomicInteger();
      pool.forEach(
          12,
          64,
          (_, outer) -> {
            Thread self = Thread.currentThread();
            outer.set(ValueLayout.JAVA_LONG, 0, self.threadId());
            pool.forEach(5, _ -> strays.addAndGet(Thread.currentThread() == self ? 0 : 1));
            pool.forEach(
                2,
                64,
                (_, inner) -> {
                  strays.addAndGet(Thread.currentThread() == self ? 0 : 1);
                  inner.fill((byte) 0);
                });
            strays.addAndGet(outer.get(ValueLayout.JAVA_LONG, 0) == self.threadId() ? 0 : 1);
          });
      assertEquals(0, strays.get());
    }
  }

  @Test
  void scratchIsAlignedSizedReusedAndCounted() {
    var memory = new HostMemory();
    try (var pool = new WorkerPool(1, memory)) {
      long[] address = new long[2];
      pool.forEach(2, 1000, (task, scratch) -> address[task] = scratch.address());
      assertEquals(address[0], address[1]);
      assertEquals(0, address[0] % 64);
      pool.forEach(1, 777, (_, scratch) -> assertEquals(777, scratch.byteSize()));
      assertEquals(4096, memory.scratchBytes());
      pool.forEach(1, 5000, (_, scratch) -> assertEquals(5000, scratch.byteSize()));
      assertEquals(8192, memory.scratchBytes());
    }
    assertEquals(0, memory.scratchBytes());
  }

  @Test
  void runningTasksNeverShareScratch() {
    try (var pool = new WorkerPool(4)) {
      var met = new CountDownLatch(4);
      long[] address = new long[4];
      pool.forEach(
          4,
          256,
          (task, scratch) -> {
            address[task] = scratch.address();
            meet(met);
          });
      assertEquals(4, Arrays.stream(address).distinct().count());
    }
  }

  @Test
  void twoCallersTakeTurns() throws InterruptedException {
    try (var pool = new WorkerPool(4)) {
      var sum = new AtomicInteger();
      Runnable caller =
          () -> {
            for (int round = 0; round < 500; round++) {
              pool.forEach(8, _ -> sum.incrementAndGet());
            }
          };
      var other = Thread.ofPlatform().start(caller);
      caller.run();
      other.join();
      assertEquals(8000, sum.get());
    }
  }

  @Test
  void closingTwiceIsHarmlessAndUseAfterCloseThrows() {
    var pool = new WorkerPool(3);
    pool.close();
    pool.close();
    assertThrows(IllegalStateException.class, () -> pool.forEach(5, _ -> {}));
    assertThrows(IllegalStateException.class, () -> pool.forEach(1, _ -> {}));
    assertThrows(IllegalArgumentException.class, () -> new WorkerPool(0));
  }

  @Test
  void chunksCoverTheWholeSize() {
    assertEquals(0, WorkerPool.chunks(0, 4));
    assertEquals(1, WorkerPool.chunks(4, 4));
    assertEquals(2, WorkerPool.chunks(5, 4));
  }
}
