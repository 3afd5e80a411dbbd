package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.Parts;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Attention with rounded operands against the strict kernels, which the backend contract holds
 * against the oracle: no element may differ by more than a few times what rounding the inputs to
 * the mode's precision changes in it.
 */
abstract class RoundedAttention {
  static final long SEED = Long.getLong("gatun.seed", 20261122L);
  private static final int PERTURBATIONS = 8;

  /** Rounding also happens between products, to probabilities and to gradients of scores. */
  private static final double FACTOR = 4;

  @TempDir Path cache;
  TestDevice device;
  SplittableRandom random;

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

  /** Attention in a mode; strictly by Gatun's own kernels. */
  Parts.CausalAttention attention(MathMode math) {
    return new CausalAttention(device.launcher, device.memory, math);
  }

  /** What of the results is compared. */
  List<float[]> compared(Results results) {
    return results.all();
  }

  /** Output, normalisers and gradient. */
  record Results(float[] out, float[] normalisers, float[] gradient) {
    List<float[]> all() {
      return List.of(out, normalisers, gradient);
    }
  }

  void assertErrsAsItsOperandsAreRounded(MathMode math, AttentionShape shape) {
    float[] packed = normal(shape.batch() * shape.length() * shape.packedWidth());
    float[] dOut = normal(shape.batch() * shape.length() * shape.outputWidth());
    List<float[]> want = compared(run(MathMode.F32, shape, packed, dOut, 0));
    List<float[]> got = compared(run(math, shape, packed, dOut, 0));
    double u = math.operandChange();
    double[][] change = new double[want.size()][];
    for (int k = 0; k < PERTURBATIONS; k++) {
      List<float[]> moved =
          compared(run(MathMode.F32, shape, perturbed(packed, u), perturbed(dOut, u), u));
      for (int i = 0; i < change.length; i++) {
        change[i] = most(change[i], moved.get(i), want.get(i));
      }
    }
    for (int i = 0; i < change.length; i++) {
      String name = "%s, result %s, -Dgatun.seed=%s".formatted(shape, i, SEED);
      assertClose(name, want.get(i), got.get(i), change[i], u);
    }
  }

  void assertEqualInputsGiveEqualBytes(AttentionShape shape) {
    float[] packed = normal(shape.batch() * shape.length() * shape.packedWidth());
    float[] dOut = normal(shape.batch() * shape.length() * shape.outputWidth());
    List<float[]> first = compared(run(MathMode.BF16, shape, packed, dOut, 0));
    List<float[]> second = compared(run(MathMode.BF16, shape, packed, dOut, 0));
    for (int i = 0; i < first.size(); i++) {
      assertArrayEquals(first.get(i), second.get(i), "-Dgatun.seed=" + SEED);
    }
  }

  /**
   * @param ofOutput how much the output changes before the backward pass sees it, as it does when
   *     probabilities are rounded
   */
  Results run(
      MathMode math,
      AttentionShape shape,
      float[] packedValues,
      float[] dOutValues,
      double ofOutput) {
    Parts.CausalAttention attention = attention(math);
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

  float[] normal(int size) {
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
