package dev.gatun.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every backward pass of the oracle against central differences of its forward pass, in f64. */
class ReferenceGradientsTest {
  private static final long SEED = 20261122;
  private static final double STEP = 1e-5;
  private static final double TOLERANCE = 2e-9;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private Backend backend;
  private TensorScope scope;

  @BeforeEach
  void open() {
    backend = ReferenceBackend.open();
    scope = backend.newScope();
  }

  @AfterEach
  void close() {
    scope.close();
    backend.close();
  }

  @Test
  void layerNorm() {
    Tensor x = normal(5, 7);
    Tensor weight = normal(7);
    Tensor bias = normal(7);
    Tensor y = zeros(5, 7);
    Tensor mean = zeros(5);
    Tensor rstd = zeros(5);
    Tensor dY = normal(5, 7);
    Tensor dX = zeros(5, 7);
    Tensor dWeight = zeros(7);
    Tensor dBias = zeros(7);
    Runnable forward = () -> backend.layerNorm(x, weight, bias, 1e-5, y, mean, rstd);
    forward.run();
    backend.layerNormBackward(dY, x, weight, mean, rstd, dX, dWeight, dBias);
    assertGradient("x", forward, y, dY, x, dX);
    assertGradient("weight", forward, y, dY, weight, dWeight);
    assertGradient("bias", forward, y, dY, bias, dBias);
  }

  @Test
  void rmsNorm() {
    Tensor x = normal(5, 7);
    Tensor weight = normal(7);
    Tensor y = zeros(5, 7);
    Tensor rstd = zeros(5);
    Tensor dY = normal(5, 7);
    Tensor dX = zeros(5, 7);
    Tensor dWeight = zeros(7);
    Runnable forward = () -> backend.rmsNorm(x, weight, 1e-5, y, rstd);
    forward.run();
    backend.rmsNormBackward(dY, x, weight, rstd, dX, dWeight);
    assertGradient("x", forward, y, dY, x, dX);
    assertGradient("weight", forward, y, dY, weight, dWeight);
  }

  @ParameterizedTest
  @EnumSource(Elementwise.class)
  void elementwise(Elementwise form) {
    Tensor x = normal(6, 11);
    Tensor y = zeros(6, 11);
    Tensor dY = normal(6, 11);
    Tensor dX = zeros(6, 11);
    backend.scale(3, x);
    backend.elementwiseBackward(form, x, dY, dX);
    assertGradient("x", () -> backend.elementwise(form, x, y), y, dY, x, dX);
  }

  @Test
  void clip() {
    Tensor x = normal(6, 11);
    Tensor y = zeros(6, 11);
    Tensor dY = normal(6, 11);
    Tensor dX = zeros(6, 11);
    backend.clipBackward(0.75, x, dY, dX);
    assertGradient("x", () -> backend.clip(0.75, x, y), y, dY, x, dX);
  }

  @Test
  void gated() {
    for (Gate gate : Gate.values()) {
      Tensor x = normal(5, 14);
      Tensor y = zeros(5, 7);
      Tensor dY = normal(5, 7);
      Tensor dX = zeros(5, 14);
      backend.gatedBackward(gate, x, dY, dX);
      assertGradient("x", () -> backend.gated(gate, x, y), y, dY, x, dX);
    }
  }

