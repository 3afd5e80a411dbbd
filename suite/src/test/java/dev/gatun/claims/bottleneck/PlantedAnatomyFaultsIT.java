package dev.gatun.claims.bottleneck;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.model.head.Head;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.results.Evidence;
import dev.gatun.spectrum.GradientComponents;
import dev.gatun.spectrum.GradientProjection;
import dev.gatun.spectrum.LogitDirection;
import dev.gatun.spectrum.RowChunks;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The checks of A4, A5, A10 and of what A1 says about trained heads reproduce as long as what they
 * measure is whole, and do not when it is broken on purpose.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlantedAnatomyFaultsIT {
  private static final int WIDTH = 32;
  private static final int[] ALL_WIDTHS = {24, 32, 64, 88};

  private final Backend backend = CpuBackend.open(1);

  /** By widths: what is whole is trained once for all tests. */
  private final Map<List<Integer>, BottleneckExperiment> whole = new HashMap<>();

  @TempDir private Path exactOutput;
  @TempDir private Path faultyOutput;

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Test
  void headThatHasNothingToDoWithTheGradientIsFoundByA1() {
    HeadMeasures unrelated =
        new HeadMeasures() {
          @Override
          public GradientProjection project(Backend on, Tensor headWeights, RowChunks gradient) {
            try (TensorScope scope = on.newScope()) {
              return EXACT.project(on, unrelatedTo(on, scope, headWeights), gradient);
            }
          }
        };
    assertFound(A1GradientSuppression::new, unrelated, "destroyed_norm_excess", ALL_WIDTHS);
  }

  @Test
  void batchThatDoesNotGrowIsFoundByA4() {
    HeadMeasures first128 =
        new HeadMeasures() {
          @Override
          public Spectrum batchSpectrum(Backend on, Head head, HeadInputs at, long contexts) {
            return EXACT.batchSpectrum(on, head, at, Math.min(128, contexts));
          }
        };
    assertFound(A4RankGrowsWithBatch::new, first128, "gradient_rank_growth", WIDTH);
  }

  @Test
  void componentsMadeEqualAreFoundByA4() {
    HeadMeasures equal =
        new HeadMeasures() {
          @Override
          public Spectrum batchSpectrum(Backend on, Head head, HeadInputs at, long contexts) {
            Spectrum exact = EXACT.batchSpectrum(on, head, at, contexts);
            double[] values = exact.singularValues();
            Arrays.fill(values, 1);
            return new Spectrum(
                values, exact.errorBound(), exact.rows(), exact.cols(), exact.method());
          }
        };
    assertFound(A4RankGrowsWithBatch::new, equal, "gradient_components_70_share", WIDTH);
    assertFound(A4RankGrowsWithBatch::new, equal, "gradient_components_999_share", WIDTH);
  }

  @Test
  void directionThatNoHeadHasCompressedIsFoundByA5() {
    HeadMeasures uncompressed =
        new HeadMeasures() {
          @Override
          public LogitDirection hiddenInduced(Tensor headWeights) {
            return LogitDirection.steepestDescent();
          }
        };
    assertFound(A5PoorDirection::new, uncompressed, "hidden_induced", WIDTH);
  }

  @Test
  void directionThatForgetsTheGradientIsFoundByA5() {
    HeadMeasures forgetful =
        new HeadMeasures() {
          @Override
          public LogitDirection hiddenInduced(Tensor headWeights) {
            // The gradient of the contexts in the wrong order: here, of none of them.
            return (on, firstRow, gradient, out) -> {
              double[] values = new double[Math.toIntExact(out.size())];
              for (int i = 0; i < values.length; i++) {
                values[i] = Math.sin(i + 1.0 + firstRow);
              }
              on.write(values, out);
            };
          }
        };
    assertFound(A5PoorDirection::new, forgetful, "cosine_hidden_induced", WIDTH);
  }

  @Test
  void projectorThatIsNotOneIsFoundByA5() {
    HeadMeasures shrunk =
        new HeadMeasures() {
          @Override
          public GradientProjection project(Backend on, Tensor headWeights, RowChunks gradient) {
            GradientProjection exact = EXACT.project(on, headWeights, gradient);
            return new GradientProjection(
                exact.contexts(),
                exact.vocabulary(),
                exact.width(),
                exact.gradientNorm(),
                exact.keptNorm() * exact.keptNorm(),
                exact.headConditionNumber());
          }
        };
    assertFound(A5PoorDirection::new, shrunk, "best_of_subspace_is_kept_norm", WIDTH);
  }

  @Test
  void headThatKeepsEnergyWhereItLiesIsFoundByA10() {
    HeadMeasures faithful =
        new HeadMeasures() {
          @Override
          public double[] keptEnergies(GradientComponents components, Tensor headWeights) {
            return components.energies();
          }
        };
    assertFound(A10EnergyMovesToTail::new, faithful, "moved_to_tail", WIDTH);
    assertFound(A10EnergyMovesToTail::new, faithful, "random_head_by_formula", WIDTH);
  }

  private void assertFound(
      Function<BottleneckExperiment, Claim> claim,
      HeadMeasures fault,
      String place,
      int... widths) {
    BottleneckExperiment exact =
        whole.computeIfAbsent(
            Arrays.stream(widths).boxed().toList(), _ -> experiment(HeadMeasures.EXACT, widths));
    PlantedFaults.assertFound(
        claim.apply(exact).id(),
        evidence(claim.apply(exact), exactOutput),
        evidence(claim.apply(experiment(fault, widths)), faultyOutput),
        place);
  }

  private static BottleneckExperiment experiment(HeadMeasures measures, int... widths) {
    return new BottleneckExperiment(measures, seed -> SmallBottleneck.trained(seed, widths));
  }

  private Evidence evidence(Claim claim, Path output) {
    return Measured.evidence(claim, SmallBottleneck.context(backend, output));
  }

  /**
   * A head of the same size that knows nothing. Weights in another order would not do: neighbours
   * in the vocabulary are about equally frequent, and what follows from frequency stays.
   */
  private static Tensor unrelatedTo(Backend on, TensorScope scope, Tensor weights) {
    double[] entries = new double[Math.toIntExact(weights.size())];
    Randomness.of(1).stream("unrelated head").gaussian(entries, 1);
    Tensor unrelated = scope.zeros(weights.type(), weights.rows(), weights.cols());
    on.write(entries, unrelated);
    return unrelated;
  }
}
