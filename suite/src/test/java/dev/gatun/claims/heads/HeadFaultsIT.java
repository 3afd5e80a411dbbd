package dev.gatun.claims.heads;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.claims.bottleneck.SmallBottleneck;
import dev.gatun.data.BatchSource;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.experiment.Tier;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.measure.LocalMeasure;
import dev.gatun.model.head.Head;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.spectrum.LocalProjection;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.Batch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks of A8 and H1 do not reproduce when what they measure is broken on purpose; those of H1,
 * for a single head.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeadFaultsIT {
  private final Backend backend = CpuBackend.open(1);

  /** All tests share it, so that the sound runs are trained once. */
  private final Claim whole = heads(LocalMeasure.EXACT);

  private final Claim wholeLonger = heads(HeadMeasures.EXACT);

  @TempDir private static Path output;

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Test
  void oneTokenOffTheCircleIsFoundByA8() {
    faults("a8")
        .assertFound(
            new A8TwoDimensionsSuffice(TokenPlacement.circle(), 16, 64),
            new A8TwoDimensionsSuffice(new A8TwoDimensionsSufficeTest.DentedCircle(), 16, 64),
            "top1_accuracy");
  }

  @Test
  void oneJacobianForAllContextsIsFoundByH1() {
    LocalMeasure same =
        (on, head, at, rows) -> {
          long[] first = new long[rows.length];
          Arrays.fill(first, rows[0]);
          return LocalMeasure.measure(on, head, at, rows, first);
        };
    assertFound("sigsoftmax", whole, heads(same), "hidden_step_rank_over_width");
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
    assertFound("linear", whole, heads(fine), "linear_rank");
  }

  @Test
  void projectorOnTheOrthogonalComplementIsFoundByH1() {
    LocalMeasure complement =
        (on, head, at, rows) -> {
          var exact = LocalMeasure.EXACT.measure(on, head, at, rows);
          return keeping(exact, exact.destroyedNorm());
        };
    assertFound("multiple-hidden", whole, heads(complement), "local_destroyed_norm");
  }

  @Test
  void otherHeadThatKeepsTwiceAsMuchIsFoundByH1() {
    LocalMeasure twice =
        (on, head, at, rows) -> {
          var exact = LocalMeasure.EXACT.measure(on, head, at, rows);
          return keeping(exact, 2 * exact.keptNorm());
        };
    assertFound("factorised", whole, heads(twice), "local_destroyed_norm");
  }

  private static LocalProjection keeping(LocalProjection of, double keptNorm) {
    return new LocalProjection(
        of.contexts(),
        of.vocabulary(),
        of.width(),
        keptNorm,
        of.meanRank(),
        of.hiddenStep(),
        of.tolerance());
  }

  @Test
  void batchThatDoesNotGrowIsFoundByH1() {
    HeadMeasures first64 =
        new HeadMeasures() {
          @Override
          public Spectrum batchSpectrum(Backend on, Head head, HeadInputs at, long contexts) {
            return EXACT.batchSpectrum(on, head, at, Math.min(64, contexts));
          }
        };
    assertFound("linear", wholeLonger, heads(first64), "gradient_rank_growth");
  }

  @Test
  void componentsMadeEqualAreFoundByH1() {
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
    assertFound(
        "mixture-of-softmaxes",
        wholeLonger,
        heads(equal),
        "gradient_components_70_share",
        "gradient_components_999_share");
  }

  @Test
  void headThatLearnsFromOtherTargetsIsFoundByH1() {
    var exact = new HeadFamilyTraining(LocalMeasure.EXACT, HeadMeasures.EXACT);
    var shifted =
        new HeadFamilyTraining(LocalMeasure.EXACT, HeadMeasures.EXACT) {
          @Override
          protected BatchSource batches(HeadFamilySetting setting, BatchSource ofTheCorpus) {
            return step -> withTargetsOfTheNext(ofTheCorpus.batch(step));
          }
        };
    assertFound("class-factored", heads(exact, 60), heads(shifted, 60), "validation_loss");
  }

  private static Batch withTargetsOfTheNext(Batch batch) {
    int[] targets = new int[batch.targets().length];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = batch.targets()[(i + batch.length()) % targets.length];
    }
    return new Batch(batch.inputs(), targets, batch.batch(), batch.length());
  }

  /** With a fault in one head; whole claims of equal length share a folder. */
  private void assertFound(String head, Claim whole, Claim broken, String... checks) {
    long steps = whole.trainings(Tier.QUICK, 7).getFirst().setting().steps();
    faults(steps + "-steps").assertFoundInArms(head, whole, broken, checks);
  }

  private PlantedFaults faults(String name) {
    return new PlantedFaults(
        folder -> SmallBottleneck.context(backend, output.resolve(name).resolve(folder)));
  }

  private static Claim heads(LocalMeasure measure) {
    return heads(new HeadFamilyTraining(measure, HeadMeasures.EXACT), 3);
  }

  private static Claim heads(HeadMeasures measures) {
    return heads(new HeadFamilyTraining(LocalMeasure.EXACT, measures), 20);
  }

  /** V = 512, D = 12, a few steps of every head with five seeds, at one rate. */
  private static Claim heads(HeadFamilyTraining training, long steps) {
    return new H1OtherHeads(
        new HeadFamilyExperiment(
            training,
            (_, first) ->
                new HeadFamilyPlan(
                    512,
                    12,
                    1,
                    32,
                    16,
                    steps,
                    2,
                    32,
                    List.of(0.016),
                    List.of(),
                    LongStream.range(first, first + 5).boxed().toList())),
        List.of());
  }
}
