package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerdictsTest {
  private static final String STATISTICAL = "kind = \"statistical\"\nhigh = 1.0\n";

  @TempDir Path folder;
  private final EvidenceBuilder evidence = new EvidenceBuilder();

  @Test
  void aPointInsideHoldsAndOneOutsideIsNotReproduced() {
    run("a", 1).metric("m", 0, 0.5, "1");
    assertEquals(Outcome.HOLDS, judge("").outcome());
    assertEquals(Outcome.NOT_REPRODUCED, judge("open_low = true").outcome());
    assertEquals(Outcome.NOT_REPRODUCED, judge("low = 0.51").outcome());
    assertEquals(Outcome.NOT_REPRODUCED, judge("low = 0.1\nhigh = 0.49").outcome());
    assertEquals(
        Outcome.NOT_REPRODUCED, judge("low = 0.1\nhigh = 0.5\nopen_high = true").outcome());
    assertEquals(Outcome.HOLDS, judge("high = 0.5").outcome());
  }

  @Test
  void theWorstOfSeveralDecidesAndIsNamed() {
    run("a", 1).metric("m", 0, 0.9, "1");
    var run = run("b", 1);
    run.metric("m", 0, 0.8, "1");
    run.metric("m", 10, 0.4, "1");
    Verdict verdict = judge("");
    assertEquals(Outcome.NOT_REPRODUCED, verdict.outcome());
    assertEquals(0.4, verdict.measured());
    assertTrue(verdict.reason().contains("b, seed 1, step 10"), verdict.reason());
    assertEquals(Outcome.HOLDS, judge("aggregate = \"mean\"").outcome());
    assertEquals(0.7, judge("aggregate = \"mean\"").measured(), 1e-15);
    assertEquals(0.4, judge("aggregate = \"minimum\"").measured());
    assertEquals(0.9, judge("aggregate = \"maximum\"").measured());
  }

  @Test
  void aValuesOwnErrorThatCrossesABoundIsUndecided() {
    run("a", 1).metric("m", 0, 0.52, 0.05, "1");
    Verdict verdict = judge("");
    assertEquals(Outcome.UNDECIDED, verdict.outcome());
    assertEquals(0.47, verdict.measuredLow(), 1e-15);
    assertEquals(Outcome.NOT_REPRODUCED, judge("low = 0.6").outcome());
    assertEquals(Outcome.HOLDS, judge("low = 0.4").outcome());
    Verdict shown = judge("judge_uncertainty = false");
    assertEquals(Outcome.HOLDS, shown.outcome());
    assertEquals(0.47, shown.measuredLow(), 1e-15);
  }

  @Test
  void evidenceThatIsTooSmallDecidesNothingButIdentitiesAndSaysWhatWould() {
    String needs = "[needs]\nquick = \"a longer run\"\n";
    for (int seed = 1; seed <= 5; seed++) {
      run("a", seed).metric("m", 0, 0.75, "1");
    }
    for (String low : List.of("low = 0.5\n", "low = 0.8\n")) {
      Verdict verdict = judge(STATISTICAL + low + needs);
      assertEquals(Outcome.UNDECIDED, verdict.outcome());
      assertEquals(0.75, verdict.measured());
      assertTrue(verdict.reason().startsWith("too small a run to decide it; "), verdict.reason());
    }
    assertEquals(Outcome.HOLDS, judge(needs).outcome());
    assertEquals(Outcome.NOT_REPRODUCED, judge("low = 0.8\n" + needs).outcome());
  }

  @Test
  void insideIsCalledByWhatTheCheckIs() {
    for (int seed = 1; seed <= 5; seed++) {
      run("a", seed).metric("m", 0, 0.75, "1");
    }
    assertEquals(Outcome.REPRODUCED, judge(STATISTICAL).outcome());
    assertEquals(Outcome.HOLDS, judge(STATISTICAL + "grade = \"identity\"").outcome());
    assertEquals(Outcome.HOLDS, judge("kind = \"exact\"").outcome());
    assertEquals(Outcome.RECOMPUTED, judge("kind = \"published\"").outcome());
  }

  @Test
  void aNumberThatItsNullReachesIsAsItsNull() {
    for (int seed = 1; seed <= 5; seed++) {
      var run = run("a", seed);
      run.metric("m", 0, 0.75 + 0.01 * seed, "1");
      run.metric("inside", 0, 0.7 + 0.01 * seed, "1");
      run.metric("outside", 0, 0.3, "1");
      run.metric("across", 0, 0.1 + 0.2 * seed, "1");
      run("other", seed).metric("m", 0, 0.6, "1");
    }
    String own = STATISTICAL + "arms = [\"a\"]\n";
    assertEquals(Outcome.AS_ITS_NULL, judge(own + "null_metric = \"inside\"").outcome());
    assertEquals(Outcome.REPRODUCED, judge(own + "null_metric = \"outside\"").outcome());
    assertEquals(Outcome.UNDECIDED, judge(own + "null_metric = \"across\"").outcome());
    assertEquals(Outcome.AS_ITS_NULL, judge(own + "null_arms = [\"other\"]").outcome());
    Verdict unmeasured = judge(own + "null_metric = \"later\"");
    assertEquals(Outcome.REPRODUCED, unmeasured.outcome());
    assertTrue(unmeasured.reason().endsWith("its null, later, is not measured"));
    assertEquals(
        Outcome.NOT_REPRODUCED, judge(own + "low = 0.9\nnull_metric = \"inside\"").outcome());
  }

  @Test
  void theNullIsComparedPairByPair() {
    for (int seed = 1; seed <= 5; seed++) {
      var run = run("a", seed);
      run.metric("m", 0, 0.6 + 0.05 * seed, "1");
      run.metric("lower", 0, 0.59 + 0.05 * seed, "1");
    }
    Verdict verdict = judge(STATISTICAL + "null_metric = \"lower\"");
    assertTrue(verdict.measuredLow() < verdict.nullValue(), "the intervals overlap");
    assertEquals(0.01, verdict.againstNull().low(), 1e-12);
    assertTrue(Standing.ABOVE_NULL.of(verdict));
    Verdict ratio = judge(STATISTICAL + "scale = \"log\"\nnull_metric = \"lower\"");
    assertTrue(ratio.againstNull().low() > 1 && ratio.againstNull().high() < 1.02);
    assertTrue(Standing.ABOVE_NULL.of(ratio));
  }

  @Test
  void ratiosAreAveragedAsLogarithms() {
    for (int seed = 1; seed <= 5; seed++) {
      run("a", seed).metric("m", 0, seed % 2 == 0 ? 2 : 0.5, "1");
    }
    Verdict verdict = judge("kind = \"statistical\"\nscale = \"log\"\nlow = 0.1\nhigh = 9.0");
    assertEquals(Math.exp(-Math.log(2) / 5), verdict.measured(), 1e-12);
    assertEquals(
        verdict.measured() / verdict.measuredLow(),
        verdict.measuredHigh() / verdict.measured(),
        1e-12);
  }

  @Test
  void theValueNearestTheBoundIsShownOnALogarithmicScale() {
    for (int seed = 1; seed <= 5; seed++) {
      run("low", seed).metric("m", 0, 0.02, "1");
      run("high", seed).metric("m", 0, 0.04, "1");
    }
    assertEquals(0.04, judge("high = 0.1\nscale = \"log\"\nlow = 0.0001").measured(), 1e-12);
  }

  @Test
  void aSlopeIsTheFactorPerDoublingOfTheStep() {
    for (int seed = 1; seed <= 5; seed++) {
      var run = run("a", seed);
      run.metric("m", 0, 0.99, "1");
      for (int step : new int[] {10, 20, 40}) {
        double kept = 0.01 * Math.pow(1.5, Math.log(step) / Math.log(2));
        run.metric("m", step, Math.sqrt(1 - kept), "1");
      }
    }
    Verdict verdict =
        judge(
            "kind = \"statistical\"\nover_steps = \"slope\"\nscale = \"kept_energy\"\nhigh = 1.6");
    assertEquals(1.5, verdict.measured(), 1e-9);
    assertEquals(Outcome.REPRODUCED, verdict.outcome());
    assertTrue(verdict.reason().contains("slope of 3 steps"), verdict.reason());
  }

  @Test
  void oneNumberSaysThatItHasNoInterval() {
    run("a", 1).metric("m", 0, 0.75, "1");
    Verdict verdict = judge(STATISTICAL + "minimum_seeds = 1");
    assertEquals(Outcome.REPRODUCED, verdict.outcome());
    assertTrue(verdict.reason().contains("one number, no interval"), verdict.reason());
  }

  @Test
  void whatIsUndecidedSaysHowManySeedsWouldDecide() {
    for (int seed = 1; seed <= 5; seed++) {
      run("a", seed).metric("m", 0, 0.45 + 0.05 * seed, "1");
    }
    Verdict verdict = judge(STATISTICAL + "low = 0.55");
    assertEquals(Outcome.UNDECIDED, verdict.outcome());
    // Student's t(n − 1)·0.0790569/√n falls below 0.05 at n = 13, the normal 1.96 at n = 10.
    assertTrue(verdict.reason().contains("about 13 seeds would decide it"), verdict.reason());
    String onTheBound = judge(STATISTICAL + "low = 0.6").reason();
    String words =
        "not even 1000 seeds would decide it, as the mean lies on the bound or next to it";
    assertTrue(onTheBound.contains(words), onTheBound);
  }

  @Test
  void aNullAcrossTheBoundSaysHowManySeedsWouldDecide() {
    for (int seed = 1; seed <= 5; seed++) {
      var run = run("a", seed);
      run.metric("m", 0, 0.7 + 1e-3 * seed, "1");
      run.metric("n", 0, 0.45 + 0.05 * seed, "1");
    }
    String reason = judge(STATISTICAL + "low = 0.55\nnull_metric = \"n\"").reason();
    assertTrue(reason.contains("its null is across it"), reason);
    String seeds = "about 13 seeds would decide it if the mean of its null stays";
    assertTrue(reason.contains(seeds), reason);
    String onTheBound = judge(STATISTICAL + "low = 0.6\nnull_metric = \"n\"").reason();
    String words = "not even 1000 seeds would decide it, as the mean of its null lies on the bound";
    assertTrue(onTheBound.contains(words), onTheBound);
  }

  @Test
  void oneMeanOutsideTheBoundDecidesAndElseAllMustBeDecided() {
    for (int seed = 1; seed <= 5; seed++) {
      // Their means are 0.60 and 0.64; the first needs 13 seeds beside 0.55, the second 6.
      run("a", seed).metric("m", 0, 0.45 + 0.05 * seed, "1");
      run("b", seed).metric("m", 0, 0.49 + 0.05 * seed, "1");
    }
    String bothInside = judge(STATISTICAL + "low = 0.55").reason();
    assertTrue(bothInside.contains("about 13 seeds"), bothInside);
    // Beside 0.65 both are outside, the second by 0.01 and the first by 0.05.
    String bothOutside = judge(STATISTICAL + "low = 0.65").reason();
    assertTrue(bothOutside.contains("about 13 seeds"), bothOutside);
    // Beside 0.62 the first is outside by 0.02; that the second is inside decides nothing.
    String one = judge(STATISTICAL + "low = 0.62").reason();
    assertTrue(one.contains("about 63 seeds"), one);
  }

  @Test
  void aSingleSeedDoesNotSayHowManyWouldDecide() {
    run("a", 1).metric("m", 0, 0.5, 0.1, "1");
    String reason = judge(STATISTICAL + "low = 0.45\nminimum_seeds = 1").reason();
    assertTrue(reason.contains("a single seed does not say how many"), reason);
  }

  @Test
  void withoutEvidenceACheckIsSkippedAndNeverGreen() {
    Verdict nothing = judge("");
    assertEquals(Outcome.SKIPPED, nothing.outcome());
    assertTrue(nothing.gates());
    assertEquals(Outcome.SKIPPED, Verdict.ofClaim("X1", List.of(nothing)));
    run("a", 1).metric("other", 0, 0.9, "1");
    assertEquals(Outcome.SKIPPED, judge("").outcome());
    assertEquals(Outcome.SKIPPED, Verdict.ofClaim("X1", List.of()));
  }

  @Test
  void evidenceOfAnotherTierOrDeviceDoesNotCount() {
    evidence.begin("r1", "X1", "a", "desk", "cpu", 1, "{}").metric("m", 0, 0.9, "1");
    evidence.begin("r2", "X1", "a", "quick", "cuda", 1, "{}").metric("m", 0, 0.9, "1");
    assertEquals(Outcome.SKIPPED, judge("").outcome());
    evidence.begin("r3", "X1", "a", "quick", "published", 1, "{}").metric("m", 0, 0.9, "1");
    assertEquals(Outcome.HOLDS, judge("").outcome());
  }

  @Test
  void aCheckForAnotherTierIsShownAsSkippedAndDoesNotGate() {
    run("a", 1).metric("m", 0, 0.9, "1");
    Verdict verdict = judge("tiers = [\"paper\"]");
    assertEquals(Outcome.SKIPPED, verdict.outcome());
    assertFalse(verdict.gates());
    assertTrue(verdict.reason().contains("paper"), verdict.reason());
  }

  @Test
  void whatIsNotFiniteIsNotReproducedWhateverTheBounds() {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      var one = new EvidenceBuilder();
      var run = one.begin("r", "X1", "a", "quick", "cpu", 1, "{}");
      run.metric("m", 0, 0.9, "1");
      run.metric("m", 1, bad, "1");
      for (String aggregate : new String[] {"each", "mean", "minimum", "maximum"}) {
        Verdict verdict = judge(one, "aggregate = \"" + aggregate + "\"");
        assertEquals(Outcome.NOT_REPRODUCED, verdict.outcome(), aggregate);
      }
    }
  }

  @Test
  void aMissingArmAWrongUnitAndTooFewStepsAreUndecided() {
    run("a", 1).metric("m", 0, 0.9, "1");
    assertGap("arms = [\"a\", \"b\"]", "arm b has no m");
    assertGap("unit = \"nats\"", "measured in 1 and expected in nats");
    assertGap("over_steps = \"slope\"", "shows 1 steps of m and the check needs 3");
    assertGap("minus_metric = \"n\"", "has no n at step 0");
    assertGap("minus_arm = \"b\"", "has no partner of seed 1 in arm b");
  }

  @Test
  void aControlIsReadOnlyByChecksThatNameIt() {
    run("a", 1).metric("m", 0, 0.9, "1");
    run("control-a", 1).metric("m", 0, 0.2, "1");
    assertEquals(Outcome.HOLDS, judge("low = 0.5").outcome());
    assertEquals(0.2, judge("arms = [\"control-a\"]\nlow = 0.5").measured());
  }

  @Test
  void stepsAreFilteredWithinEachRun() {
    var run = run("a", 1);
    double[] values = {0.1, 0.6, 0.7, 0.8, 0.95};
    for (int i = 0; i < values.length; i++) {
      run.metric("m", 10L * i, values[i], "1");
    }
    assertEquals(Outcome.NOT_REPRODUCED, judge("").outcome());
    assertEquals(0.1, judge("steps = \"untrained\"").measured());
    assertEquals(0.6, judge("steps = \"trained\"").measured());
    assertEquals(0.95, judge("steps = \"last\"").measured());
    assertEquals(0.7, judge("steps = \"last_half\"").measured());
    assertGap("steps = \"last_half\"\nminimum_steps = 4", "shows 3 steps");
  }

  @Test
  void theNullStandsBesideTheMeasurementOfTheSamePlace() {
    var run = run("a", 1);
    for (int step = 0; step < 3; step++) {
      run.metric("m", step, 0.9 - 0.1 * step, "1");
      run.metric("m0", step, 0.6 + 0.1 * step, "1");
    }
    run.metric("m1", 4, 0.25, "1");
    run.metric("m1", 5, 0.75, "1");
    Verdict verdict = judge("null_metric = \"m0\"");
    assertEquals(0.7, verdict.measured(), 1e-15);
    assertEquals(0.8, verdict.nullValue(), 1e-15);
    assertEquals("m0", verdict.nullName());
    assertTrue(Double.isNaN(judge("null_metric = \"m1\"").nullValue()), "another step");
    assertTrue(Double.isNaN(judge("").nullValue()));
    assertTrue(Double.isNaN(judge("null_metric = \"none\"").nullValue()));
  }

  @Test
  void metricsAndArmsAreSubtractedPairByPair() {
    for (int seed = 1; seed <= 3; seed++) {
      var a = run("a", seed);
      a.metric("m", 0, seed + 0.75, "1");
      a.metric("n", 0, seed, "1");
      run("b", seed).metric("m", 0, seed, "1");
    }
    assertEquals(0.75, judge("arms = [\"a\"]\nminus_metric = \"n\"").measured());
    assertEquals(0.75, judge("minus_arm = \"b\"\naggregate = \"maximum\"").measured());
  }

  @Test
  void studentsIntervalOverSeedsDecidesAStatisticalCheck() {
    double[] values = {0.61, 0.63, 0.65, 0.67, 0.69};
    for (int seed = 0; seed < 5; seed++) {
      run("a", seed).metric("m", 0, values[seed], "1");
    }
    // Mean 0.65, standard error 0.0141421, t(4, 97.5 %) = 2.776445.
    Verdict inside = judge(STATISTICAL);
    assertEquals(Outcome.REPRODUCED, inside.outcome());
    assertEquals(0.65, inside.measured(), 1e-12);
    assertEquals(0.65 - 2.776445105 * 0.0141421356, inside.measuredLow(), 1e-9);
    assertEquals(0.65 + 2.776445105 * 0.0141421356, inside.measuredHigh(), 1e-9);
    assertEquals(Outcome.UNDECIDED, judge(STATISTICAL + "low = 0.62").outcome());
    assertEquals(Outcome.UNDECIDED, judge(STATISTICAL + "low = 0.68").outcome());
    assertEquals(Outcome.NOT_REPRODUCED, judge(STATISTICAL + "low = 0.7").outcome());
  }

  @Test
  void pairingBySeedCancelsWhatSeedsShare() {
    for (int seed = 1; seed <= 5; seed++) {
      run("a", seed).metric("m", 0, 10 * seed + 0.75 + 0.001 * seed, "1");
      run("b", seed).metric("m", 0, 10 * seed, "1");
    }
    Verdict paired = judge(STATISTICAL + "minus_arm = \"b\"");
    assertEquals(Outcome.REPRODUCED, paired.outcome());
    assertEquals(0.753, paired.measured(), 1e-12);
    assertTrue(paired.measuredHigh() - paired.measuredLow() < 0.01);
  }

  @Test
  void tooFewSeedsAreUndecidedHoweverClear() {
    for (int seed = 1; seed <= 4; seed++) {
      run("a", seed).metric("m", 0, 0.75, "1");
    }
    Verdict verdict = judge(STATISTICAL);
    assertEquals(Outcome.UNDECIDED, verdict.outcome());
    assertTrue(verdict.reason().contains("4 seeds, and the check needs 5"), verdict.reason());
    assertEquals(Outcome.REPRODUCED, judge(STATISTICAL + "minimum_seeds = 4").outcome());
  }

  @Test
  void eachArmAndStepHasAnIntervalOfItsOwnAndAMeanPoolsThem() {
    for (int seed = 1; seed <= 5; seed++) {
      run("a", seed).metric("m", 0, 0.9, "1");
      run("b", seed).metric("m", 0, 0.3 + 0.001 * seed, "1");
    }
    Verdict each = judge(STATISTICAL);
    assertEquals(Outcome.NOT_REPRODUCED, each.outcome());
    assertTrue(each.reason().contains("b, step 0, 5 seeds"), each.reason());
    assertEquals(0.6015, judge(STATISTICAL + "aggregate = \"mean\"").measured(), 1e-12);
    assertEquals(Outcome.REPRODUCED, judge(STATISTICAL + "aggregate = \"mean\"").outcome());
  }

  @Test
  void aClaimIsAsGoodAsItsWorstCheck() {
    run("a", 1).metric("m", 0, 0.9, "1");
    Verdict good = judge("");
    Verdict bad = judge("low = 2.0");
    assertEquals(Outcome.NOT_REPRODUCED, Verdict.ofClaim("X1", List.of(good, bad)));
    assertEquals(Outcome.SKIPPED, Verdict.ofClaim("X2", List.of(good, bad)));
    assertEquals(
        List.of(
            "not reproduced",
            "undecided",
            "skipped",
            "as its null",
            "reproduced",
            "recomputed",
            "holds"),
        Stream.of(Outcome.values()).map(Wording::of).toList());
  }

  @Test
  void storedEvidenceGivesTheSameVerdicts() {
    for (int seed = 1; seed <= 5; seed++) {
      run("a", seed).metric("m", 0, 0.7 + 0.01 * seed, "1");
    }
    Evidence before = evidence.build(new Provenance(Map.of()));
    new ResultsFolder(folder.resolve("out")).write(before);
    Evidence after = new ResultsFolder(folder.resolve("out")).readEvidence();
    ExpectedValues expected = expected(STATISTICAL);
    assertEquals(
        Verdicts.judge(before, expected, "quick", "cpu"),
        Verdicts.judge(after, expected, "quick", "cpu"));
  }

  private RunRecorder run(String arm, long seed) {
    return evidence.begin("X1/" + arm + "/" + seed, "X1", arm, "quick", "cpu", seed, "{}");
  }

  private void assertGap(String keys, String reason) {
    Verdict verdict = judge(keys);
    assertEquals(Outcome.UNDECIDED, verdict.outcome(), verdict.reason());
    assertTrue(verdict.reason().contains(reason), verdict.reason());
  }

  private Verdict judge(String keys) {
    return judge(evidence, keys);
  }

  private Verdict judge(EvidenceBuilder builder, String keys) {
    Evidence built = builder.build(new Provenance(Map.of()));
    return Verdicts.judge(built, expected(keys), "quick", "cpu").getFirst();
  }

  /** The check of the tests with some keys more, or other values. */
  private ExpectedValues expected(String keys) {
    StringBuilder toml = new StringBuilder();
    for (String line : ExpectedValuesTest.CHECK.lines().toList()) {
      String key = line.substring(0, Math.max(0, line.indexOf(" = ")));
      boolean replaced =
          toml.indexOf("[[") >= 0
              && !key.isEmpty()
              && keys.lines().anyMatch(other -> other.startsWith(key + " = "));
      toml.append(replaced ? "" : line + "\n");
    }
    Path file = folder.resolve("expected.toml");
    try {
      Files.writeString(file, toml + keys);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ExpectedValues.load(file);
  }
}
