package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.AdamWConstants;
import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.Residual;
import dev.gatun.backend.RowNorm;
import dev.gatun.backend.StepNumbers;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Kernels move the bytes, sectors and wavefronts that {@code native/kernel-traffic.txt} says; what
 * these are, that file and {@code traffic_meter.h} tell. With {@code -Dgatun.traffic=record} it is
 * written anew.
 */
class KernelTrafficIT {
  private static final Path EXPECTED =
      Path.of(System.getProperty("basedir", "")).resolve("../native/kernel-traffic.txt");
  private static final Set<String> METERED =
      Set.of(
          "adamw",
          "attention-HEAD_WIDTH=64-SHAPED=0",
          "attention_tensor-BF16=0-HEAD_WIDTH=64",
          "attention_tensor-BF16=1-HEAD_WIDTH=64",
          "cross_entropy",
          "layer_norm",
          "residual",
          "rms_norm",
          "emulation");
  private static final Path LIBRARIES = FakeCuda.build(it -> METERED.contains(it.name()));

  /**
   * What launches of a kernel have moved.
   *
   * @param bytes of global memory; lanes of one access that want the same, once
   * @param leastBytes each byte of a launch read once and written once
   * @param leastSectors if the bytes of each access were neighbours
   * @param leastWavefronts if no two lanes met in a bank
   */
  private record Traffic(
      String kernel,
      String at,
      long bytes,
      long leastBytes,
      long sectors,
      long leastSectors,
      long wavefronts,
      long leastWavefronts) {
    /** Reads a line of the meter: the kernel, its launches, then the counts in the order above. */
    static Traffic of(String line, String at) {
      String[] words = line.split(" ");
      long[] n = Arrays.stream(words).skip(1).mapToLong(Long::parseLong).toArray();
      return new Traffic(words[0], at, n[1], n[2], n[3], n[4], n[5], n[6]);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%-70s  %-14s %9d %9d %8d %8d %8d %8d",
          kernel,
          at,
          bytes,
          leastBytes,
          sectors,
          leastSectors,
          wavefronts,
          leastWavefronts);
    }
  }

  private static List<Traffic> traffic(String at, Runnable operations) {
    return FakeCuda.traffic(LIBRARIES, operations).stream()
        .map(line -> Traffic.of(line, at))
        .toList();
  }

  private static List<Traffic> traffic(
      MathMode math, String at, BiConsumer<Backend, TensorScope> operation) {
    try (Backend backend = CudaBackend.open(math, Optional.of(LIBRARIES));
        TensorScope scope = backend.newScope()) {
      return traffic(at, () -> backend.seconds(() -> operation.accept(backend, scope)));
    }
  }

  private static Tensor ones(Backend backend, TensorScope scope, long... shape) {
    Tensor tensor = scope.zeros(ElementType.F32, shape);
    backend.fill(tensor, 1);
    return tensor;
  }

  private static void attention(Backend backend, TensorScope scope) {
    var shape = new AttentionShape(1, 128, 2, 1, 64);
    Tensor packed = ones(backend, scope, 128, shape.packedWidth());
    Tensor dPacked = ones(backend, scope, 128, shape.packedWidth());
    Tensor out = ones(backend, scope, 128, shape.outputWidth());
    Tensor dOut = ones(backend, scope, 128, shape.outputWidth());
    Tensor normalisers = ones(backend, scope, 1, 2, 128, 2);
    backend.attention(shape, packed, out, normalisers);
    backend.attentionBackward(shape, packed, out, normalisers, dOut, dPacked);
  }

  private static void crossEntropy(Backend backend, TensorScope scope, int classes) {
    Tensor logits = ones(backend, scope, 2, classes);
    Tensor losses = ones(backend, scope, 2);
    Tensor targets = scope.zeros(ElementType.I32, 2);
    backend.crossEntropyLoss(logits, targets, losses);
    backend.crossEntropy(logits, targets, 0.5, losses);
  }

  private static void crossEntropyOperand(Backend backend, TensorScope scope, int classes) {
    Tensor targets = scope.zeros(ElementType.I32, 2);
    backend.crossEntropyOperand(
        ones(backend, scope, 2, classes), targets, 0.5, ones(backend, scope, 2));
  }

  private static void layerNorm(Backend backend, TensorScope scope, int rows, int cols) {
    Tensor x = ones(backend, scope, rows, cols);
    Tensor weight = ones(backend, scope, cols);
    Tensor mean = ones(backend, scope, rows);
    Tensor rstd = ones(backend, scope, rows);
    backend.layerNorm(x, weight, weight, 1e-5, ones(backend, scope, rows, cols), mean, rstd);
    backend.layerNormBackward(
        x,
        x,
        weight,
        mean,
        rstd,
        ones(backend, scope, rows, cols),
        ones(backend, scope, cols),
        ones(backend, scope, cols));
  }

  private static void rmsNorm(Backend backend, TensorScope scope, int rows, int cols) {
    Tensor x = ones(backend, scope, rows, cols);
    Tensor weight = ones(backend, scope, cols);
    Tensor rstd = ones(backend, scope, rows);
    backend.rmsNorm(x, weight, 1e-5, ones(backend, scope, rows, cols), rstd);
    backend.rmsNormBackward(
        x, x, weight, rstd, ones(backend, scope, rows, cols), ones(backend, scope, cols));
  }

  private static void residual(Backend backend, TensorScope scope, int rows, int cols) {
    Tensor weight = ones(backend, scope, cols);
    Tensor mean = ones(backend, scope, rows);
    Tensor rstd = ones(backend, scope, rows);
    var residual =
        new Residual(
            ones(backend, scope, rows, 1),
            ones(backend, scope, cols, 1),
            Optional.of(weight),
            ones(backend, scope, rows, cols),
            ones(backend, scope, rows, cols));
    Tensor y = ones(backend, scope, rows, cols);
    backend.residualSum(residual);
    backend.residualNorm(residual, new RowNorm.Layer(weight, weight, 1e-5, mean, rstd), y);
    backend.residualNorm(residual, new RowNorm.RootMeanSquare(weight, 1e-5, rstd), y);
  }

  private static void adamW(Backend backend, TensorScope scope, long size) {
    Tensor step = scope.zeros(ElementType.F64, StepNumbers.SIZE);
    backend.write(new StepNumbers(7, 3e-4, 1).values(), step);
    backend.adamW(
        new AdamWConstants(0.9, 0.95, 1e-8, 0.1),
        step,
        ones(backend, scope, size),
        ones(backend, scope, size),
        ones(backend, scope, size),
        ones(backend, scope, size));
  }

  private static List<Traffic> all() {
    var all = new ArrayList<Traffic>();
    for (MathMode math : MathMode.values()) {
      all.addAll(traffic(math, "128x2x64", KernelTrafficIT::attention));
    }
    for (int classes : new int[] {8192, 20_003, 50_257}) {
      String at = "2x" + classes;
      all.addAll(traffic(MathMode.F32, at, (b, s) -> crossEntropy(b, s, classes)));
      all.addAll(traffic(MathMode.BF16, at, (b, s) -> crossEntropyOperand(b, s, classes)));
    }
    for (int cols : new int[] {768, 1536}) {
      String at = "64x" + cols;
      all.addAll(traffic(MathMode.F32, at, (b, s) -> layerNorm(b, s, 64, cols)));
      all.addAll(traffic(MathMode.F32, at, (b, s) -> rmsNorm(b, s, 64, cols)));
      all.addAll(traffic(MathMode.F32, at, (b, s) -> residual(b, s, 64, cols)));
    }
    all.addAll(traffic(MathMode.F32, "16384", (b, s) -> adamW(b, s, 16_384)));
    return all;
  }

  private static final String HEAD =
      """
      # What kernels move, counted in the emulation at small shapes: the kernel, the shape; bytes of global
      # memory, the least (each byte of a launch read once and written once); sectors of 32 bytes, the least
      # (if the bytes of each access of a warp were neighbours); wavefronts of shared memory, the least (if no
      # two lanes met in a bank). Shapes are T x heads x width of attention (one key/value head), rows x columns.
      # KernelTrafficIT holds the kernels to it; what is to change is written by `make traffic`.
      """;

  @Test
  void kernelsMoveWhatTheyDid() throws IOException {
    String now = all().stream().map(it -> it + "\n").collect(Collectors.joining("", HEAD, ""));
    if ("record".equals(System.getProperty("gatun.traffic"))) {
      Files.writeString(EXPECTED, now);
    }
    assertEquals(Files.readString(EXPECTED), now, "if this is meant, `make traffic` renews it");
  }

  /** Accesses whose cost is known: a kernel with such a fault would be found. */
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

    private Traffic traffic(String kernel, Object... arguments) {
      List<Traffic> all =
          KernelTrafficIT.traffic(
              "",
              () -> {
                device.launcher.launch(new Kernel("emulation", kernel), Grid.of(1, 32), arguments);
                device.device.synchronise();
              });
      assertEquals(1, all.size(), all.toString());
      return all.getFirst();
    }

    /** A warp has 128 bytes to read and as many to write. */
    @ParameterizedTest
    @CsvSource({"1, 8", "2, 16", "4, 32", "8, 64", "9, 64"})
    void anUncoalescedCopyTakesMoreSectors(int apart, long sectors) {
      Tensor x = device.floats(new float[32 * 9]);
      Tensor y = device.floats(new float[32 * 9]);
      Traffic traffic = traffic("copy_apart", x, y, apart);
      assertEquals(List.of(256L, 256L), List.of(traffic.bytes(), traffic.leastBytes()));
      assertEquals(List.of(sectors, 8L), List.of(traffic.sectors(), traffic.leastSectors()));
      assertEquals(0, traffic.wavefronts());
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 4", "4, 8", "32, 64", "33, 2", "0, 2"})
    void aBankConflictTakesMoreWavefronts(int apart, long wavefronts) {
      Traffic traffic = traffic("share_apart", device.floats(new float[32]), apart);
      assertEquals(
          List.of(wavefronts, 2L), List.of(traffic.wavefronts(), traffic.leastWavefronts()));
      assertEquals(8, traffic.sectors());
    }

    /** Eight lanes go at a time: their four words each meet all banks, if they are neighbours. */
    @ParameterizedTest
    @CsvSource({"1, 8", "2, 16", "4, 32", "8, 64"})
    void sixteenBytesOfALaneGoInFourPhases(int apart, long wavefronts) {
      Traffic traffic = traffic("share_quads_apart", device.floats(new float[128]), apart);
      assertEquals(
          List.of(wavefronts, 8L), List.of(traffic.wavefronts(), traffic.leastWavefronts()));
      assertEquals(List.of(32L, 32L), List.of(traffic.sectors(), traffic.leastSectors()));
    }

    /** The order of the threads changes nothing of it. */
    @Test
    void everySeedCountsTheSame() {
      Traffic usual = traffic("share_apart", device.floats(new float[32]), 2);
      assertTrue(
          Stream.of(1L, 2L, 3L)
              .allMatch(seed -> {
                FakeCuda.setSeed(LIBRARIES, seed);
                return traffic("share_apart", device.floats(new float[32]), 2).equals(usual);
              }));
    }
  }
}
