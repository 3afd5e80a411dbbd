package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.natives.NativeStatusException;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The emulation of kernels: what it does right, and what it catches. */
class EmulationIT {
  private static final int WARP = 32;
  private static final long SEED = 20_261_122;

  @TempDir Path cache;
  private EmulatedDevice device;

  @BeforeEach
  void open() {
    device = new EmulatedDevice(cache);
  }

  @AfterEach
  void close() {
    device.close();
    assertEquals(0, FakeCuda.liveObjects(EmulatedDevice.LIBRARIES), "objects not given back");
  }

  private static float[] numbers(int count) {
    var random = new Random(SEED);
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Nested
  class Kernels {
    @ParameterizedTest
    @ValueSource(ints = {1, 32, 33, 256, 1024})
    void barriersHoldEveryThreadOfABlock(int threads) {
      int blocks = 5;
      int rounds = 7;
      float[] x = numbers(blocks * threads);
      Tensor tensor = device.floats(x);
      device.launch("rotate", Grid.of(blocks, threads).withShared(4 * threads), tensor, rounds);
      float[] expected = new float[x.length];
      for (int i = 0; i < x.length; i++) {
        expected[i] = x[i / threads * threads + (i % threads + rounds) % threads];
      }
      assertArrayEquals(expected, device.transfers.toFloats(tensor));
    }

    @Test
    void aForgottenBarrierShows() {
      int threads = 64;
      float[] x = numbers(2 * threads);
      Tensor tensor = device.floats(x);
      device.launch("rotate_without_barrier", Grid.of(2, threads), tensor);
      float[] rotated = device.transfers.toFloats(tensor);
      float[] expected = new float[x.length];
      for (int i = 0; i < x.length; i++) {
        expected[i] = x[i / threads * threads + (i + 1) % threads];
      }
      assertFalse(Arrays.equals(expected, rotated));
    }

    @Test
    void shufflesReadTheLaneTheySay() {
      Tensor out = device.scope.zeros(ElementType.F64, 9, WARP);
      device.launch("shuffles", Grid.of(1, WARP), out);
      double[] rows = device.transfers.toDoubles(out);
      IntToDoubleFunction shifted = lane -> (double) ((lane + 1L) % WARP << 40);
      assertArrayEquals(IntStream.range(0, WARP).mapToDouble(shifted).toArray(), row(rows, 4));
      var sources =
          Map.<Integer, IntUnaryOperator>of(
              0, _ -> 5,
              1, lane -> lane < 3 ? lane : lane - 3,
              2, lane -> lane + 4 < WARP ? lane + 4 : lane,
              3, lane -> lane ^ 9,
              5, lane -> lane / 8 * 8 + 2,
              6, lane -> lane % 8 == 0 ? lane : lane - 1,
              7, lane -> lane % 8 == 7 ? lane : lane + 1,
              8, lane -> lane % 16 < 8 ? lane : lane - 8);
      sources.forEach((kind, source) ->
          assertArrayEquals(
              IntStream.range(0, WARP).map(source).asDoubleStream().toArray(),
              row(rows, kind),
              "row " + kind));
    }

    private static double[] row(double[] rows, int row) {
      return Arrays.copyOfRange(rows, row * WARP, (row + 1) * WARP);
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 96, 256, 1024})
    void blockSumsAddInTheOrderOfTheButterfly(int threads) {
      int blocks = 3;
      float[] x = numbers(blocks * threads);
      Tensor sums = device.floats(new float[blocks]);
      Tensor maxima = device.floats(new float[blocks]);
      device.launch("block_reductions", Grid.of(blocks, threads), device.floats(x), sums, maxima);
      float[] expected = new float[blocks];
      float[] largest = new float[blocks];
      for (int b = 0; b < blocks; b++) {
        float[] ofWarps = new float[WARP];
        largest[b] = Float.NEGATIVE_INFINITY;
        for (int w = 0; w < threads / WARP; w++) {
          int first = b * threads + w * WARP;
          ofWarps[w] = butterfly(Arrays.copyOfRange(x, first, first + WARP));
        }
        for (int i = 0; i < threads; i++) {
          largest[b] = Math.max(largest[b], x[b * threads + i]);
        }
        expected[b] = butterfly(ofWarps);
      }
      assertArrayEquals(expected, device.transfers.toFloats(sums));
      assertArrayEquals(largest, device.transfers.toFloats(maxima));
    }

    /** Lane 0 of a warp that adds by exchanges over 16, 8, 4, 2 and 1 lanes. */
    private static float butterfly(float[] lanes) {
      for (int distance = WARP / 2; distance > 0; distance /= 2) {
        for (int i = 0; i < distance; i++) {
          lanes[i] += lanes[i + distance];
        }
      }
      return lanes[0];
    }

    @Test
    void aVariantComputesWithItsConstants() {
      Tensor x = device.floats(5);
      for (var constants :
          List.of(Map.of("FACTOR", 2, "SUMMAND", -1), Map.of("SUMMAND", 1, "FACTOR", 3))) {
        var kernel = new Kernel("variants", "multiply_and_add", constants);
        device.launcher.launch(kernel, Grid.of(1, WARP), x);
      }
      assertArrayEquals(new float[] {3 * (2 * 5 - 1) + 1}, device.transfers.toFloats(x));
      var undeclared =
          new Kernel("variants", "multiply_and_add", Map.of("FACTOR", 4, "SUMMAND", 1));
      var thrown =
          assertThrows(
              IllegalStateException.class,
              () -> device.launcher.launch(undeclared, Grid.of(1, WARP), x));
      assertTrue(
          thrown.getMessage().startsWith("variants.cu does not declare the variant 'FACTOR=4"),
          thrown.getMessage());
    }

    @Test
    void everyBlockRunsOnceAndSharedMemoryIsPoisoned() {
      Tensor out = device.scope.zeros(ElementType.I32, 2);
      device.launch("census", new Grid(300, 7, 64, 0), out);
      assertArrayEquals(new int[] {2100, -1}, device.transfers.toInts(out));
    }
  }

