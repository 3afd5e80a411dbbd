package dev.gatun.claims.frozen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.FaultFamily;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.experiment.SmallestFaults;
import dev.gatun.results.Evidence;
import dev.gatun.results.Outcome;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The smallest faults of B5 and B8 that are found. */
class FrozenFaultsIT extends SmallestFaults {
  private final Backend backend = CpuBackend.open(1);

  /** Both claims share it, so that the sound runs are trained once. */
  private final FrozenExperiment whole = experiment(new FrozenRun());

  @TempDir private Path output;

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Override
  protected List<FaultFamily> families() {
    return List.of(
        family(
            "B5",
            "The narrowest head has ranks too many.",
            "ranks",
            List.of(1.0, 2.0, 6.0, 14.0, 30.0),
            "",
            B5RankConstrainedHead::new,
            FrozenFaultsIT::withMoreRanks),
        family(
            "B8",
            "The head whose singular values are taken carries noise.",
            "its norm over the head's",
            List.of(0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
            "",
            B8WErrorThreshold::new,
            this::withNoise));
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
    Evidence evidence =
        Measured.evidence(
            new B5RankConstrainedHead(experiment(reversed)),
            SmallFrozen.context(backend, output.resolve("reversed")));
    for (String check : List.of("rank16_to_rank32", "accuracy_rank2_to_rank32")) {
      assertEquals(
          Outcome.NOT_REPRODUCED, PlantedFaults.verdict(evidence, "B5", check).outcome(), check);
    }
  }

  private FaultFamily family(
      String claim,
      String fault,
      String unit,
      List<Double> sizes,
      String blind,
      Function<FrozenExperiment, Claim> of,
      DoubleFunction<FrozenRun> faulty) {
    return new FaultFamily(
        claim,
        fault,
        unit,
        sizes,
        false,
        blind,
        size -> {
          FrozenExperiment experiment = size == 0 ? whole : experiment(faulty.apply(size));
          Path folder = output.resolve(size == 0 ? "whole" : claim + size);
          return Measured.evidence(of.apply(experiment), SmallFrozen.context(backend, folder));
        });
  }

  private static FrozenExperiment experiment(FrozenRun body) {
    return new FrozenExperiment(body, (_, seeds) -> SmallFrozen.plan(seeds.first(), 5).settings());
  }

  private static FrozenRun withMoreRanks(double more) {
    return new FrozenRun() {
      @Override
      protected int rankOf(int rank) {
        return rank == 2 ? 2 + (int) more : rank;
      }
    };
  }

  private FrozenRun withNoise(double share) {
    return new FrozenRun() {
      @Override
      protected Tensor trainedHead(TensorScope scope, Tensor weights) {
        double[] entries = backend.toDoubles(weights);
        double sum = 0;
        for (double entry : entries) {
          sum += entry * entry;
        }
        double[] noise = new double[entries.length];
        Randomness.of(3).gaussian(noise, share * Math.sqrt(sum / entries.length));
        for (int i = 0; i < entries.length; i++) {
          entries[i] += noise[i];
        }
        Tensor noisy = scope.zeros(weights.type(), weights.rows(), weights.cols());
        backend.write(entries, noisy);
        return noisy;
      }
    };
  }
}
