package dev.gatun.claims.signal;

import static dev.gatun.backend.ScarceMemory.leavesNothing;

import dev.gatun.data.Randomness;
import dev.gatun.measure.NormalMatrix;
import dev.gatun.model.TinyModels;
import dev.gatun.tensor.Batch;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class FailedAllocationTest {
  @TestFactory
  Stream<DynamicTest> leavesNothingOpen() {
    int vocabulary = TinyModels.VOCABULARY;
    KnownSource source = KnownSource.of(TinyModels.tokens(300, vocabulary, 1), vocabulary, 3);
    Batch contexts = new DrawnText(source, 2, 4, Randomness.of(1)).batch(0);
    return Stream.of(
        leavesNothing(
            "signal and noise",
            (backend, scope) -> {
              var weights = NormalMatrix.inF64(backend, scope, vocabulary, 3, Randomness.of(1));
              try (var model = TinyModels.initialised(backend, TinyModels.gpt2(), 1);
                  var split = new GradientSplit(backend, source, contexts);
                  var projection = new SplitProjection(backend, weights)) {
                split.forEach(model.head(), model.headInputs(contexts), projection::add);
              }
            }));
  }
}