  /** Mistakes after which a device is lost: each has a device of its own. */
  @Nested
  class Detects {
    private void failure(String words, String kernel, Grid grid, Object... arguments) {
      device.launch(kernel, grid, arguments);
      var e = assertThrows(NativeStatusException.class, device.device::synchronise);
      assertTrue(e.getMessage().contains(words), e.getMessage());
      assertTrue(e.getMessage().contains(kernel), e.getMessage());
      // A real device is lost too, until the process ends.
      assertThrows(NativeStatusException.class, device::close);
      FakeCuda.reset(EmulatedDevice.LIBRARIES);
      device = new EmulatedDevice(cache);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 32, 256, 1000})
    void aRaceThatNeitherAscendingNorDescendingOrderShows(int threads) {
      int[] firsts = middleFirst(threads, 5);
      assertArrayEquals(firsts, middleFirst(threads, 5));
      assertFalse(Arrays.equals(firsts, middleFirst(threads, 6)));
      int blocks = Arrays.stream(firsts).sum();
      assertTrue(blocks > 0 && blocks < firsts.length, blocks + " blocks");
    }

    private int[] middleFirst(int threads, long seed) {
      FakeCuda.setSeed(EmulatedDevice.LIBRARIES, seed);
      Tensor firsts = device.scope.zeros(ElementType.I32, 64);
      device.launch("middle_first", Grid.of(64, threads), firsts);
      return device.transfers.toInts(firsts);
    }

    @Test
    void aFailureNamesTheSeedOfItsOrder() {
      FakeCuda.setSeed(EmulatedDevice.LIBRARIES, 77);
      failure(
          "(threads in the order of seed 77)",
          "divergent_barrier",
          Grid.of(3, 256),
          device.floats(0));
    }

    @Test
    void aBarrierThatSomeThreadsNeverReach() {
      failure(
          "of 256 threads 224 wait at a barrier, 0 at a shuffle, 32 have returned; thread 0 waits"
              + " at the barrier in emulation.cu:",
          "divergent_barrier",
          Grid.of(3, 256),
          device.floats(0));
    }

    @Test
    void aShuffleThatALaneNeverReaches() {
      failure(
          "of 32 threads 0 wait at a barrier, 31 at a shuffle, 1 have returned",
          "divergent_shuffle",
          Grid.of(1, 32),
          device.floats(new float[WARP]));
    }

