package dev.gatun.claims;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Verdict;
import dev.gatun.results.Verdicts;
import dev.gatun.spectrum.GradientProjection;
import dev.gatun.spectrum.LocalProjection;
import dev.gatun.spectrum.LogitStep;
import dev.gatun.spectrum.RowChunks;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every claim's checks reproduce as long as what they measure is whole, and do not when it is
 * broken on purpose.
 */
class PlantedFaultsIT {
  private final Backend backend = CpuBackend.open(2);

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  @TempDir private Path exactOutput;
  @TempDir private Path faultyOutput;

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
    assertFound(
        new A1GradientSuppression(experiment(HeadMeasures.EXACT, 5)),
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
    assertFound(
        new A2LogitStepRank(experiment(HeadMeasures.EXACT, 1)),
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
    assertFound(
        new A2LogitStepRank(experiment(HeadMeasures.EXACT, 1)),
        new A2LogitStepRank(experiment(filtered, 1)),
        "gradient_rank_over_cap");
    assertFound(
        new A3UnreachableGradient(experiment(HeadMeasures.EXACT, 1)),
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
    assertFound(
        new A3UnreachableGradient(experiment(HeadMeasures.EXACT, 1)),
        new A3UnreachableGradient(experiment(tooGood, 1)),
        "direction_over_best_residual");
  }

  @Test
  void oneTokenOffTheCircleIsFoundByA8() {
    assertFound(
        new A8TwoDimensionsSuffice(TokenPlacement.circle(), 16, 64),
        new A8TwoDimensionsSuffice(new A8TwoDimensionsSufficeTest.DentedCircle(), 16, 64),
        "top1_accuracy");
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
    Evidence exact =
        Measured.evidence(
            new A9FlatThroughTraining(experiment(HeadMeasures.EXACT, 5)),
            SmallBottleneck.context(backend, exactOutput));
    Evidence faulty =
        Measured.evidence(
            new A9FlatThroughTraining(experiment(growing, 5)),
            SmallBottleneck.context(backend, faultyOutput));
    // A model this small scatters across the bound, which lies far below what the fault does.
    String check = "destroyed_norm_range_all";
    assertNotEquals(Outcome.NOT_REPRODUCED, verdict(exact, "A9", check).outcome());
    assertEquals(Outcome.NOT_REPRODUCED, verdict(faulty, "A9", check).outcome());
  }

  @Test
  void swappedConstantsAreFoundByB1() {
    for (String check : new String[] {"mean_final_excess", "mean_best_excess"}) {
      assertFound(
          new B1ScalingLawExcess(),
          new B1ScalingLawExcess(B1ScalingLawExcessTest.swapped()),
          check);
    }
  }

  @Test
  void shuffledModelsAreFoundByB2() {
    assertFound(
        new B2LatePerplexity(),
        new B2LatePerplexity(B2LatePerplexityTest.shuffled()),
        "small_models_get_worse");
    assertFound(
        new B2LatePerplexity(),
        new B2LatePerplexity(B2LatePerplexityTest.shuffled()),
        "large_models_do_not");
  }

  @Test
  void oneJacobianForAllContextsIsFoundByH1() {
    LocalMeasure same =
        (on, head, at, rows) -> {
          long[] first = new long[rows.length];
          Arrays.fill(first, rows[0]);
          return LocalMeasure.measure(on, head, at, rows, first);
        };
    assertFound(heads(LocalMeasure.EXACT), heads(same), "other_heads_lift_the_rank");
  }

  @Test
  void rankThatCountsRoundingIsFoundByTheControlOfH1() {
    LocalMeasure fine =
        (on, head, at, rows) -> {
          var exact = LocalMeasure.EXACT.measure(on, head, at, rows);
          return new LocalProjection(
              exact.contexts(),
              exact.vocabulary(),
              exact.width(),
              exact.keptNorm(),
              exact.meanRank(),
              exact.hiddenStep(),
              exact.tolerance() * 1e-6);
        };
    assertFound(heads(LocalMeasure.EXACT), heads(fine), "linear_rank");
  }

  @Test
  void projectorOnTheOrthogonalComplementIsFoundByH1() {
    LocalMeasure complement =
        (on, head, at, rows) -> {
          var exact = LocalMeasure.EXACT.measure(on, head, at, rows);
          return new LocalProjection(
              exact.contexts(),
              exact.vocabulary(),
              exact.width(),
              exact.destroyedNorm(),
              exact.meanRank(),
              exact.hiddenStep(),
              exact.tolerance());
        };
    assertFound(heads(LocalMeasure.EXACT), heads(complement), "local_destroyed_norm");
  }

  /** V = 512, D = 12, three steps of every head with five seeds. */
  private static Claim heads(LocalMeasure measure) {
    return new H1OtherHeads(
        new HeadFamilyExperiment(
            measure,
            (_, first) ->
                LongStream.range(first, first + 5)
                    .boxed()
                    .flatMap(seed ->
                        HeadFamilyExperiment.forms(512, 12).keySet().stream()
                            .map(head ->
                                HeadFamilyExperiment.setting(
                                    head, 512, 12, 1, 16, 4, 3, 2, 4, seed)))
                    .toList()));
  }

  private void assertFound(Claim whole, Claim broken, String check) {
    Evidence exact = Measured.evidence(whole, SmallBottleneck.context(backend, exactOutput));
    Evidence faulty = Measured.evidence(broken, SmallBottleneck.context(backend, faultyOutput));
    Verdict reproduced = verdict(exact, whole.id(), check);
    Verdict found = verdict(faulty, broken.id(), check);
    assertEquals(Outcome.REPRODUCED, reproduced.outcome(), reproduced::toString);
    assertNotEquals(Outcome.REPRODUCED, found.outcome(), found::toString);
    assertNotEquals(Outcome.SKIPPED, found.outcome(), found::toString);
  }

  private static BottleneckExperiment experiment(HeadMeasures measures, int seeds) {
    return new BottleneckExperiment(measures, seed -> SmallBottleneck.plan(seed, seeds));
  }

  private static Verdict verdict(Evidence evidence, String claim, String check) {
    return Verdicts.judge(evidence, ExpectedValues.shipped(), "quick", "cpu").stream()
        .filter(verdict -> verdict.claim().equals(claim) && verdict.check().equals(check))
        .findFirst()
        .orElseThrow();
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
