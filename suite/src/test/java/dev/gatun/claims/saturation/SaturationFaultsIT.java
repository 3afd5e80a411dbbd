package dev.gatun.claims.saturation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.facts.LossPoint;
import dev.gatun.facts.SaturationPaper;
import dev.gatun.facts.SaturationPaper.SingularEntropy;
import dev.gatun.facts.ScalingLaw;
import dev.gatun.results.Evidence;
import dev.gatun.results.Outcome;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Checks of B1 to B4 do not reproduce when what they measure is broken on purpose. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SaturationFaultsIT {
  private final Backend backend = CpuBackend.open(1);

  /** All tests share it, so that the sound runs are trained once. */
  private final SaturationExperiment whole = experiment(HeadGeometry.EXACT);

  private PlantedFaults faults;
  private PlantedFaults trained;

  @TempDir private Path output;

  @BeforeEach
  void openFaults() {
    faults = new PlantedFaults(_ -> Measured.context(backend));
    trained = new PlantedFaults(folder -> SmallSaturation.context(backend, output.resolve(folder)));
  }

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Test
  void swappedConstantsAreFoundByB1() {
    faults.assertFound(
        new B1ScalingLawExcess(),
        new B1ScalingLawExcess(B1ScalingLawExcessTest.swapped()),
        "mean_final_excess",
        "mean_best_excess");
  }

  @Test
  void shuffledModelsAreFoundByB2() {
    faults.assertFound(
        new B2LatePerplexity(),
        new B2LatePerplexity(B2LatePerplexityTest.shuffled()),
        "small_models_get_worse",
        "large_models_do_not");
  }

  @Test
  void modelsThatLieOnTheLawAreFoundByB1() {
    faults.assertFound(
        new B1ScalingLawExcess(),
        new B1ScalingLawExcess(onTheLaw()),
        "final_excess_refit",
        "best_excess_refit");
  }

  @Test
  void shuffledModelsAreFoundByTheIntervalsOfB2() {
    faults.assertFound(
        new B2LatePerplexity(),
        new B2LatePerplexity(B2LatePerplexityTest.shuffled()),
        "small_models_surely",
        "large_models_surely",
        "small_less_large");
  }

  @Test
  void statesWithoutTheirCommonPartAreFoundByB3() {
    HeadGeometry centred =
        new HeadGeometry() {
          @Override
          public double meanCosine(Backend on, Tensor hidden) {
            int width = (int) hidden.cols();
            double[] states = on.toDoubles(hidden);
            double[] mean = new double[width];
            for (int i = 0; i < states.length; i++) {
              mean[i % width] += states[i] / hidden.rows();
            }
            for (int i = 0; i < states.length; i++) {
              states[i] -= mean[i % width];
            }
            try (TensorScope scope = on.newScope()) {
              Tensor rest = scope.zeros(ElementType.F64, hidden.rows(), width);
              on.write(states, rest);
              return EXACT.meanCosine(on, rest);
            }
          }
        };
    trained.assertFound(
        new B3Anisotropy(whole),
        new B3Anisotropy(experiment(centred)),
        "anisotropy",
        "anisotropy_peak");
  }

  @Test
  void anisotropyThatGrowsToTheEndIsFoundByB3() {
    HeadGeometry growing =
        new HeadGeometry() {
          private int calls;

          @Override
          public double meanCosine(Backend on, Tensor hidden) {
            calls++;
            return calls + EXACT.meanCosine(on, hidden);
          }
        };
    trained.assertFound(
        new B3Anisotropy(whole), new B3Anisotropy(experiment(growing)), "anisotropy_peak");
  }

  @Test
  void whitenedHeadIsFoundByB4() {
    HeadGeometry white =
        new HeadGeometry() {
          @Override
          public Spectrum spectrum(Backend on, Tensor weights) {
            Spectrum exact = EXACT.spectrum(on, weights);
            double[] equal = new double[exact.size()];
            Arrays.fill(equal, 1);
            return new Spectrum(
                equal, exact.errorBound(), exact.rows(), exact.cols(), exact.method());
          }
        };
    trained.assertFound(
        new B4SpectralSaturation(whole),
        new B4SpectralSaturation(experiment(white)),
        "singular_entropy",
        "entropy_fall_common_tokens");
  }

  @Test
  void singularValuesThatAreSquaredTwiceAreFoundByTheUntrainedHeadOfB4() {
    HeadGeometry onceTooOften =
        new HeadGeometry() {
          @Override
          public Spectrum spectrum(Backend on, Tensor weights) {
            Spectrum exact = EXACT.spectrum(on, weights);
            double[] values = exact.singularValues();
            // Nulls and common rows are in f64, the head itself is not.
            if (weights.type() != ElementType.F64) {
              Arrays.setAll(values, i -> values[i] * values[i]);
            }
            return new Spectrum(
                values, exact.errorBound(), exact.rows(), exact.cols(), exact.method());
          }
        };
    trained.assertFound(
        new B4SpectralSaturation(whole),
        new B4SpectralSaturation(experiment(onceTooOften)),
        "singular_entropy");
  }

  @Test
  void rareTokensTakenForCommonOnesAreFoundByB4() {
    HeadGeometry rare =
        new HeadGeometry() {
          @Override
          public int[] commonTokens(TokenFrequencies frequencies) {
            Set<Integer> common =
                IntStream.of(frequencies.common()).boxed().collect(Collectors.toSet());
            return IntStream.range(0, frequencies.counts().length)
                .filter(token -> !common.contains(token))
                .toArray();
          }
        };
    trained.assertFound(
        new B4SpectralSaturation(whole),
        new B4SpectralSaturation(experiment(rare)),
        "singular_entropy_common_tokens");
  }

  @Test
  void entropiesReadBackwardsAreFoundByTheRuleOfB4() {
    List<SingularEntropy> published = SaturationPaper.shipped().singularEntropies();
    List<SingularEntropy> backwards =
        published.stream()
            .map(e -> new SingularEntropy(e.model(), e.leastStep(), e.last(), e.least()))
            .toList();
    List<SingularEntropy> exchanged =
        published.stream()
            .map(e ->
                new SingularEntropy(
                    e.model(),
                    e.leastStep(),
                    e.least(),
                    e.model().width() <= 768 ? e.least() : 5.5))
            .toList();
    SaturationExperiment none = new SaturationExperiment(HeadGeometry.EXACT, _ -> nothing());
    faults.assertFound(
        new B4SpectralSaturation(none, published),
        new B4SpectralSaturation(none, backwards),
        "rule_small");
    faults.assertFound(
        new B4SpectralSaturation(none, published),
        new B4SpectralSaturation(none, exchanged),
        "rule_large");
  }

  /** A run too short and too narrow to saturate is never called one that did, or did not. */
  @Test
  void whatThePaperSaysIsUndecidedAtThisScale() {
    SaturationExperiment wide = SmallSaturation.experiment(HeadGeometry.EXACT, 5, 4, 64);
    Evidence b3 = Measured.evidence(new B3Anisotropy(wide), trained.exact());
    Evidence b4 = Measured.evidence(new B4SpectralSaturation(wide), trained.exact());
    for (String check : new String[] {"narrow", "wide"}) {
      assertEquals(Outcome.UNDECIDED, PlantedFaults.verdict(b3, "B3", check).outcome(), check);
    }
    for (String check : new String[] {"collapse_narrow", "no_collapse_wide"}) {
      assertEquals(Outcome.UNDECIDED, PlantedFaults.verdict(b4, "B4", check).outcome(), check);
    }
  }

  private static SaturationExperiment experiment(HeadGeometry geometry) {
    return SmallSaturation.experiment(geometry, 5, 4);
  }

  private static SaturationPlan nothing() {
    return new SaturationPlan(List.of());
  }

  /** The saturated models' losses as the law refitted to the larger one has them. */
  private static SaturationFigure onTheLaw() {
    SaturationFigure figure = SaturationFigure.published();
    ScalingLaw refit = figure.law().refitA(figure.curves().get("410M"));
    Map<String, LossPoint> finals = new LinkedHashMap<>(figure.finalLosses());
    Map<String, LossPoint> best = new LinkedHashMap<>(figure.bestLosses());
    finals.replaceAll((_, p) -> p.plus(refit.loss(p.parameters(), p.tokens()) - p.loss()));
    best.replaceAll((_, p) -> p.plus(refit.loss(p.parameters(), p.tokens()) - p.loss()));
    return new SaturationFigure(figure.law(), figure.readingError(), finals, best, figure.curves());
  }
}
