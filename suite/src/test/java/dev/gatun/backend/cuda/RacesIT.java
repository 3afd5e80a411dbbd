package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.BackendContractTest;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.MathModeContract;
import dev.gatun.natives.NativeStatusException;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No kernel has a race in what the contract launches, in shared memory or between blocks, whatever
 * the order is in which its threads run. A kernel that {@link RememberedKernels} has as it is now
 * is not watched again; with {@code -Dgatun.races=record} all are, and are remembered.
 */
class RacesIT {
  private static final String DETECTOR = "races";
  private static final String CHANGED = "dev.gatun.backend.cuda.RacesIT#someKernelChanged";
  private static final String NONE_CHANGED =
      "no kernel has changed since it was found to have no race; `make races` watches all";
  private static final boolean RENEW = "record".equals(System.getProperty("gatun.races"));
  private static final RememberedKernels BEFORE =
      RememberedKernels.of(RememberedKernels.Check.RACES);
  private static final List<EmulatedKernels> SHIPPED = shipped();
  private static final Path LIBRARIES = FakeCuda.build(RacesIT::isWatched);

  private static List<EmulatedKernels> shipped() {
    try {
      return FakeCuda.shippedKernels();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RememberedKernels.Line line(EmulatedKernels kernels) {
    return RememberedKernels.Line.of(kernels.source(), kernels.variant(), DETECTOR, List.of());
  }

  /** The kernels that test the emulation itself are always watched. */
  private static boolean isWatched(EmulatedKernels kernels) {
    return RENEW || !BEFORE.lines().contains(line(kernels));
  }

  static boolean someKernelChanged() {
    return SHIPPED.stream().anyMatch(RacesIT::isWatched);
  }

  private static boolean hasRunWithoutRace(EmulatedKernels kernels) {
    return kernels.source().signatures().keySet().stream()
        .allMatch(kernel -> FakeCuda.launchesWithoutRace(LIBRARIES, kernels, kernel) > 0);
  }

  @AfterAll
  static void remember() throws IOException {
    if (RENEW) {
      var clean = new TreeSet<RememberedKernels.Line>();
      SHIPPED.stream()
          .filter(RacesIT::hasRunWithoutRace)
          .forEach(kernels -> clean.add(line(kernels)));
      new RememberedKernels(RememberedKernels.Check.RACES, clean).write();
    }
  }

  @Nested
  @EnabledIf(value = CHANGED, disabledReason = NONE_CHANGED)
  class Operations extends BackendContractTest {
    @Override
    protected Backend open() {
      return CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES));
    }
  }

  @Nested
  @EnabledIf(value = CHANGED, disabledReason = NONE_CHANGED)
  class MathModes extends MathModeContract {
    @Override
    protected Backend open(MathMode math) {
      return CudaBackend.open(math, Optional.of(LIBRARIES));
    }
  }

  @Nested
  @EnabledIf(value = CHANGED, disabledReason = NONE_CHANGED)
  class TensorCores extends TensorCoreAttentionContract {
    @Override
    TestDevice open(Path cache) {
      return new TestDevice(FakeCuda.openDevice(LIBRARIES), cache);
    }
  }

  @Nested
  @EnabledIf(value = CHANGED, disabledReason = NONE_CHANGED)
  class Losses extends LossKernelsContract {
    @Override
    TestDevice open(Path cache) {
      return new TestDevice(FakeCuda.openDevice(LIBRARIES), cache);
    }
  }

  /** A kernel that was changed is to be remembered as it is now. */
  @Test
  void everyKernelIsRememberedAsItIs() {
    if (!RENEW) {
      var now = SHIPPED.stream().map(RacesIT::line).collect(Collectors.toCollection(TreeSet::new));
      assertEquals(now, BEFORE.lines(), "run `make races`");
    }
  }

  /** Races that are planted, and what looks like one. */
  @Nested
  class Planted {
    @TempDir Path cache;
    private TestDevice device;

    @BeforeEach
    void open() {
      device = new TestDevice(FakeCuda.openDevice(LIBRARIES), cache);
    }

