package dev.gatun.claims.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.claims.checkpoint.CheckpointClaims.Measured;
import dev.gatun.facts.GradientPaper.DestroyedNormRange;
import dev.gatun.facts.PublishedModel;
import dev.gatun.facts.SaturationPaper.HeadError;
import dev.gatun.facts.SaturationPaper.TrainedHead;
import dev.gatun.results.CheckKind;
import dev.gatun.results.CurveName;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Judgement;
import dev.gatun.results.Metric;
import dev.gatun.results.Outcome;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import dev.gatun.results.Tolerance;
import dev.gatun.results.Tolerances;
import dev.gatun.results.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CheckpointClaimsTest {
  private static final CheckpointClaims CLAIMS = CheckpointClaims.shipped();

  private final Map<PublishedCheckpoint, EvidenceBuilder> pending = new LinkedHashMap<>();

  private static PublishedModel model(String name) {
    return PublishedModel.all().stream()
        .filter(of -> of.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static PublishedCheckpoint at(String name, OptionalLong step) {
    PublishedModel of = model(name);
    String repository = "owner/" + of.names().getFirst();
    return PublishedCheckpoint.of(
        new PublishedCheckpoint.Folder(repository, Optional.empty(), step, of.layers(), of.width()),
        PublishedModel.all());
  }

  private static List<PublishedCheckpoint> steps(String name, long... steps) {
    List<PublishedCheckpoint> all = new ArrayList<>();
    for (long step : steps) {
      all.add(at(name, OptionalLong.of(step)));
    }
    return all;
  }

  /** A run as {@code gatun measure} leaves it, for a test to record in. */
  private RunRecorder measure(PublishedCheckpoint checkpoint) {
    var builder = new EvidenceBuilder();
    RunRecorder run =
        builder.begin(
            "measure-" + pending.size(), Run.MEASURED, "any", Run.MEASURED, "cpu", 1, "{}");
    pending.put(checkpoint, builder);
    return run;
  }

  private Evidence recorded(String claim) {
    var nothing = new Provenance(Map.of());
    List<Measured> measured = new ArrayList<>();
    pending.forEach(
        (checkpoint, run) -> measured.add(new Measured(checkpoint, run.build(nothing))));
    var evidence = new EvidenceBuilder();
    CLAIMS.record(claim, measured, evidence);
    return evidence.build(nothing);
  }

  private Outcome judged(String claim, String check) {
    return Judgement.of(recorded(claim), ExpectedValues.shipped()).stream()
        .filter(verdict -> verdict.check().equals(check))
        .map(Verdict::outcome)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void everyModelOfThePapersIsKnownByEachOfItsNames() {
    for (PublishedModel of : PublishedModel.all()) {
      for (String name : of.names()) {
        var folder =
            new PublishedCheckpoint.Folder(
                "Owner/" + name.toUpperCase(Locale.ROOT),
                Optional.empty(),
                OptionalLong.empty(),
                of.layers(),
                of.width());
        PublishedCheckpoint found = PublishedCheckpoint.of(folder, PublishedModel.all());
        assertEquals(of, found.model());
        assertTrue(found.last());
      }
    }
  }

  @Test
  void aFolderOfAnotherShapeIsNotTheModelThatItIsNamedAfter() {
    var folder =
        new PublishedCheckpoint.Folder("pythia-70m", Optional.empty(), OptionalLong.of(1), 6, 511);
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> PublishedCheckpoint.of(folder, PublishedModel.all()));
    assertTrue(e.getMessage().contains("6 layers of width 512, and has 6 of width 511"));
  }

  @Test
  void theEndOfPythiasTrainingIsItsLastStepWhetherANameStatesItOrNot() {
    PublishedCheckpoint named = at("Pythia-70m", OptionalLong.of(143_000));
    assertEquals(named, at("Pythia-70m", OptionalLong.empty()));
    assertTrue(named.last());
  }

  @Test
  void aClaimSaysWhatItNeeds() {
    List<PublishedCheckpoint> one = steps("Pythia-160m", 143_000);
    for (String claim : List.of("A1", "A4", "A5", "A10", "B5", "G3")) {
      assertEquals(Optional.empty(), CLAIMS.lacks(claim, one), claim);
    }
    assertTrue(CLAIMS.lacks("A9", one).orElseThrow().contains("three of them"));
    assertTrue(CLAIMS.lacks("B4", one).orElseThrow().contains("at least two sizes"));
    assertTrue(CLAIMS.lacks("B8", one).orElseThrow().contains("Pythia 1b"));
    assertTrue(CLAIMS.lacks("B3", one).orElseThrow().contains("tells apart"));
    List<PublishedCheckpoint> both = new ArrayList<>(one);
    both.addAll(steps("Pythia-410m", 1000));
    assertTrue(CLAIMS.lacks("B3", both).isPresent(), "not the end of its training");
    both.addAll(steps("Pythia-410m", 143_000));
    assertEquals(Optional.empty(), CLAIMS.lacks("B3", both));
    List<PublishedCheckpoint> steps = steps("Pythia-160m", 1000, 80_000, 120_000, 143_000);
    assertEquals(Optional.empty(), CLAIMS.lacks("A9", steps));
    assertTrue(CLAIMS.lacks("B4", steps).isPresent(), "one size");
    List<PublishedCheckpoint> sizes = new ArrayList<>(steps);
    sizes.addAll(steps("Pythia-14m", 1000, 40_000, 143_000));
    assertTrue(CLAIMS.lacks("B4", sizes).isPresent(), "both collapse in the figure");
    sizes.addAll(steps("Pythia-410m", 1000, 72_000));
    assertTrue(CLAIMS.lacks("B4", sizes).isPresent(), "the end of the larger one is missing");
    sizes.addAll(steps("Pythia-410m", 143_000));
    assertEquals(Optional.empty(), CLAIMS.lacks("B4", sizes));
  }

  @Test
  void aModelThatFigure6DoesNotHaveIsMeasuredAndNotJudged() {
    List<PublishedCheckpoint> given = new ArrayList<>(steps("Pythia-410m", 143_000));
    assertEquals(Optional.empty(), CLAIMS.notJudged("B5", given));
    given.addAll(steps("Pythia-410m", 1000));
    given.addAll(steps("Pythia-160m", 143_000));
    assertTrue(
        CLAIMS
            .notJudged("B5", given)
            .orElseThrow()
            .startsWith(
                "B5 is not judged on pythia-410m, step 1000, pythia-160m, step 143000: its figure"
                    + " has Pythia-410m"));
    assertEquals(Optional.empty(), CLAIMS.notJudged("B4", given));
  }

  @Test
  void aHeadThatIsFittedAndLosesLessThanTheCutOneDecidesB5() {
    PublishedCheckpoint checkpoint = at("Pythia-410m", OptionalLong.empty());
    List<TrainedHead> heads = RankLosses.heads(CLAIMS.saturation(), checkpoint);
    RunRecorder run = measure(checkpoint);
    for (TrainedHead head : heads) {
      double published = head.loss() - heads.getLast().loss();
      run.metric(
          CurveName.name("truncated_penalty_of_rank", head.rank()), -1, published + 1, 0.1, "nats");
    }
    assertEquals(Outcome.REPRODUCED, judged("B5", "checkpoint_penalty"));
    run.metric(CurveName.name("fitted_penalty_of_rank", 256), -1, 0.01, 0.01, "nats");
    assertEquals(Outcome.NOT_REPRODUCED, judged("B5", "checkpoint_penalty"));
    assertEquals(List.of(32, 64, 128, 256, 512), CLAIMS.fittedRanks(List.of("B5"), checkpoint));
    assertEquals(List.of(), CLAIMS.fittedRanks(List.of("B8", "A1"), checkpoint));
  }

  /** A W-error that is 0.02 off the figure at one rank is the smallest that is found here. */
  @Test
  void theWErrorsOfPythia1bAreThoseOfTheFigureOrNot() {
    assertEquals(Outcome.RECOMPUTED, ofHeadErrors(0.005));
    pending.clear();
    assertEquals(Outcome.NOT_REPRODUCED, ofHeadErrors(0.02));
  }

  private Outcome ofHeadErrors(double off) {
    PublishedCheckpoint large = at("Pythia-1b", OptionalLong.empty());
    RunRecorder run = measure(large);
    for (TrainedHead head : RankLosses.heads(CLAIMS.saturation(), large)) {
      String penalty = CurveName.name("truncated_penalty_of_rank", head.rank());
      run.metric(penalty, -1, head.loss(), 0.01, "nats");
      run.metric(CurveName.centred(penalty), -1, head.loss(), 0.01, "nats");
    }
    for (HeadError point : CLAIMS.saturation().headErrors()) {
      double error = point.wError() + (point.rank() == 256 ? off : 0);
      run.metric(CurveName.name("head_error_of_rank", point.rank()), -1, error, "1");
      run.metric(CurveName.name("random_head_error_of_rank", point.rank()), -1, 1, "1");
    }
    return judged("B8", "checkpoint_head_error");
  }

  /** An r that is 0.001 outside the reported range is the smallest that is found here. */
  @Test
  void theDestroyedNormOfOlmo2IsInsideItsReportedRangeOrNot() {
    DestroyedNormRange range = CLAIMS.gradient().destroyedNormRanges().getFirst();
    assertEquals(Outcome.AS_ITS_NULL, ofRange(range, (range.low() + range.high()) / 2));
    pending.clear();
    assertEquals(Outcome.NOT_REPRODUCED, ofRange(range, range.high() + 0.001));
  }

  private Outcome ofRange(DestroyedNormRange range, double last) {
    long[] steps = {500_000, 800_000, 1_000_000};
    for (long step : steps) {
      RunRecorder run = measure(at(range.model().name(), OptionalLong.of(step)));
      double middle = (range.low() + range.high()) / 2;
      run.metric("destroyed_norm", step, step == steps[2] ? last : middle, "1");
      run.metric("destroyed_norm_random_head", step, middle, "1");
    }
    return judged("A9", "checkpoint_range");
  }

  /** Nothing trains: a tolerance for effects of training would be too wide. */
  @Test
  void whatFollowsFromThePapersIsHeldToRoundingsOnAnotherMachine() {
    for (String name : List.of("Pythia-14m", "Pythia-410m")) {
      for (PublishedCheckpoint checkpoint : steps(name, 1000, 40_000, 72_000, 143_000)) {
        RunRecorder run = measure(checkpoint);
        long step = checkpoint.step();
        for (String metric :
            List.of(
                "anisotropy",
                "anisotropy_isotropic_deviation",
                "destroyed_norm",
                "destroyed_norm_random_head",
                "singular_entropy",
                "singular_entropy_centred",
                "singular_entropy_random_head")) {
          run.metric(metric, step, 0.5, "1");
        }
      }
    }
    assertHeldToRoundings("B3", "anisotropy_isotropic_from_published");
    assertHeldToRoundings("B4", "entropy_rise_share_random_head");
    pending.clear();
    ofHeadErrors(0);
    assertHeldToRoundings("B5", "rank_penalty_least_from_published_centred");
    assertHeldToRoundings("B5", "rank_penalty_least_fall");
    assertHeldToRoundings("B8", "random_head_error_farthest_from_published");
    assertHeldToRoundings("B8", "lost_at_threshold_random_head");
    assertHeldToRoundings("B8", "beyond_threshold_least_from_published");
    pending.clear();
    ofRange(CLAIMS.gradient().destroyedNormRanges().getFirst(), 0.99);
    assertHeldToRoundings("A9", "destroyed_norm_random_head_from_published");
  }

  /**
   * Holds every metric of a claim to it.
   *
   * @param one of those that must be there
   */
  private void assertHeldToRoundings(String claim, String one) {
    Evidence evidence = recorded(claim);
    Run run = evidence.runs().getFirst();
    for (Metric metric : evidence.metrics()) {
      Tolerance tolerance =
          Tolerances.shipped().of(run, metric.name(), metric.step()).orElseThrow();
      assertTrue(
          List.of(CheckKind.EXACT, CheckKind.IMPLEMENTATION).contains(tolerance.kind()),
          metric.name());
    }
    assertTrue(evidence.metrics().stream().anyMatch(m -> m.name().equals(one)), one);
  }
}
