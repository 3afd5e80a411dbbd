package dev.gatun.claims.heads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.claims.Claims;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.PlannedRuns;
import dev.gatun.experiment.Progress;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.Tier;
import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import dev.gatun.results.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeadVariantExperimentIT {
  private static final long SEED = 7;

  private final Backend backend = CpuBackend.open(1);

  /** Evidence of each claim that shares one experiment, measured once for all tests. */
  private final Map<String, Evidence> whole = new HashMap<>();

  private final List<Progress> stepsOfAll = new ArrayList<>();

  @TempDir private Path output;

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Test
  void rateOfAnArmIsTheOneWithTheLeastLossOnSeedsThatAreNotMeasured() {
    List<Double> rates = List.of(0x1p-17, 0x1p-8);
    Evidence evidence = run(claim("A7", SmallHeads.SMALL, 1, rates, 99));
    for (String arm : List.of("full", "rank16")) {
      assertEquals(0x1p-8, Measured.value(evidence, arm, "learning_rate"), arm);
      // It was the highest, so that a higher one was tried, and is worse.
      assertEquals(1, Measured.value(evidence, arm, "rates_from_edge"), arm);
      double higher = Measured.value(evidence, arm + "-rate2.0", "trial_loss");
      assertFalse(higher <= Measured.value(evidence, arm + "-rate0.00390625", "trial_loss"), arm);
    }
    Set<Long> trials = new HashSet<>();
    Set<Long> runs = new HashSet<>();
    for (Run run : evidence.runs()) {
      (run.arm().contains("-rate") ? trials : runs).add(run.seed());
    }
    assertEquals(Set.of(99L), trials);
    assertEquals(Set.of(SEED), runs);
  }

  @Test
  void aGridOfRatesThatAreAllTooLowGrowsThreeTimesAndSaysThatTheBestIsItsLast() {
    Evidence evidence = run(claim("C3", SmallHeads.TINY, 1, List.of(0x1p-20, 0x1p-19), 99));
    assertEquals(5, evidence.runs().stream().filter(run -> run.arm().contains("-rate")).count());
    assertEquals(0x1p-16, Measured.value(evidence, "never768", "learning_rate"));
    assertEquals(0, Measured.value(evidence, "never768", "rates_from_edge"));
  }

  @Test
  void ratesAreNotChosenOnSeedsThatAreMeasured() {
    Claim claim = claim("C3", SmallHeads.SMALL, 2, List.of(1e-3, 1e-2), SEED + 1);
    assertThrows(IllegalArgumentException.class, () -> run(claim));
  }

  @Test
  void aRateThatDivergesIsNotChosen() {
    Evidence evidence = run(claim("C3", SmallHeads.SMALL, 1, List.of(1e-4, 1e-3, 1e30), 99));
    assertEquals(1e-3, Measured.value(evidence, "full", "learning_rate"));
    assertEquals(1e-3, Measured.value(evidence, "never768", "learning_rate"));
    assertEquals(1, Measured.value(evidence, "never768", "rates_from_edge"));
    assertEquals(Double.NaN, Measured.value(evidence, "full-rate1.0E30", "trial_loss"));
  }

  @Test
  void armsOfASeedBeginWithEqualWeightsAndSeeEqualTokens() {
    Evidence evidence = whole().get("C1");
    for (long seed = SEED; seed < SEED + 5; seed++) {
      double untrained = loss(evidence, "full", seed, 0);
      assertEquals(Math.log(512), untrained, 0.05);
      assertEquals(untrained, loss(evidence, "backward16", seed, 0));
      double trained = loss(evidence, "full", seed, SmallHeads.STEPS);
      assertTrue(trained < untrained - 1);
      assertNotEquals(trained, loss(evidence, "backward16", seed, SmallHeads.STEPS));
      // Its directions are all, and its weights up to twenty steps old.
      assertEquals(trained, loss(evidence, "backward32", seed, SmallHeads.STEPS), 0.1);
    }
  }

  @Test
  void lossAmongOccurringClassesLeavesOutWhatTheOthersHave() {
    Evidence evidence = whole().get("C3");
    List<Metric> among = named(evidence, "loss_among_occurring");
    assertEquals(5, among.size());
    for (Metric metric : among) {
      double all =
          named(evidence, "validation_loss").stream()
              .filter(m -> m.run().equals(metric.run()) && m.step() == metric.step())
              .findFirst()
              .orElseThrow()
              .value();
      assertTrue(metric.value() < all, metric::toString);
      assertTrue(metric.value() > all - 0.1, metric::toString);
    }
  }

  @Test
  void efficiencyFactorsCompareTheCurvesOfOneSeed() {
    Evidence evidence = whole().get("A7");
    for (long seed = SEED; seed < SEED + 5; seed++) {
      String pair = "A7/rank32-over-rank4/seed" + seed;
      double tokens = valueOf(evidence, pair, "tokens_to_narrow_loss");
      double factor = valueOf(evidence, pair, "efficiency_factor");
      assertTrue(factor > 1 && factor < 32, pair + ": " + factor);
      assertTrue(tokens * factor <= SmallHeads.STEPS * 256 + 1e-6, pair + ": " + tokens);
    }
  }

  private static double valueOf(Evidence evidence, String run, String name) {
    return named(evidence, name).stream()
        .filter(m -> m.run().equals(run))
        .findFirst()
        .orElseThrow()
        .value();
  }

  @Test
  void claimsShareTheirTrainings() {
    whole();
    assertEquals(5 * (4 + 3 + 2 + 1) * SmallHeads.STEPS, stepsOfAll.size());
  }

  @Test
  void everyTierHasAPlan() {
    for (Tier tier : Tier.values()) {
      for (Claim claim : Claims.all()) {
        if (Set.of("A7", "C1", "C2", "C3", "G4").contains(claim.id())) {
          assertFalse(
              PlannedRuns.of(List.of(claim), tier, Seeds.from(SEED)).isEmpty(), claim.id() + tier);
        }
      }
    }
  }

  private Map<String, Evidence> whole() {
    if (whole.isEmpty()) {
      Sweep<HeadVariantSetting> shared = SmallHeads.sweep(new HeadVariantTraining());
      ClaimContext context = SmallHeads.context(backend, output, stepsOfAll::add);
      for (String id : List.of("A7", "C1", "C2", "C3")) {
        Claim claim = SmallHeads.claim(id, shared, SmallHeads.SMALL);
        whole.put(id, Measured.evidence(claim, context));
      }
    }
    return whole;
  }

  /** A claim whose rates are chosen on one seed. */
  private static Claim claim(
      String id, HeadVariantScale scale, int seeds, List<Double> rates, long trialSeed) {
    Sweep<HeadVariantSetting> sweep = SmallHeads.sweep(new HeadVariantTraining());
    return SmallHeads.claim(id, sweep, scale, seeds, rates, List.of(trialSeed));
  }

  private Evidence run(Claim claim) {
    return Measured.evidence(claim, SmallHeads.context(backend, output));
  }

  private static List<Metric> named(Evidence evidence, String name) {
    return evidence.metrics().stream().filter(m -> m.name().equals(name)).toList();
  }

  private static double loss(Evidence evidence, String arm, long seed, long step) {
    String run =
        evidence.runs().stream()
            .filter(r -> r.arm().equals(arm) && r.seed() == seed)
            .findFirst()
            .orElseThrow()
            .id();
    return named(evidence, "validation_loss").stream()
        .filter(m -> m.run().equals(run) && m.step() == step)
        .findFirst()
        .orElseThrow()
        .value();
  }
}
