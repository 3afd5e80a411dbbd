package dev.gatun.claims.frozen;

import static dev.gatun.backend.ScarceMemory.leavesNothing;

import dev.gatun.data.Randomness;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.measure.NormalMatrix;
import dev.gatun.model.HeadForm.OutputBias;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class FailedAllocationTest {
  private static final int VOCABULARY = 9;
  private static final int WIDTH = 4;

  @TestFactory
  Stream<DynamicTest> leavesNothingOpen() {
    return Stream.of(HeadStart.values())
        .map(start ->
            leavesNothing(
                "heads that begin as " + start,
                (backend, scope) -> {
                  var own = NormalMatrix.inF64(backend, scope, VOCABULARY, WIDTH, Randomness.of(1));
                  new RankHeads(
                          backend,
                          setting(start),
                          own,
                          Optional.empty(),
                          Randomness.of(2),
                          rank -> rank)
                      .close();
                }));
  }

  private static FrozenSetting setting(HeadStart start) {
    return new FrozenSetting(
        new ModelSize(VOCABULARY, WIDTH, 1, 2, 4),
        OutputBias.NONE,
        new UsualTraining(2, 1, 6e-3, 1),
        1,
        8,
        List.of(2, WIDTH),
        List.of(0.01),
        start,
        1,
        1);
  }
}
