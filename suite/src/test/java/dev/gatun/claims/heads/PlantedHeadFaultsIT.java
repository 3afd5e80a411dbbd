package dev.gatun.claims.heads;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.BatchSource;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.experiment.RunBody;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.tensor.Batch;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The checks of A7, C1, C2 and C3 find what is broken on purpose. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlantedHeadFaultsIT {
  private final Backend backend = CpuBackend.open(1);

  /** All tests share it, so that the sound runs are trained once. */
  private final HeadVariantExperiment whole = SmallHeads.experiment();

  private final HeadVariantExperiment wholeQuick =
      new HeadVariantExperiment(new HeadVariantTraining(), SmallHeads::quick);

  @TempDir private static Path output;

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Test
  void narrowAndWideHeadsSwappedAreFoundByA7() {
    assertFoundAtTheQuickTier(
        A7HeadRank::new,
        SmallHeads.training(setting ->
            setting.head() instanceof HeadForm.Factorised(int rank)
                ? SmallHeads.withRank(setting, 64 / rank)
                : setting),
        "rank",
        "validation_loss",
        "efficiency_factor");
  }

  @Test
  void headsThatAllHaveTheSameRankAreFoundByA7() {
    assertFound(
        A7HeadRank::new,
        SmallHeads.training(setting ->
            setting.head() instanceof HeadForm.Factorised
                ? SmallHeads.withRank(setting, 4)
                : setting),
        "rank",
        "validation_loss");
  }

  @Test
  void rankCapThatIsOffIsFoundByC1() {
    assertFound(
        C1BackwardRank::new,
        new HeadVariantTraining() {
          @Override
          protected HeadBackward backward(HeadVariantSetting setting) {
            return HeadBackward.EXACT;
          }
        },
        "backward",
        "validation_loss");
  }

  @Test
  void rankCapThatIsTooLowIsFoundByTheNullOfC1() {
    assertFound(
        C1BackwardRank::new,
        new HeadVariantTraining() {
          @Override
          protected HeadBackward backward(HeadVariantSetting setting) {
            return setting.backward() instanceof HeadBackward.RankLimited(int rank)
                ? new HeadBackward.RankLimited(rank - 1)
                : setting.backward();
          }
        },
        "backward",
        "full_rank_costs_nothing");
  }

  @Test
  void orthogonalPartThatStaysIsFoundByC2() {
    assertFound(
        C2OrthogonalPart::new,
        new HeadVariantTraining() {
          @Override
          protected HeadBackward backward(HeadVariantSetting setting) {
            return setting.backward() instanceof HeadBackward.WithoutOrthogonalPart
                ? HeadBackward.EXACT
                : setting.backward();
          }
        },
        "no-orthogonal",
        "validation_loss");
  }

  @Test
  void addedClassesThatDoOccurAreFoundByC3() {
    var occurring =
        new HeadVariantTraining() {
          @Override
          protected BatchSource batches(HeadVariantSetting setting, BatchSource ofTheCorpus) {
            return setting.neverClasses() == 0
                ? ofTheCorpus
                : step -> everyThirdTargetAdded(ofTheCorpus.batch(step), setting);
          }
        };
    assertFoundAtTheQuickTier(C3NeverTargetClasses::new, occurring, "never", "validation_loss");
  }

  private static Batch everyThirdTargetAdded(Batch batch, HeadVariantSetting setting) {
    int[] targets = batch.targets().clone();
    for (int i = 0; i < targets.length; i += 3) {
      targets[i] = setting.vocabulary() + i % setting.neverClasses();
    }
    return new Batch(batch.inputs(), targets, batch.batch(), batch.length());
  }

  /** At a size for tests. */
  private void assertFound(
      Function<HeadVariantExperiment, Claim> claim,
      RunBody<HeadVariantSetting> broken,
      String touched,
      String... checks) {
    new PlantedFaults(_ -> SmallHeads.context(backend, output))
        .assertFoundInArms(
            touched, claim.apply(whole), claim.apply(SmallHeads.experiment(broken)), checks);
  }

  private void assertFoundAtTheQuickTier(
      Function<HeadVariantExperiment, Claim> claim,
      RunBody<HeadVariantSetting> broken,
      String touched,
      String... checks) {
    new PlantedFaults(_ -> SmallHeads.quickContext(backend, output))
        .assertFoundInArms(
            touched,
            claim.apply(wholeQuick),
            claim.apply(new HeadVariantExperiment(broken, SmallHeads::quick)),
            checks);
  }
}
