package dev.gatun.claims.heads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Batch;
import dev.gatun.data.BatchSource;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.experiment.RunBody;
import dev.gatun.model.HeadBackward;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.results.Evidence;
import dev.gatun.results.Outcome;
import dev.gatun.results.Verdict;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The checks of A7, C1, C2 and C3 find what is broken on purpose. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlantedHeadFaultsIT {
  private final Backend backend = CpuBackend.open(2);

  /** Of all tests together: what is whole is trained once. */
  private final HeadVariantExperiment whole = SmallHeads.experiment();

  private final HeadVariantExperiment wholeQuick =
      new HeadVariantExperiment(new HeadVariantTraining(), SmallHeads::quick);

  @TempDir private Path exactOutput;
  @TempDir private Path faultyOutput;

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
        "rank2_to_rank4",
        "efficiency_over_narrowest");
  }

  @Test
  void headsThatAllHaveTheSameRankAreFoundByA7() {
    assertFound(
        A7HeadRank::new,
        SmallHeads.training(setting ->
            setting.head() instanceof HeadForm.Factorised
                ? SmallHeads.withRank(setting, 4)
                : setting),
        "rank2_to_rank4");
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
        "backward_costs");
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
        "full_rank_costs_nothing");
  }

  @Test
  void orthogonalPartThatStaysIsFoundByC2() {
    assertFound(
        C2OrthogonalPart::new,
        new HeadVariantTraining() {
          @Override
          protected HeadBackward backward(HeadVariantSetting setting) {
            return HeadBackward.EXACT;
          }
        },
        "orthogonal_part_is_needed");
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
    assertFoundAtTheQuickTier(C3NeverTargetClasses::new, occurring, "added_256");
  }

  private static Batch everyThirdTargetAdded(Batch batch, HeadVariantSetting setting) {
    int[] targets = batch.targets().clone();
    for (int i = 0; i < targets.length; i += 3) {
      targets[i] = setting.vocabulary() + i % setting.neverClasses();
    }
    return new Batch(batch.inputs(), targets, batch.batch(), batch.length());
  }

  private void assertFound(
      Function<HeadVariantExperiment, Claim> claim,
      RunBody<HeadVariantSetting> broken,
      String... checks) {
    assertFound(
        claim.apply(whole),
        SmallHeads.context(backend, exactOutput),
        claim.apply(SmallHeads.experiment(broken)),
        SmallHeads.context(backend, faultyOutput),
        checks);
  }

  private void assertFoundAtTheQuickTier(
      Function<HeadVariantExperiment, Claim> claim,
      RunBody<HeadVariantSetting> broken,
      String... checks) {
    assertFound(
        claim.apply(wholeQuick),
        SmallHeads.quickContext(backend, exactOutput),
        claim.apply(new HeadVariantExperiment(broken, SmallHeads::quick)),
        SmallHeads.quickContext(backend, faultyOutput),
        checks);
  }

  private static void assertFound(
      Claim sound,
      ClaimContext exactContext,
      Claim faulty,
      ClaimContext faultyContext,
      String... checks) {
    Evidence exact = Measured.evidence(sound, exactContext);
    Evidence found = Measured.evidence(faulty, faultyContext);
    for (String check : checks) {
      Verdict reproduced = PlantedFaults.verdict(exact, sound.id(), check);
      Verdict refuted = PlantedFaults.verdict(found, sound.id(), check);
      assertEquals(Outcome.REPRODUCED, reproduced.outcome(), reproduced::toString);
      assertNotEquals(Outcome.REPRODUCED, refuted.outcome(), refuted::toString);
      assertNotEquals(Outcome.SKIPPED, refuted.outcome(), refuted::toString);
    }
  }
}