    @Test
    void twoBarriersForOneBlock() {
      failure(
          "waits at the barrier in emulation.cu:",
          "two_barriers",
          Grid.of(1, 64),
          device.floats(0));
    }

    @Test
    void aWriteBehindDynamicSharedMemory() {
      failure(
          "wrote byte 0 behind its 64 bytes of dynamic shared memory",
          "write_at",
          Grid.of(1, 1).withShared(64),
          device.floats(0),
          0L,
          16);
    }

    @Test
    void aWriteBehindAnAllocation() {
      Tensor tensor = device.floats(0);
      long behind = BlockPool.PAGE / 4;
      failure(
          "0 bytes behind the end of a device allocation of 2097152 bytes",
          "write_at",
          Grid.of(1, 1),
          tensor,
          behind,
          -1);
    }

    @Test
    void aWriteBeforeAnAllocation() {
      withExactAllocations();
      failure(
          "the kernel wrote 5 bytes before a device allocation of 16 bytes",
          "write_at",
          Grid.of(1, 1),
          device.floats(1, 2, 3, 4),
          -2L,
          -1);
    }

    @Test
    void anOverrunInsideWhatWouldBeABlockOfThePool() {
      withExactAllocations();
      failure(
          "): it is 4 bytes behind the end of a device allocation of 16 bytes",
          "write_at",
          Grid.of(1, 1),
          device.floats(1, 2, 3, 4),
          5L,
          -1);
      withExactAllocations();
      failure(
          "the kernel wrote 0 bytes behind the end of a device allocation of 12 bytes",
          "write_at",
          Grid.of(1, 1),
          device.floats(1, 2, 3),
          3L,
          -1);
      withExactAllocations();
      failure(
          " bytes behind the end of a device allocation of 16 bytes",
          "add",
          Grid.of(1, 1024),
          device.floats(new float[1024]),
          device.floats(1, 2, 3, 4),
          1024L);
    }

    private void withExactAllocations() {
      device.close();
      System.setProperty("gatun.cuda.exact", "true");
      try {
        device = new EmulatedDevice(cache);
      } finally {
        System.clearProperty("gatun.cuda.exact");
      }
    }

    @Test
    void aPointerOutsideEveryAllocation() {
      Tensor nowhere = at(1 << 20);
      failure("argument 0 points outside", "add", Grid.of(1, 32), nowhere, device.floats(0), 1L);
    }

    @Test
    void aPointerNotAlignedToItsType() {
      Tensor skewed = at(device.floats(0, 0).memory().address() + 2);
      failure("is not 4-byte aligned", "add", Grid.of(1, 32), skewed, device.floats(0), 1L);
    }

    @Test
    void aVectorAtAnOddAddress() {
      failure(
          "block (0, 0), thread 7 in gatun.cuh:",
          "load_four",
          Grid.of(1, 32),
          device.floats(new float[8]),
          1,
          device.floats(new float[4]));
      failure(
          "is 8 bytes beyond a multiple of 16",
          "load_four",
          Grid.of(1, 32),
          device.floats(new float[8]),
          2,
          device.floats(new float[4]));
    }

    @ParameterizedTest
    @CsvSource({
      "square, 46341, a product that overflows with 'int'",
      "shift, 32, a shift by a number of bits that the type does not have with 'int'",
      "element, 8, an index outside an array",
    })
    void whatCppLeavesUndefined(String kernel, int argument, String words) {
      failure(words, kernel, Grid.of(1, 32), argument, device.scope.zeros(ElementType.I32, 1));
    }

    @Test
    void aFloatThatNoIntHolds() {
      failure(
          "a conversion to an integer type that cannot hold it",
          "truncate",
          Grid.of(1, 32),
          3e9f,
          device.scope.zeros(ElementType.I32, 1));
    }

    @SuppressWarnings("restricted")
    private static Tensor at(long address) {
      var memory = MemorySegment.ofAddress(address).reinterpret(Float.BYTES);
      return Tensor.onDevice(ElementType.F32, Shape.of(1), memory);
    }
  }
}
