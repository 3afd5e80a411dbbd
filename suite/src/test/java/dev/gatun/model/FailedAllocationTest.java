package dev.gatun.model;

import static dev.gatun.backend.ScarceMemory.leavesNothing;

import dev.gatun.backend.Backend;
import dev.gatun.backend.OutOfDeviceMemoryException;
import dev.gatun.data.Randomness;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.model.head.HeadBackward.Curvature;
import dev.gatun.model.head.HeadBackward.Directions;
import dev.gatun.model.head.HeadJacobian;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class FailedAllocationTest {
  private static final Batch BATCH =
      new Batch(
          TinyModels.tokens(4, TinyModels.VOCABULARY, 1),
          TinyModels.tokens(4, TinyModels.VOCABULARY, 2),
          2,
          2);

  /** Every form of head and of block, and what only some families have. */
  private static final List<String> MODELS =
      List.of(
          "gpt2 factorised",
          "gpt2 sigsoftmax",
          "gpt2 mixture",
          "llama hidden vectors",
          "llama classes",
          "neox parallel",
          "qwen3",
          "olmo clipped",
          "gemma2",
          "opt narrow");

  private static final List<HeadBackward> BACKWARD =
      List.of(
          HeadBackward.EXACT,
          new HeadBackward.FrozenHead(),
          new HeadBackward.RankLimited(2, Directions.RANDOM, 1, true),
          new HeadBackward.NarrowForward(2, true),
          new HeadBackward.WithoutOrthogonalPart(),
          new HeadBackward.Preconditioned(Curvature.GRAM_AT_RANDOM, 0.1),
          new HeadBackward.Preconditioned(Curvature.SOFTMAX, 0.1));

  @TestFactory
  Stream<DynamicTest> ofAModelLeavesNothing() {
    return MODELS.stream()
        .map(name ->
            leavesNothing(
                name,
                (backend, _) -> {
                  try (var model =
                      TinyModels.initialised(backend, TinyModels.CONFIGS.get(name), 1)) {
                    train(model);
                    model.evaluate(BATCH);
                  }
                }));
  }

  /** A pass that is refused memory leaves a model that can repeat it. */
  private static void train(LanguageModel model) {
    try {
      model.lossAndGradients(BATCH, 1, BlockVisitor.NONE);
    } catch (OutOfDeviceMemoryException refused) {
      model.lossAndGradients(BATCH, 1, BlockVisitor.NONE);
      throw refused;
    }
  }

  @TestFactory
  Stream<DynamicTest> ofABackwardPassLeavesNothing() {
    return BACKWARD.stream()
        .map(backward ->
            leavesNothing(
                backward.toString(),
                (backend, _) -> {
                  try (LanguageModel model = model(backend, backward)) {
                    train(model);
                  }
                }));
  }

  private static LanguageModel model(Backend backend, HeadBackward backward) {
    return LanguageModel.initialise(
        backend,
        TinyModels.gpt2(),
        backward,
        (name, out, deviation) -> Randomness.of(1).stream(name).gaussian(out, deviation));
  }

  @TestFactory
  Stream<DynamicTest> ofAJacobianLeavesNothing() {
    return Stream.of(
        leavesNothing(
            "jacobian",
            (backend, _) -> {
              try (LanguageModel model = model(backend, HeadBackward.EXACT)) {
                new HeadJacobian(backend, model.head(), model.config().width()).close();
              }
            }));
  }
}
