package dev.gatun.claims.theorem;

import static dev.gatun.backend.ScarceMemory.leavesNothing;

import dev.gatun.data.Randomness;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class FailedAllocationTest {
  @TestFactory
  Stream<DynamicTest> leavesNothingOpen() {
    return Stream.of(
        leavesNothing(
            "loss over that of the ideal head",
            (backend, _) -> {
              double[] sigma = {3, 2, 1};
              try (IdealHead ideal = IdealHead.draw(backend, 4, 6, sigma, Randomness.of(1));
                  LossGap gap = new LossGap(backend, ideal, 2)) {
                gap.at(gap.truncated());
              }
            }));
  }
}
