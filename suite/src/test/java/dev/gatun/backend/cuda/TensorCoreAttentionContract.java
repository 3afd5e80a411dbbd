package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.MathMode;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Attention in the math modes tf32 and bf16 against the strict kernels, which the backend contract
 * holds against the oracle: no element may differ by more than a few times what rounding the inputs
 * to the mode's precision changes in it.
 */
abstract class TensorCoreAttentionContract {
  private static final long SEED = Long.getLong("gatun.seed", 20261122L);
  private static final int PERTURBATIONS = 8;

  /** Rounding also happens between products, to probabilities and to gradients of scores. */
  private static final double FACTOR = 4;

  @TempDir Path cache;
  private TestDevice device;
  private SplittableRandom random;

  /** Opens the device under test; its kernels are kept in the folder. */
  abstract TestDevice open(Path cache);

  @BeforeEach
  void openDevice() {
    device = open(cache);
    random = new SplittableRandom(SEED);
  }

  /** There is none where the test is skipped. */
  @AfterEach
  void close() {
    if (device != null) {
      device.close();
    }
  }

  /** Output, normalisers and gradient. */
  private record Results(float[] out, float[] normalisers, float[] gradient) {
    List<float[]> all() {
      return List.of(out, normalisers, gradient);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "TF32, 1, 1, 1, 1, 1",
    "TF32, 2, 65, 2, 1, 8",
    "TF32, 1, 129, 2, 2, 64",
    "TF32, 1, 63, 2, 1, 80",
    "TF32, 1, 64, 1, 1, 128",
    "BF16, 1, 1, 1, 1, 1",
    "BF16, 1, 63, 3, 3, 5",
    "BF16, 2, 65, 4, 2, 33",
    "BF16, 1, 129, 2, 1, 64",
    "BF16, 1, 64, 2, 2, 80",
    "BF16, 1, 65, 1, 1, 128"
  })
  void errsAsItsOperandsAreRounded(
      MathMode math, int batch, int length, int heads, int shared, int headWidth) {
    var shape = new AttentionShape(batch, length, heads, shared, headWidth);
    float[] packed = normal(batch * length * shape.packedWidth());
    float[] dOut = normal(batch * length * shape.outputWidth());
    Results want = run(MathMode.F32, shape, packed, dOut, 0);
    Results got = run(math, shape, packed, dOut, 0);
    double u = math.operandChange();
    double[][] change = new double[3][];
    for (int k = 0; k < PERTURBATIONS; k++) {
      Results moved = run(MathMode.F32, shape, perturbed(packed, u), perturbed(dOut, u), u);
      for (int i = 0; i < change.length; i++) {
        change[i] = most(change[i], moved.all().get(i), want.all().get(i));
      }
    }
    for (int i = 0; i < change.length; i++) {
      String name = "%s, result %s, -Dgatun.seed=%s".formatted(shape, i, SEED);
      assertClose(name, want.all().get(i), got.all().get(i), change[i], u);
    }
  }

  @Test
  void equalInputsGiveEqualBytes() {
    var shape = new AttentionShape(1, 65, 4, 2, 33);
    float[] packed = normal(65 * shape.packedWidth());
    float[] dOut = normal(65 * shape.outputWidth());
    Results first = run(MathMode.BF16, shape, packed, dOut, 0);
    Results second = run(MathMode.BF16, shape, packed, dOut, 0);
    for (int i = 0; i < first.all().size(); i++) {
      assertArrayEquals(first.all().get(i), second.all().get(i), "-Dgatun.seed=" + SEED);
    }
  }

  /**
   * @param ofOutput how much the output changes before the backward pass sees it, as it does when
   *     probabilities are rounded
   */
  private Results run(
      MathMode math,
      AttentionShape shape,
      float[] packedValues,
      float[] dOutValues,
      double ofOutput) {
    var attention = new CausalAttention(device.launcher, device.memory, math);
    Tensor packed = device.floats(packedValues).reshape(rows(shape), shape.packedWidth());
    Tensor dOut = device.floats(dOutValues).reshape(rows(shape), shape.outputWidth());
    Tensor out = device.scope.zeros(ElementType.F32, rows(shape), shape.outputWidth());
    Tensor normalisers = device.scope.zeros(ElementType.F32, rows(shape) * shape.heads() * 2);
    Tensor dPacked = device.scope.zeros(ElementType.F32, rows(shape), shape.packedWidth());
    attention.attention(shape, packed, out, normalisers);
    float[] outValues = device.transfers.toFloats(out);
    device.transfers.write(perturbed(outValues, ofOutput), out);
    attention.attentionBackward(shape, packed, out, normalisers, dOut, dPacked);
    return new Results(
        outValues, device.transfers.toFloats(normalisers), device.transfers.toFloats(dPacked));
  }

  private static long rows(AttentionShape shape) {
    return (long) shape.batch() * shape.length();
  }

  private float[] normal(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private float[] perturbed(float[] values, double u) {
    float[] copy = values.clone();
    for (int i = 0; i < copy.length; i++) {
      copy[i] *= (float) (random.nextBoolean() ? 1 + u : 1 - u);
    }
    return copy;
  }

  private static double[] most(double[] soFar, float[] moved, float[] want) {
    double[] most = soFar == null ? new double[want.length] : soFar;
    for (int i = 0; i < most.length; i++) {
      most[i] = Math.max(most[i], Math.abs((double) moved[i] - want[i]));
    }
    return most;
  }

  private static void assertClose(
      String name, float[] want, float[] got, double[] change, double u) {
    for (int i = 0; i < want.length; i++) {
      double allowed = FACTOR * (change[i] + u * Math.abs(want[i]));
      double error = Math.abs((double) got[i] - want[i]);
      assertTrue(
          error <= allowed,
          "%s: element %s: want %s, got %s, allowed %s"
              .formatted(name, i, want[i], got[i], allowed));
    }
  }
}
