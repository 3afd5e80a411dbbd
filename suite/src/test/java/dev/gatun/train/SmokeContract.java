package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TinyModels;
import dev.gatun.model.TransformerConfig;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;

/**
 * The shortest test that touches everything: products, attention, norms and losses, forward and
 * backward, run plainly, recorded and replayed, against the oracle.
 */
final class SmokeContract {
  private static final long SEED = 20261129;
  private static final int VOCABULARY = 61;
  private static final int BATCH = 2;
  private static final int LENGTH = 17;
  private static final TransformerConfig MODEL =
      TransformerConfig.llama(VOCABULARY, 32, 1, 4, 2, 40, LENGTH);

  private SmokeContract() {}

  /**
   * Relative; rounding alone gives 3e-6, 0.011 and 0.074, and a lost term of a gradient more than
   * 1.
   */
  private static double tolerance(MathMode math) {
    return switch (math) {
      case F32 -> 2e-5;
      case TF32 -> 5e-2;
      case BF16 -> 0.3;
    };
  }

  private record Outcome(double[] losses, double[] gradients) {
    static Outcome of(Backend backend) {
      int[] tokens = TinyModels.tokens(BATCH * LENGTH, VOCABULARY, SEED);
      int[] targets = TinyModels.tokens(BATCH * LENGTH, VOCABULARY, SEED + 1);
      var batch = new Batch(tokens, targets, BATCH, LENGTH);
      try (LanguageModel model = TinyModels.rough(backend, MODEL, SEED)) {
        double[] losses = new double[3];
        for (int pass = 0; pass < losses.length; pass++) {
          losses[pass] = model.lossAndGradients(batch, 1.0 / (BATCH * LENGTH), BlockVisitor.NONE);
        }
        return new Outcome(losses, backend.toDoubles(model.parameters().gradients()));
      }
    }
  }

  static void gradientsFollowTheOracle(Backend backend, MathMode math) {
    Outcome want;
    try (Backend oracle = ReferenceBackend.open()) {
      want = Outcome.of(oracle);
    }
    Outcome got = Outcome.of(backend);
    String message = math + ", seed " + SEED;
    assertArrayEquals(
        want.losses, got.losses, tolerance(math) * want.losses[0], "losses in " + message);
    double error = 0;
    double size = 0;
    for (int i = 0; i < want.gradients.length; i++) {
      error += Math.pow(got.gradients[i] - want.gradients[i], 2);
      size += Math.pow(want.gradients[i], 2);
    }
    double relative = Math.sqrt(error / size);
    assertTrue(
        relative <= tolerance(math), "gradients in %s err by %s".formatted(message, relative));
  }
}
