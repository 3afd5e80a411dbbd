package dev.gatun.measure;

import static dev.gatun.backend.ScarceMemory.leavesNothing;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.model.head.LinearHead;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class FailedAllocationTest {
  private static final int CONTEXTS = 4;
  private static final int VOCABULARY = 7;
  private static final int WIDTH = 3;

  @TestFactory
  Stream<DynamicTest> leavesNothingOpen() {
    return Stream.of(
        leavesNothing(
            "full head",
            (backend, scope) ->
                RankHead.from(backend, gaussian(backend, scope, VOCABULARY), Optional.empty())
                    .close()),
        leavesNothing(
            "head of a rank",
            (backend, _) ->
                RankHead.drawn(backend, VOCABULARY, WIDTH, 2, Optional.empty(), Randomness.of(1))
                    .close()),
        leavesNothing("weights", FailedAllocationTest::weights),
        leavesNothing("contexts", FailedAllocationTest::contexts));
  }

  private static Tensor gaussian(Backend backend, TensorScope scope, long rows) {
    return NormalMatrix.inBlocks(backend, scope, rows, WIDTH, Randomness.of(rows));
  }

  private static void weights(Backend backend, TensorScope scope) {
    Tensor weights = gaussian(backend, scope, VOCABULARY);
    try (LinearHead head = LinearHead.frozen(backend, weights, LinearHead.Bias.NONE);
        var measured = new ContextMeter.HeadWeights(backend, head, Randomness.of(1))) {
      measured.spaces.own().leverage();
    }
  }

  private static void contexts(Backend backend, TensorScope scope) {
    Tensor weights = gaussian(backend, scope, VOCABULARY);
    int[] targets = {1, 2, 3, 4};
    Tensor ids = scope.zeros(ElementType.I32, CONTEXTS);
    backend.write(targets, ids);
    var at = new HeadInputs(gaussian(backend, scope, CONTEXTS), ids, CONTEXTS);
    try (LinearHead head = LinearHead.frozen(backend, weights, LinearHead.Bias.NONE);
        var gram = new ContextGram(backend, head, at, targets, weights)) {
      gram.components(scope);
    }
  }
}
