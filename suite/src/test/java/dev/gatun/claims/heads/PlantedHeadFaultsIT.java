package dev.gatun.claims.heads;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.claims.heads.HeadVariantExperiment.Plans;
import dev.gatun.data.BatchSource;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.Sweep;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.tensor.Batch;
import java.nio.file.Path;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The checks of A7, C1, C2 and C3 find what is broken on purpose. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlantedHeadFaultsIT {
  private final Backend backend = CpuBackend.open(1);

  /** All tests share it, so that the sound runs are trained once. */
  private final Sweep<HeadVariantSetting> whole = SmallHeads.sweep(new HeadVariantTraining());

  private final Sweep<HeadVariantSetting> wholeQuick = SmallHeads.sweep(new HeadVariantTraining());

  @TempDir private static Path output;

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Test
  void narrowAndWideHeadsSwappedAreFoundByA7() {
    assertFoundAtTheQuickTier(
        SmallHeads::a7,
        SmallHeads.training(setting ->
            setting.variant().head() instanceof HeadForm.Factorised(int rank)
                ? SmallHeads.withRank(setting, 64 / rank)
                : setting),
        "rank",
        "validation_loss",
        "efficiency_factor");
  }

  @Test
  void headsThatAllHaveTheSameRankAreFoundByA7() {
    assertFound(
        SmallHeads::a7,
        SmallHeads.training(setting ->
            setting.variant().head() instanceof HeadForm.Factorised
                ? SmallHeads.withRank(setting, 4)
                : setting),
        "rank",
        "validation_loss");
  }

  @Test
  void rankCapThatIsOffIsFoundByC1() {
    assertFound(
        SmallHeads::c1,
        SmallHeads.training(setting -> SmallHeads.withBackward(setting, HeadBackward.EXACT)),
        "backward",
        "validation_loss");
  }

  @Test
  void rankCapThatIsTooLowIsFoundByTheNullOfC1() {
    assertFound(
        SmallHeads::c1,
        SmallHeads.training(setting ->
            SmallHeads.withBackward(
                setting,
                setting.backward() instanceof HeadBackward.RankLimited(int rank)
                    ? new HeadBackward.RankLimited(rank - 12)
                    : setting.backward())),
        "backward",
        "full_rank_costs_nothing");
  }

  @Test
  void orthogonalPartThatStaysIsFoundByC2() {
    assertFound(
        SmallHeads::c2,
        SmallHeads.training(setting ->
            SmallHeads.withBackward(
                setting,
                setting.backward() instanceof HeadBackward.WithoutOrthogonalPart
                    ? HeadBackward.EXACT
                    : setting.backward())),
        "no-orthogonal",
        "validation_loss");
  }

  @Test
  void addedClassesThatDoOccurAreFoundByC3() {
    var occurring =
        new HeadVariantTraining() {
          @Override
          protected BatchSource batches(HeadVariantSetting setting, BatchSource ofTheCorpus) {
            return setting.variant().neverClasses() == 0
                ? ofTheCorpus
                : step -> everyThirdTargetAdded(ofTheCorpus.batch(step), setting);
          }
        };
    assertFoundAtTheQuickTier(SmallHeads::c3, occurring, "never", "validation_loss");
  }

  private static Batch everyThirdTargetAdded(Batch batch, HeadVariantSetting setting) {
    int[] targets = batch.targets().clone();
    for (int i = 0; i < targets.length; i += 3) {
      targets[i] = setting.size().vocabulary() + i % setting.variant().neverClasses();
    }
    return new Batch(batch.inputs(), targets, batch.batch(), batch.length());
  }

  /** At a size for tests. */
  private void assertFound(
      BiFunction<Sweep<HeadVariantSetting>, Plans, Claim> claim,
      RunBody<HeadVariantSetting> broken,
      String touched,
      String... checks) {
    new PlantedFaults(_ -> SmallHeads.context(backend, output))
        .assertFoundInArms(
            touched,
            claim.apply(whole, SmallHeads.PLANS),
            claim.apply(SmallHeads.sweep(broken), SmallHeads.PLANS),
            checks);
  }

  private void assertFoundAtTheQuickTier(
      BiFunction<Sweep<HeadVariantSetting>, Plans, Claim> claim,
      RunBody<HeadVariantSetting> broken,
      String touched,
      String... checks) {
    new PlantedFaults(_ -> SmallHeads.quickContext(backend, output))
        .assertFoundInArms(
            touched,
            claim.apply(wholeQuick, SmallHeads.QUICK),
            claim.apply(SmallHeads.sweep(broken), SmallHeads.QUICK),
            checks);
  }
}
