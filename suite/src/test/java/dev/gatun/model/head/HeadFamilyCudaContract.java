package dev.gatun.model.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.model.HeadForm;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TinyModels;
import dev.gatun.model.TransformerConfig;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models with every form of head through the whole CUDA backend. */
abstract class HeadFamilyCudaContract {
  private static final long SEED = 20261126;
  private static final int VOCABULARY = 60;
  private static final int BATCH = 2;
  private static final int LENGTH = 9;
  private static final double SCALE = 1.0 / (BATCH * LENGTH);

  /** Opens the device under test. */
  abstract Backend open();

  static HeadForm[] forms() {
    return new HeadForm[] {
      new HeadForm.Linear(false),
      new HeadForm.Linear(true, OutputBias.LEARNED),
      new HeadForm.Linear(false, OutputBias.LOG_UNIGRAM),
      new HeadForm.Factorised(4),
      new HeadForm.Sigsoftmax(true),
      new HeadForm.MixtureOfSoftmaxes(3),
      new HeadForm.MultipleHidden(3),
      new HeadForm.ClassFactored(10)
    };
  }

  /** What a model computes: plainly, recorded and replayed; with a tap; evaluated. */
  private record Outcome(double[] losses, double[] gradients, double tapped, HeadScores scores) {
    static Outcome of(Backend backend, HeadForm form) {
      TransformerConfig config = TransformerConfig.gpt2(VOCABULARY, 8, 1, 2, LENGTH).withHead(form);
      try (LanguageModel model = TinyModels.rough(backend, config, SEED)) {
        int[] tokens = TinyModels.tokens(BATCH * LENGTH, VOCABULARY, SEED);
        int[] targets = TinyModels.tokens(BATCH * LENGTH, VOCABULARY, SEED + 1);
        targets[4] = -1;
        double[] losses = new double[3];
        for (int pass = 0; pass < losses.length; pass++) {
          losses[pass] =
              model.lossAndGradients(
                  new Batch(tokens, targets, BATCH, LENGTH), SCALE, BlockVisitor.NONE);
        }
        double[] gradients = backend.toDoubles(model.parameters().gradients());
        double[] tapped = new double[1];
        model.lossAndGradients(
            new Batch(tokens, targets, BATCH, LENGTH),
            SCALE,
            (_, chunk) -> tapped[0] += backend.sumOfSquares(chunk));
        HeadScores scores = model.evaluate(new Batch(tokens, targets, BATCH, LENGTH));
        return new Outcome(losses, gradients, tapped[0], scores);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("forms")
  void headsOnCudaFollowTheOracle(HeadForm form) {
    Outcome want;
    Outcome got;
    try (var backend = ReferenceBackend.open()) {
      want = Outcome.of(backend, form);
    }
    try (var backend = open()) {
      got = Outcome.of(backend, form);
    }
    String message = form + ", seed " + SEED;
    assertArrayEquals(want.losses, got.losses, 5e-6, message);
    double largest = Arrays.stream(want.gradients).map(Math::abs).max().orElseThrow();
    assertArrayEquals(want.gradients, got.gradients, 1e-5 * largest, message);
    assertEquals(want.tapped, got.tapped, 1e-5 * want.tapped, message);
    assertEquals(want.scores.meanLoss(), got.scores.meanLoss(), 5e-6, message);
    assertEquals(want.scores.correct(), got.scores.correct(), message);
  }
}
