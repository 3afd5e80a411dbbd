package dev.gatun.claims.bottleneck;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.spectrum.GradientProjection;
import dev.gatun.spectrum.LogitStep;
import dev.gatun.spectrum.RowChunks;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks of A1, A2, A3 and A9 reproduce as long as what they measure is whole, and do not when it
 * is broken on purpose.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BottleneckFaultsIT {
  private final Backend backend = CpuBackend.open(1);

  /** All tests share it, so that the sound runs are trained once. */
  private final BottleneckExperiment whole = experiment(HeadMeasures.EXACT, 5);

  private final BottleneckExperiment wholeOfOneSeed = experiment(HeadMeasures.EXACT, 1);
  private PlantedFaults faults;

  @TempDir private Path output;

  @BeforeEach
  void openFaults() {
    faults = new PlantedFaults(folder -> SmallBottleneck.context(backend, output.resolve(folder)));
  }

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Test
  void projectorOnTheOrthogonalComplementIsFoundByA1() {
    HeadMeasures complement =
        new HeadMeasures() {
          @Override
          public GradientProjection project(Backend on, Tensor headWeights, RowChunks gradient) {
            GradientProjection exact = EXACT.project(on, headWeights, gradient);
            return new GradientProjection(
                exact.contexts(),
                exact.vocabulary(),
                exact.width(),
                exact.gradientNorm(),
                exact.destroyedNorm(),
                exact.headConditionNumber());
          }
        };
    faults.assertFound(
        new A1GradientSuppression(whole),
        new A1GradientSuppression(experiment(complement, 5)),
        "destroyed_norm");
  }

  @Test
  void stepOfAWiderHeadIsFoundByA2() {
    HeadMeasures wider =
        new HeadMeasures() {
          @Override
          public StepSpectrum logitStep(
              Backend on, Tensor hiddenStates, Tensor headWeights, RowChunks gradient) {
            try (TensorScope scope = on.newScope();
                var step =
                    new LogitStep(
                        on,
                        1,
                        widened(on, scope, hiddenStates),
                        widened(on, scope, headWeights),
                        gradient)) {
              return new StepSpectrum(step.spectrum(), step.directionResidual());
            }
          }
        };
    faults.assertFound(
        new A2LogitStepRank(wholeOfOneSeed),
        new A2LogitStepRank(experiment(wider, 1)),
        "step_tail_beyond_cap");
  }

  @Test
  void gradientThatTheHeadHasAlreadyFilteredIsFoundByA2AndA3() {
    HeadMeasures filtered =
        new HeadMeasures() {
          @Override
          public Spectrum spectrum(Backend on, RowChunks matrix) {
            Spectrum exact = EXACT.spectrum(on, matrix);
            double[] values = exact.singularValues();
            Arrays.fill(values, 2 * 8, values.length, 0);
            return new Spectrum(
                values, exact.errorBound(), exact.rows(), exact.cols(), exact.method());
          }
        };
    faults.assertFound(
        new A2LogitStepRank(wholeOfOneSeed),
        new A2LogitStepRank(experiment(filtered, 1)),
        "gradient_rank_over_cap");
    faults.assertFound(
        new A3UnreachableGradient(wholeOfOneSeed),
        new A3UnreachableGradient(experiment(filtered, 1)),
        "best_rank_residual");
  }

  @Test
  void directionBetterThanTheBestIsFoundByA3() {
    HeadMeasures tooGood =
        new HeadMeasures() {
          @Override
          public StepSpectrum logitStep(
              Backend on, Tensor hiddenStates, Tensor headWeights, RowChunks gradient) {
            var exact = EXACT.logitStep(on, hiddenStates, headWeights, gradient);
            double residual = exact.directionResidual();
            return new StepSpectrum(exact.spectrum(), Math.sqrt(1 - residual * residual));
          }
        };
    faults.assertFound(
        new A3UnreachableGradient(wholeOfOneSeed),
        new A3UnreachableGradient(experiment(tooGood, 1)),
        "direction_over_best_residual");
  }

  @Test
  void projectorThatGainsDimensionsDuringTrainingIsFoundByA9() {
    HeadMeasures growing =
        new HeadMeasures() {
          private int calls;

          @Override
          public GradientProjection project(Backend on, Tensor headWeights, RowChunks gradient) {
            calls++;
            GradientProjection exact = EXACT.project(on, headWeights, gradient);
            return new GradientProjection(
                exact.contexts(),
                exact.vocabulary(),
                exact.width(),
                exact.gradientNorm(),
                Math.min(0.9, exact.keptNorm() * (1 + calls % 6)),
                exact.headConditionNumber());
          }
        };
    faults.assertFound(
        new A9FlatThroughTraining(whole),
        new A9FlatThroughTraining(experiment(growing, 5)),
        "destroyed_norm");
  }

  private static BottleneckExperiment experiment(HeadMeasures measures, int seeds) {
    return new BottleneckExperiment(measures, seed -> SmallBottleneck.plan(seed, seeds));
  }

  /** The matrix with four more columns that are no combination of its own. */
  private static Tensor widened(Backend on, TensorScope scope, Tensor matrix) {
    int rows = (int) matrix.rows();
    int cols = (int) matrix.cols();
    double[] narrow = on.toDoubles(matrix);
    double[] wide = new double[rows * (cols + 4)];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(narrow, row * cols, wide, row * (cols + 4), cols);
      for (int extra = 0; extra < 4; extra++) {
        wide[row * (cols + 4) + cols + extra] = Math.cos(row * (1.0 + extra) * extra + 1);
      }
    }
    Tensor result = scope.zeros(matrix.type(), rows, cols + 4);
    on.write(wide, result);
    return result;
  }
}
