package dev.gatun.claims.frozen;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.results.Evidence;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Checks of B5 and B8 reproduce as long as what they measure is whole, and not when it is not. */
@TestInstance(Lifecycle.PER_CLASS)
class FrozenFaultsIT {
  private final Backend backend = CpuBackend.open(1);
  private Path output;
  private Evidence whole;

  @BeforeAll
  void measureWhatIsWhole(@TempDir Path folder) {
    output = folder;
    whole = measured(new FrozenRun(), "whole");
  }

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Test
  void headsThatAllHaveTheFullRankAreFoundByB5() {
    var uncapped =
        new FrozenRun() {
          @Override
          protected int rankOf(int rank) {
            return 32;
          }
        };
    Evidence faulty = measured(uncapped, "uncapped");
    assertFound(faulty, "B5", "rank2_to_rank4");
    assertFound(faulty, "B5", "steepening");
  }

  @Test
  void headsOfTheRanksTheOtherWayRoundAreFoundByB5() {
    var reversed =
        new FrozenRun() {
          @Override
          protected int rankOf(int rank) {
            return 64 / rank;
          }
        };
    Evidence faulty = measured(reversed, "reversed");
    assertFound(faulty, "B5", "rank4_to_rank8");
    assertFound(faulty, "B5", "accuracy_rank2_to_rank32");
  }

  @Test
  void cutHeadThatIsNotTheModelsIsFoundByTheControlsOfB5AndB8() {
    var random =
        new FrozenRun() {
          @Override
          protected Tensor trainedHead(TensorScope scope, Tensor weights) {
            float[] entries = new float[(int) weights.size()];
            Randomness.of(3).gaussian(entries, 1);
            Tensor other = scope.zeros(weights.type(), weights.rows(), weights.cols());
            backend.write(entries, other);
            return other;
          }
        };
    Evidence faulty = measured(random, "random");
    assertFound(faulty, "B5", "uncut_head_is_the_head");
    assertFound(faulty, "B8", "w_error");
  }

  private void assertFound(Evidence faulty, String claim, String place) {
    PlantedFaults.assertFound(claim, whole, faulty, place);
  }

  /** B5 and B8 of five seeds. */
  private Evidence measured(FrozenRun body, String folder) {
    var experiment = new FrozenExperiment(body, SmallFrozen::trained);
    var context = SmallFrozen.context(backend, output.resolve(folder));
    Evidence b5 = Measured.evidence(new B5RankConstrainedHead(experiment), context);
    Evidence b8 = Measured.evidence(new B8WErrorThreshold(experiment), context);
    return new Evidence(
        b5.provenance(),
        joined(b5.runs(), b8.runs()),
        joined(b5.metrics(), b8.metrics()),
        List.of());
  }

  private static <T> List<T> joined(List<T> some, List<T> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }
}
