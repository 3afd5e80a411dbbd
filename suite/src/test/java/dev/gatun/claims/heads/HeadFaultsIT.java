package dev.gatun.claims.heads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.claims.bottleneck.SmallBottleneck;
import dev.gatun.data.BatchSource;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.FaultFamily;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.SmallestFaults;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.SweepClaim;
import dev.gatun.experiment.TrainedModel.Observer;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.measure.LocalMeasure;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.model.head.HeadBackward.Directions;
import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The smallest faults of A7, A8, C1, C2, C3, G4 and H1 that are found. */
class HeadFaultsIT extends SmallestFaults {
  private static final List<Double> SHARES = List.of(0.0625, 0.125, 0.25, 0.5, 0.75, 1.0);

  private final Backend backend = CpuBackend.open(1);

  /** A7, C1, C2, C3 and G4 share it, so that the sound runs are trained once. */
  private final Sweep<HeadVariantSetting> whole = SmallHeads.sweep(new HeadVariantTraining());

  @TempDir private Path output;

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Override
  protected List<FaultFamily> families() {
    return List.of(
        ofVariants(
            "A7",
            "The narrowest head has ranks too many.",
            "ranks",
            List.of(1.0, 2.0, 4.0, 12.0, 28.0),
            "",
            "rank4",
            more ->
                SmallHeads.training(setting ->
                    setting.arm().equals("rank4")
                        ? SmallHeads.withRank(setting, 4 + (int) more)
                        : setting)),
        new FaultFamily(
            "A8",
            "One token lies inside the circle.",
            "share of the radius",
            List.of(1e-6, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 0.03, 0.1, 0.5),
            true,
            "",
            size ->
                Measured.evidence(
                    new A8TwoDimensionsSuffice(dented(size), 16, 64), Measured.context(backend))),
        ofVariants(
            "C1",
            "The limited backward passes lack ranks.",
            "ranks",
            List.of(1.0, 2.0, 3.0),
            "",
            "backward",
            HeadFaultsIT::withoutRanks),
        ofVariants(
            "C2",
            "The head that learns from no orthogonal part makes shorter steps.",
            "share of each step that is taken back",
            SHARES,
            "In models as small as the test's the loss lies above the published cost already.",
            "no-orthogonal",
            HeadFaultsIT::withShorterSteps),
        ofVariants(
            "C3",
            "Classes that are to occur never are targets.",
            "share of the targets",
            List.of(1 / 1024.0, 1 / 256.0, 1 / 64.0, 1 / 16.0, 0.25),
            "",
            "never",
            HeadFaultsIT::withTargetsThatNeverOccur),
        ofVariants(
            "G4",
            "The half of the directions in which the head is smallest has directions too many.",
            "directions",
            List.of(1.0, 2.0, 4.0, 8.0, 12.0, 15.0),
            "",
            "tuned-trailing16",
            more -> withoutRanks(-more)),
        new FaultFamily(
            "H1",
            "Jacobians are taken at another context than the gradients.",
            "share of the contexts",
            SHARES,
            false,
            "Jacobians of any context destroy nearly all, as those of the linear head do, which is"
                + " the null.",
            share -> {
              Path folder = output.resolve("family" + share);
              return Measured.evidence(heads(share), SmallBottleneck.context(backend, folder));
            }));
  }

  /** Random directions cost as little as the leading ones, so that nothing would tell them. */
  @Test
  void backwardPassThroughTheTrailingDirectionsIsFoundByC1() {
    RunBody<HeadVariantSetting> training =
        SmallHeads.training(setting ->
            setting.backward() instanceof HeadBackward.RankLimited limited
                ? SmallHeads.withBackward(
                    setting, limited(limited, limited.rank(), Directions.TRAILING))
                : setting);
    PlantedFaults.assertFound(
        "C1", sound("C1"), faulty("C1", "faulty", training), "validation_loss");
  }

  @Test
  void curvatureThatIsHardlyDampedIsFoundByG4() {
    RunBody<HeadVariantSetting> training =
        SmallHeads.training(setting ->
            setting.backward() instanceof HeadBackward.Preconditioned(var curvature, _)
                ? SmallHeads.withBackward(setting, new HeadBackward.Preconditioned(curvature, 1e-6))
                : setting);
    PlantedFaults.assertFound(
        "G4", sound("G4"), faulty("G4", "undamped", training), "validation_loss");
  }

  @Test
  void headOfFullRankInPlaceOfANarrowOneIsFoundByC1() {
    RunBody<HeadVariantSetting> training =
        SmallHeads.training(
            setting -> setting.arm().equals("rank16") ? SmallHeads.withRank(setting, 32) : setting);
    Evidence evidence = faulty("C1", "faulty", training);
    double cost = PlantedFaults.verdict(evidence, "C1", "forward_alone16").measuredHigh();
    assertEquals(0, cost);
    assertFalse(ExpectedValues.shipped().of("C1").check("forward_alone16").contains(cost));
  }

  @Test
  void frozenHeadInPlaceOfOneWithoutOrthogonalPartDoesNotReproduceC2() {
    RunBody<HeadVariantSetting> training =
        SmallHeads.training(setting ->
            setting.arm().equals("no-orthogonal")
                ? SmallHeads.withBackward(setting, new HeadBackward.FrozenHead())
                : setting);
    Evidence evidence = faulty("C2", "faulty", training);
    assertNotEquals(
        Outcome.REPRODUCED, PlantedFaults.verdict(evidence, "C2", "orthogonal_part").outcome());
  }