  @Test
  void rotary() {
    var shape = new AttentionShape(2, 5, 4, 2, 8);
    Tensor cos = zeros(5, 3);
    Tensor sin = zeros(5, 3);
    for (int i = 0; i < 15; i++) {
      double angle = i / 3 * Math.pow(100, -(i % 3) / 3.0);
      Elements.put(cos, i, Math.cos(angle));
      Elements.put(sin, i, Math.sin(angle));
    }
    Tensor x = normal(2, 5, shape.packedWidth());
    Tensor y = zeros(2, 5, shape.packedWidth());
    Tensor dY = normal(2, 5, shape.packedWidth());
    Tensor dX = zeros(2, 5, shape.packedWidth());
    Runnable forward =
        () -> {
          backend.copy(x, y);
          backend.rotary(shape, cos, sin, y);
        };
    backend.copy(dY, dX);
    backend.rotaryBackward(shape, cos, sin, dX);
    assertGradient("packed", forward, y, dY, x, dX);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1, 1, 1", "2, 5, 4, 4, 3", "2, 7, 6, 2, 5", "1, 9, 3, 1, 8"})
  void attention(int batch, int length, int heads, int keyValueHeads, int headWidth) {
    attention(new AttentionShape(batch, length, heads, keyValueHeads, headWidth));
  }

  @Test
  void attentionOfCappedScoresInAWindow() {
    attention(new AttentionShape(2, 7, 4, 2, 3, 2, 0.5, 7));
    attention(new AttentionShape(2, 7, 4, 2, 3, 3, Double.POSITIVE_INFINITY, 3));
    attention(new AttentionShape(1, 6, 2, 1, 4, 9, 1.5, 2));
  }

  private void attention(AttentionShape shape) {
    int batch = shape.batch();
    int length = shape.length();
    Tensor packed = normal(batch, length, shape.packedWidth());
    Tensor out = zeros(batch, length, shape.outputWidth());
    Tensor normalisers = zeros(batch, shape.heads(), length, 2);
    Tensor dOut = normal(batch, length, shape.outputWidth());
    Tensor dPacked = normal(batch, length, shape.packedWidth());
    Runnable forward = () -> backend.attention(shape, packed, out, normalisers);
    forward.run();
    backend.attentionBackward(shape, packed, out, normalisers, dOut, dPacked);
    assertGradient("packed", forward, out, dOut, packed, dPacked);
  }

  @Test
  void crossEntropy() {
    Tensor logits = normal(5, 9);
    Tensor gradient = zeros(5, 9);
    Tensor losses = zeros(5);
    Tensor ones = zeros(5);
    Tensor targets = ids(3, -1, 0, 8, 3);
    backend.fill(ones, 0.25);
    backend.copy(logits, gradient);
    backend.crossEntropy(gradient, targets, 0.25, losses);
    Runnable forward = () -> backend.crossEntropyLoss(logits, targets, losses);
    assertGradient("logits", forward, losses, ones, logits, gradient);
  }

  @Test
  void crossEntropyByColumnsIsCrossEntropy() {
    Tensor whole = normal(3, 8);
    Tensor part = zeros(3, 3);
    var logSumExp = new LogSumExp(zeros(3), zeros(3));
    Tensor targets = ids(4, -1, 2);
    backend.logSumExpRows(whole, logSumExp);
    for (int i = 0; i < 9; i++) {
      Elements.put(part, i, Elements.at(whole, i / 3, 2 + i % 3));
    }
    backend.crossEntropyColumns(part, logSumExp, targets, 2, 0.5);
    backend.crossEntropy(whole, targets, 0.5, zeros(3));
    for (int i = 0; i < 9; i++) {
      assertEquals(Elements.at(whole, i / 3, 2 + i % 3), Elements.at(part, i), 1e-15);
    }
  }

  @Test
  void embedding() {
    Tensor table = normal(6, 4);
    Tensor ids = ids(5, 0, 5, 2, 5);
    Tensor out = zeros(5, 4);
    Tensor dOut = normal(5, 4);
    Tensor dTable = zeros(6, 4);
    backend.embeddingBackward(dOut, ids, dTable);
    Runnable forward = () -> backend.embedding(table, ids, out);
    assertGradient("table", forward, out, dOut, table, dTable);
  }

  @Test
  void bias() {
    Tensor bias = normal(7);
    Tensor x = normal(5, 7);
    Tensor y = zeros(5, 7);
    Tensor dY = normal(5, 7);
    Tensor dBias = zeros(7);
    backend.addBiasBackward(dY, dBias);
    Runnable forward =
        () -> {
          backend.copy(x, y);
          backend.addBias(bias, y);
        };
    assertGradient("bias", forward, y, dY, bias, dBias);
  }

  @Test
  void normalDistributionFunctionMatchesTabulatedValues() {
    // Abramowitz and Stegun, tables 26.1 and 26.2; the last from R's pnorm.
    assertEquals(0.5, ReferenceActivations.normalCdf(0), 1e-16);
    assertEquals(0.841344746068543, ReferenceActivations.normalCdf(1), 1e-15);
    assertEquals(0.977249868051821, ReferenceActivations.normalCdf(2), 1e-15);
    assertEquals(2.86651571879194e-7, ReferenceActivations.normalCdf(-5), 1e-20);
    // Both branches meet at z = 2.
    double seam = 2 * Math.sqrt(2);
    double below = ReferenceActivations.normalCdf(-Math.nextDown(seam));
    assertEquals(below, ReferenceActivations.normalCdf(-Math.nextUp(seam)), 1e-13 * below);
  }

  /** d(Σ dY·y)/dx by central differences, against the gradient that the backward pass gave. */
  private void assertGradient(
      String name, Runnable forward, Tensor y, Tensor dY, Tensor x, Tensor dX) {
    for (long i = 0; i < x.size(); i++) {
      double x0 = Elements.at(x, i);
      Elements.put(x, i, x0 + STEP);
      forward.run();
      double above = backend.dot(y, dY);
      Elements.put(x, i, x0 - STEP);
      forward.run();
      double below = backend.dot(y, dY);
      Elements.put(x, i, x0);
      double want = (above - below) / (2 * STEP);
      String where = "d/d" + name + "[" + i + "], seed " + SEED;
      assertEquals(want, Elements.at(dX, i), TOLERANCE * (1 + Math.abs(want)), where);
    }
  }

  private Tensor zeros(long... extents) {
    return scope.zeros(ElementType.F64, extents);
  }

  private Tensor normal(long... extents) {
    Tensor x = zeros(extents);
    for (long i = 0; i < x.size(); i++) {
      Elements.put(x, i, random.nextGaussian());
    }
    return x;
  }

  private Tensor ids(int... values) {
    Tensor ids = scope.zeros(ElementType.I32, values.length);
    backend.write(values, ids);
    return ids;
  }
}
