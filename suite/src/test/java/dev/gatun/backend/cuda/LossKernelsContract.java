package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.AdamWConstants;
import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.StepNumbers;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cross-entropy, argmax and AdamW promise beyond the contract. */
abstract class LossKernelsContract {
  private static final long SEED = Long.getLong("gatun.seed", 20261123L);

  @TempDir Path cache;
  private final SplittableRandom random = new SplittableRandom(SEED);
  private TestDevice device;
  private CrossEntropy crossEntropy;

  /** Opens the device under test; its kernels are kept in the folder. */
  abstract TestDevice open(Path cache);

  @BeforeEach
  void openDevice() {
    device = open(cache);
    crossEntropy =
        new CrossEntropy(
            device.launcher, MathMode.F32, new RoundedOperands(device.launcher, device.memory));
  }

  /** There is none where the test is skipped. */
  @AfterEach
  void close() {
    if (device != null) {
      device.close();
    }
  }

  private float[] normal(int count, double factor) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (factor * random.nextGaussian());
    }
    return values;
  }

  private Tensor matrix(float[] values, int cols) {
    return device.floats(values).reshape(values.length / cols, cols);
  }

  private Tensor ints(int... values) {
    Tensor tensor = device.scope.zeros(ElementType.I32, values.length);
    device.transfers.write(values, tensor);
    return tensor;
  }

  /** Rows of 20,003 or 60,007 do not start at multiples of 16 bytes. */
  @ParameterizedTest
  @CsvSource({
    "cross_entropy_medium_f32, 20003, 256",
    "cross_entropy_medium_f32, 24576, 256",
    "cross_entropy_large_f32, 60007, 512"
  })
  void whereALogitIsKeptChangesNoBit(String kernel, int classes, int threads) {
    float[] x = normal(2 * classes, 5);
    List<float[]> gradients = new ArrayList<>();
    for (int vectors : new int[] {0, 1, 700, Math.min(classes / 4, 14_000)}) {
      Tensor logits = matrix(x, classes);
      Tensor losses = device.floats(new float[2]);
      Tensor targets = ints(classes - 1, 3);
      device.launcher.launch(
          new Kernel("cross_entropy", kernel),
          Grid.of(2, threads).withShared(16 * vectors),
          logits,
          targets,
          0.25,
          losses,
          classes,
          vectors,
          device.launcher.errorFlag(),
          1);
      gradients.add(device.transfers.toFloats(logits));
    }
    for (float[] gradient : gradients) {
      assertArrayEquals(gradients.getFirst(), gradient, "seed " + SEED);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 31, 1000, 8192, 8195, 20_003, 57_344, 57_345, 60_007})
  void aLossHasTheSameBitsWithTheGradientAndWithout(int classes) {
    float[] x = normal(3 * classes, 5);
    Tensor targets = ints(0, -1, classes / 2);
    Tensor logits = matrix(x, classes);
    Tensor alone = device.floats(new float[3]);
    crossEntropy.crossEntropyLoss(logits, targets, alone);
    Tensor withGradient = device.floats(new float[3]);
    crossEntropy.crossEntropy(logits, targets, 1, withGradient);
    assertArrayEquals(
        device.transfers.toFloats(alone), device.transfers.toFloats(withGradient), "seed " + SEED);
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 9001, 60_007})
  void aLogitOfMinusInfinityHasNoProbability(int classes) {
    float[] x = normal(classes, 5);
    int finite = classes / 10;
    Arrays.fill(x, 0, classes - finite, Float.NEGATIVE_INFINITY);
    Tensor logits = matrix(x, classes);
    Tensor losses = device.floats(0);
    crossEntropy.crossEntropy(logits, ints(classes - 1), 1, losses);
    float[] gradient = device.transfers.toFloats(logits);
    double sum = 0;
    for (int i = 0; i < classes; i++) {
      assertTrue(i >= classes - finite || gradient[i] == 0, "gradient at " + i);
      sum += gradient[i];
    }
    assertEquals(0, sum, 1e-5, "seed " + SEED);
    assertTrue(Float.isFinite(device.transfers.toFloats(losses)[0]));
  }

  @Test
  void aNanStaysInItsRow() {
    float[] x = normal(3 * 50, 1);
    x[70] = Float.NaN;
    Tensor logits = matrix(x, 50);
    Tensor losses = device.floats(new float[3]);
    crossEntropy.crossEntropy(logits, ints(1, 2, 3), 1, losses);
    float[] loss = device.transfers.toFloats(losses);
    float[] gradient = device.transfers.toFloats(logits);
    for (int r = 0; r < 3; r++) {
      assertEquals(r == 1, Float.isNaN(loss[r]), "loss " + r);
      for (int i = 0; i < 50; i++) {
        assertEquals(r == 1, Float.isNaN(gradient[50 * r + i]), "gradient " + r + ", " + i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 31, 257, 2048, 5003})
  void argmaxIsTheHostsForTiesNansAndInfinities(int cols) {
    Argmax argmax = new Argmax(device.launcher);
    float[] x = new float[6 * cols];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextInt(8) - (random.nextInt(9) == 0 ? Float.NaN : 0);
    }
    Arrays.fill(x, cols, 2 * cols, Float.NaN);
    Arrays.fill(x, 2 * cols, 3 * cols, Float.NEGATIVE_INFINITY);
    x[3 * cols + cols / 2] = Float.POSITIVE_INFINITY;
    x[2 * cols] = Float.NaN;
    double[] wide = new double[x.length];
    Arrays.setAll(wide, i -> x[i]);
    Tensor doubles = device.scope.zeros(ElementType.F64, 6, cols);
    device.transfers.write(wide, doubles);
    Tensor indices = ints(new int[6]);
    Tensor indicesOfDoubles = ints(new int[6]);
    argmax.argmaxRows(matrix(x, cols), indices);
    argmax.argmaxRows(doubles, indicesOfDoubles);
    int[] want =
        onHost(host -> {
          try (TensorScope scope = host.newScope()) {
            Tensor hostX = scope.zeros(ElementType.F32, 6, cols);
            Tensor hostIndices = scope.zeros(ElementType.I32, 6);
            host.write(x, hostX);
            host.argmaxRows(hostX, hostIndices);
            return host.toInts(hostIndices);
          }
        });
    assertArrayEquals(want, device.transfers.toInts(indices), "F32, seed " + SEED);
    assertArrayEquals(want, device.transfers.toInts(indicesOfDoubles), "F64, seed " + SEED);
  }

  private interface OnHost<T> {
    T run(Backend host);
  }

  private static <T> T onHost(OnHost<T> work) {
    try (Backend host = CpuBackend.open(1)) {
      return work.run(host);
    }
  }

  /** Offsets that leave all, none or only some of the tensors at multiples of 16 bytes. */
  @ParameterizedTest
  @CsvSource({"0, 0, 4099", "3, 3, 4099", "2, 2, 2", "1, 1, 1", "0, 1, 1027"})
  void adamWHasTheBitsOfTheHost(int offset, int offsetOfMoments, int size) {
    var constants = new AdamWConstants(0.9, 0.95, 1e-8, 0.1);
    double[] numbers = new StepNumbers(7, 3e-4, 0.37).values();
    float[] p = normal(size, 1);
    float[] g = normal(size, 1e-2);
    float[] m = normal(size, 1e-3);
    float[] v = normal(size, 1e-3);
    for (int i = 0; i < size; i++) {
      v[i] *= v[i];
    }
    Tensor[] tensors = {
      shifted(p, offset), shifted(g, offset), shifted(m, offsetOfMoments), shifted(v, offset)
    };
    Tensor step = device.scope.zeros(ElementType.F64, StepNumbers.SIZE);
    device.transfers.write(numbers, step);
    new AdamW(device.launcher, device.memory)
        .adamW(constants, step, tensors[0], tensors[1], tensors[2], tensors[3]);
    List<float[]> want =
        onHost(host -> {
          try (TensorScope scope = host.newScope()) {
            Tensor[] on = new Tensor[4];
            float[][] values = {p, g, m, v};
            for (int i = 0; i < 4; i++) {
              on[i] = scope.zeros(ElementType.F32, size);
              host.write(values[i], on[i]);
            }
            Tensor onHost = scope.zeros(ElementType.F64, StepNumbers.SIZE);
            host.write(numbers, onHost);
            host.adamW(constants, onHost, on[0], on[1], on[2], on[3]);
            return List.of(host.toFloats(on[0]), host.toFloats(on[2]), host.toFloats(on[3]));
          }
        });
    int[] results = {0, 2, 3};
    for (int i = 0; i < results.length; i++) {
      float[] got = device.transfers.toFloats(tensors[results[i]]);
      assertArrayEquals(want.get(i), got, "tensor " + results[i] + ", seed " + SEED);
    }
  }

  /** A tensor that starts some elements into its memory. */
  private Tensor shifted(float[] values, int offset) {
    Tensor tensor =
        device.scope.zeros(ElementType.F32, values.length + offset).slice(offset, values.length);
    device.transfers.write(values, tensor);
    return tensor;
  }
}