  private static HeadBackward limited(
      HeadBackward.RankLimited as, int rank, Directions directions) {
    return new HeadBackward.RankLimited(rank, directions, as.interval(), as.rmsMatched());
  }

  private FaultFamily ofVariants(
      String claim,
      String fault,
      String unit,
      List<Double> sizes,
      String blind,
      String touched,
      DoubleFunction<RunBody<HeadVariantSetting>> faulty) {
    return new FaultFamily(
        claim,
        fault,
        unit,
        sizes,
        false,
        blind,
        size -> {
          Evidence sound = sound(claim);
          return size == 0
              ? sound
              : PlantedFaults.evidence(
                  context("variants"),
                  run -> run.startsWith(touched),
                  () -> faulty(claim, "variants", faulty.apply(size)));
        });
  }

  private Evidence sound(String claim) {
    return Measured.evidence(SmallHeads.claim(claim, whole, SmallHeads.TINY), context("variants"));
  }

  /** Runs of equal settings are taken from the folder, if it has them. */
  private Evidence faulty(String claim, String folder, RunBody<HeadVariantSetting> training) {
    Sweep<HeadVariantSetting> sweep = SmallHeads.sweep(training);
    return Measured.evidence(SmallHeads.claim(claim, sweep, SmallHeads.TINY), context(folder));
  }

  private ClaimContext context(String folder) {
    return SmallHeads.context(backend, output.resolve(folder));
  }

  /** The circle with token 3 somewhat nearer to its centre. */
  private static TokenPlacement dented(double share) {
    return new TokenPlacement() {
      @Override
      public int width() {
        return 2;
      }

      @Override
      public double[] headWeights(int vocabulary) {
        double[] points = TokenPlacement.circle().headWeights(vocabulary);
        points[6] *= 1 - share;
        points[7] *= 1 - share;
        return points;
      }

      @Override
      public double[] hiddenStates(int vocabulary) {
        return TokenPlacement.circle().hiddenStates(vocabulary);
      }
    };
  }

  private static RunBody<HeadVariantSetting> withoutRanks(double missing) {
    return SmallHeads.training(setting ->
        setting.backward() instanceof HeadBackward.RankLimited limited
            ? SmallHeads.withBackward(
                setting, limited(limited, limited.rank() - (int) missing, limited.directions()))
            : setting);
  }

  private static RunBody<HeadVariantSetting> withShorterSteps(double share) {
    return new HeadVariantTraining() {
      @Override
      protected Observer watching(HeadVariantSetting setting) {
        return setting.arm().equals("no-orthogonal")
            ? new ShorterSteps(share)
            : super.watching(setting);
      }
    };
  }

  /** Takes a share of what each step does to the head back. */
  private static final class ShorterSteps implements Observer {
    private final double share;
    private double[] before;

    ShorterSteps(double share) {
      this.share = share;
    }

    @Override
    public void reached(long step, LanguageModel model) {
      Tensor weights = model.parameters().value("lm_head.weight");
      double[] now = model.backend().toDoubles(weights);
      if (step > 0) {
        for (int i = 0; i < now.length; i++) {
          now[i] -= share * (now[i] - before[i]);
        }
        model.backend().write(now, weights);
      }
      before = now;
    }
  }

  private static RunBody<HeadVariantSetting> withTargetsThatNeverOccur(double share) {
    return new HeadVariantTraining() {
      @Override
      protected BatchSource batches(HeadVariantSetting setting, BatchSource ofTheCorpus) {
        return setting.variant().neverClasses() == 0
            ? ofTheCorpus
            : step -> withTargetsThatNeverOccur(ofTheCorpus.batch(step), step, share, setting);
      }
    };
  }

  private static Batch withTargetsThatNeverOccur(
      Batch batch, long step, double share, HeadVariantSetting setting) {
    int[] targets = batch.targets().clone();
    for (int i = 0; i < targets.length; i++) {
      long position = step * targets.length + i;
      if (Math.floor((position + 1) * share) > Math.floor(position * share)) {
        targets[i] =
            setting.size().vocabulary() + (int) (position % setting.variant().neverClasses());
      }
    }
    return new Batch(batch.inputs(), targets, batch.batch(), batch.length());
  }

  /** V = 256, D = 12, a few steps of every head with five seeds, at one rate. */
  private static Claim heads(double elsewhere) {
    LocalMeasure local =
        (on, head, at, rows) -> {
          long[] jacobians = rows.clone();
          for (int i = 1; i < rows.length; i++) {
            if (Math.floor((i + 1) * elsewhere) > Math.floor(i * elsewhere)) {
              jacobians[i] = rows[i - 1];
            }
          }
          return LocalMeasure.measure(on, head, at, rows, jacobians);
        };
    var runs =
        new HeadFamilyExperiment(
            new HeadFamilyTraining(local, HeadMeasures.EXACT),
            (_, seeds) ->
                new HeadFamilyPlan(
                    new ModelSize(256, 12, 1, 4, 32),
                    16,
                    3,
                    3,
                    2,
                    32,
                    24,
                    List.of(0.016),
                    List.of(),
                    seeds.of(5).boxed().toList()));
    return new SweepClaim("H1", runs, new TokensOverLinear(runs));
  }
}