    @AfterEach
    void close() {
      device.close();
    }

    private void launch(String kernel, Grid grid, Object... arguments) {
      device.launcher.launch(new Kernel("emulation", kernel), grid, arguments);
    }

    private Tensor ints(long count) {
      return device.scope.zeros(ElementType.I32, count);
    }

    private void race(List<String> words, String kernel, Grid grid, Object... arguments) {
      launch(kernel, grid, arguments);
      var e = assertThrows(NativeStatusException.class, device.device::synchronise);
      words.forEach(word -> assertTrue(e.getMessage().contains(word), e.getMessage()));
      assertTrue(e.getMessage().contains("kernel " + kernel + ", block ("), e.getMessage());
      assertThrows(NativeStatusException.class, device::close);
      FakeCuda.reset(LIBRARIES);
      open();
    }

    private void noRace(String kernel, Grid grid, Object... arguments) {
      launch(kernel, grid, arguments);
      device.device.synchronise();
    }

    @Test
    void aMissingBarrier() {
      race(
          List.of("a race in shared memory: it ", " in emulation.cu:", "no barrier in between"),
          "rotate_without_barrier",
          Grid.of(1, 64),
          device.floats(new float[64]));
      noRace("rotate", Grid.of(3, 64).withShared(256), device.floats(new float[192]), 5);
    }

    @Test
    void aMissingSyncwarp() {
      Grid grid = Grid.of(1, 64);
      var words = List.of("a race in shared memory: it ", "no barrier in between");
      race(words, "swap_neighbours", grid, device.floats(new float[64]), 0);
      race(words, "swap_neighbours", grid, device.floats(new float[64]), 2);
      noRace("swap_neighbours", grid, device.floats(new float[64]), 1);
    }

    @Test
    void aSyncwarpWhereTheBlockMustWait() {
      race(
          List.of("a race in shared memory"),
          "rotate_with_syncwarp",
          Grid.of(1, 64),
          device.floats(new float[64]));
      noRace("rotate_with_syncwarp", Grid.of(1, 32), device.floats(new float[32]));
    }

    @Test
    void twoBlocksThatWriteOneAddress() {
      race(
          List.of("a race in global memory: it writes in ", ", and nothing orders two blocks"),
          "write_per_block",
          Grid.of(4, 32),
          device.floats(new float[4]),
          2);
      Tensor x = device.floats(new float[4]);
      noRace("write_per_block", Grid.of(4, 32), x, 1);
      noRace("write_per_block", Grid.of(4, 32), x, 1);
      assertArrayEquals(new float[] {0, 1, 2, 3}, device.transfers.toFloats(x));
    }

    @Test
    void aBlockThatReadsWhatAnotherWrites() {
      race(
          List.of("a race in global memory"),
          "read_of_another_block",
          Grid.of(8, 32),
          device.floats(new float[8]),
          3);
      noRace("read_of_another_block", Grid.of(8, 32), device.floats(new float[8]), 0);
    }

    @Test
    void aReadBesideAtomics() {
      race(List.of("a race in global memory"), "count_threads", Grid.of(1, 32), ints(2), 1);
      Tensor count = ints(2);
      noRace("count_threads", Grid.of(5, 32), count, 0);
      assertEquals(160, device.transfers.toInts(count)[0]);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 14, 16})
    void accessesThatOverlapInPart(int apart) {
      Tensor x = device.floats(new float[100]);
      Object[] arguments = {x, x, apart};
      if (apart < 16) {
        race(List.of("a race in global memory"), "overlap", Grid.of(1, 64), arguments);
      } else {
        noRace("overlap", Grid.of(1, 64), arguments);
      }
    }

    /** What is found depends on no order: each seed tells of the same race. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void inEveryOrder(long seed) {
      FakeCuda.setSeed(LIBRARIES, seed);
      race(
          List.of("a race in shared memory"),
          "rotate_without_barrier",
          Grid.of(1, 64),
          device.floats(new float[64]));
    }
  }
}
