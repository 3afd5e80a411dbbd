package dev.gatun.claims.checkpoint;

import dev.gatun.facts.GradientPaper;
import dev.gatun.facts.SaturationPaper;
import dev.gatun.facts.SaturationPaper.Anisotropy;
import dev.gatun.facts.SaturationPaper.HeadError;
import dev.gatun.facts.SaturationPaper.SingularEntropy;
import dev.gatun.facts.SaturationPaper.TrainedHead;
import dev.gatun.io.Json;
import dev.gatun.measure.SpectralCollapse;
import dev.gatun.results.CurveName;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Metric;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import dev.gatun.results.SpectrumRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Evidence of claims from published models: what was measured of each folder, a run for all steps
 * of a model, and beside it what a paper has of that model at that step.
 */
public record CheckpointClaims(
    SaturationPaper saturation, GradientPaper gradient, ExpectedValues expected) {
  /** The claims that published models say something about. */
  public static final List<String> IDS =
      List.of("A1", "A4", "A5", "A9", "A10", "B3", "B4", "B5", "B8", "G3");

  private static final int FEWEST_STEPS = 3;

  /**
   * A folder that was measured.
   *
   * @param evidence of one run
   */
  public record Measured(PublishedCheckpoint checkpoint, Evidence evidence) {
    double value(String metric) {
      return find(metric).orElseThrow();
    }

    private Optional<Double> find(String metric) {
      return metric(metric).map(Metric::value);
    }

    Optional<Metric> metric(String name) {
      return evidence.metrics().stream().filter(m -> m.name().equals(name)).findFirst();
    }
  }

  /** With the numbers that ship with Gatun. */
  public static CheckpointClaims shipped() {
    return new CheckpointClaims(
        SaturationPaper.shipped(), GradientPaper.shipped(), ExpectedValues.shipped());
  }

  /** What a claim needs and these folders do not give, in words; empty if they do. */
  public Optional<String> lacks(String claim, List<PublishedCheckpoint> given) {
    List<List<PublishedCheckpoint>> courses =
        given.stream()
            .collect(
                Collectors.groupingBy(
                    PublishedCheckpoint::arm, LinkedHashMap::new, Collectors.toList()))
            .values()
            .stream()
            .toList();
    return switch (claim) {
      case "A9" ->
          courses.stream().anyMatch(CheckpointClaims::hasLateSteps)
              ? Optional.empty()
              : Optional.of(
                  "steps of one model, three of them from the second half of its training on");
      case "B3" ->
          given.stream().anyMatch(one -> given.stream().anyMatch(other -> areApart(one, other)))
              ? Optional.empty()
              : Optional.of(
                  "two models at the end of their training that its figure tells apart, as Pythia"
                      + " 160m and 410m");
      case "B4" ->
          courses.stream()
                  .anyMatch(small -> courses.stream().anyMatch(large -> differ(small, large)))
              ? Optional.empty()
              : Optional.of(
                  "steps of one model and at least two sizes, one of Pythia 14m to 160m and one of"
                      + " 410m to 1.4b: of each three steps or more, its last among them");
      case "B8" ->
          given.stream().anyMatch(c -> !headErrors(c).isEmpty())
              ? Optional.empty()
              : Optional.of("the end of training of Pythia 1b, the one model of its figure");
      default -> Optional.empty();
    };
  }

  /**
   * Models that are measured for a claim and not judged, in a sentence; empty if there are none.
   */
  public Optional<String> notJudged(String claim, List<PublishedCheckpoint> given) {
    if (!claim.equals("B5")) {
      return Optional.empty();
    }
    List<String> others =
        given.stream()
            .filter(checkpoint -> RankLosses.heads(saturation, checkpoint).isEmpty())
            .map(PublishedCheckpoint::name)
            .toList();
    List<String> judged =
        saturation.trainedHeads().stream().map(head -> head.model().name()).distinct().toList();
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "B5 is not judged on %s: its figure has %s, each at the end of its training"
                .formatted(String.join(", ", others), String.join(", ", judged)));
  }

  /**
   * Ranks at which claims compare heads of a model with the paper's: those of its figure, below the
   * full one, that are powers of two, as the head is cut to these; none where they do not compare.
   */
  public List<Integer> fittedRanks(List<String> claims, PublishedCheckpoint checkpoint) {
    boolean isCompared =
        claims.contains("B5") || claims.contains("B8") && !headErrors(checkpoint).isEmpty();
    return isCompared
        ? RankLosses.heads(saturation, checkpoint).stream()
            .map(TrainedHead::rank)
            .filter(rank -> rank < checkpoint.model().width() && Integer.bitCount(rank) == 1)
            .toList()
        : List.of();
  }

  private static boolean hasLateSteps(List<PublishedCheckpoint> course) {
    long last = course.stream().mapToLong(PublishedCheckpoint::step).max().orElseThrow();
    return course.stream().filter(c -> c.step() > 0 && 2 * c.step() >= last).count()
        >= FEWEST_STEPS;
  }

  private ExpectedCheck check(String claim, String id) {
    return expected.of(claim).checks().stream()
        .filter(check -> check.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** Whether the paper's figure has them farther apart than the bounds of its check are wide. */
  private boolean areApart(PublishedCheckpoint one, PublishedCheckpoint other) {
    ExpectedCheck check = check("B3", "checkpoint_last_layer");
    return anisotropy(one)
        .flatMap(high -> anisotropy(other).map(low -> high.low() - low.high()))
        .filter(difference -> difference > check.high() - check.low())
        .isPresent();
  }

  /** Whether one head collapses by the paper's figure, and the other does not. */
  private boolean differ(List<PublishedCheckpoint> small, List<PublishedCheckpoint> large) {
    return hasCollapse(small)
        && hasCollapse(large)
        && check("B4", "checkpoint_collapse_small").arms().contains(small.getFirst().arm())
        && check("B4", "checkpoint_no_collapse_large").arms().contains(large.getFirst().arm());
  }

  private boolean hasCollapse(List<PublishedCheckpoint> course) {
    return course.size() >= FEWEST_STEPS
        && course.stream().anyMatch(PublishedCheckpoint::last)
        && entropy(course.getFirst()).isPresent();
  }

  /** Records a claim that lacks nothing, under its id and the tier of folders. */
  public void record(String claim, List<Measured> measured, EvidenceBuilder evidence) {
    measured.stream()
        .sorted(Comparator.comparingLong(m -> m.checkpoint().step()))
        .collect(
            Collectors.groupingBy(
                m -> m.checkpoint().arm(), LinkedHashMap::new, Collectors.toList()))
        .values()
        .stream()
        .filter(course -> !claim.equals("A9") || hasLateSteps(checkpoints(course)))
        .sorted(Comparator.comparingDouble(m -> m.getFirst().checkpoint().model().parameters()))
        .forEach(course -> recordCourse(claim, course, evidence));
  }

  private static List<PublishedCheckpoint> checkpoints(List<Measured> course) {
    return course.stream().map(Measured::checkpoint).toList();
  }

  private void recordCourse(String claim, List<Measured> course, EvidenceBuilder evidence) {
    Run first = course.getFirst().evidence().runs().getFirst();
    String arm = course.getFirst().checkpoint().arm();
    RunRecorder run =
        evidence.begin(
            "%s/%s/seed%s".formatted(claim, arm, first.seed()),
            claim,
            arm,
            Run.CHECKPOINT,
            first.device(),
            first.seed(),
            configuration(course));
    for (Measured measured : course) {
      takeOver(measured, claim, run);
      switch (claim) {
        case "A9" -> recordRange(measured, run);
        case "B3" -> recordAnisotropy(measured, run);
        case "B4" -> recordEntropy(measured, run);
        case "B5" -> RankLosses.of(saturation, measured).recordPenalties(run);
        case "B8" -> {
          recordHeadErrors(measured, run);
          RankLosses.of(saturation, measured).recordThreshold(run);
        }
        default -> {}
      }
    }
    if (claim.equals("B4") && hasCollapse(checkpoints(course))) {
      recordCollapse(course, run);
    }
    run.finish(
        course.stream().mapToDouble(m -> m.evidence().runs().getFirst().wallSeconds()).sum());
  }

  /** The first folder's, with what was measured of each folder in a list. */
  private static String configuration(List<Measured> course) {
    List<JsonNode> configurations =
        course.stream()
            .map(m -> m.evidence().runs().getFirst().configuration())
            .map(JsonMapper.shared()::readTree)
            .toList();
    var all = new LinkedHashMap<String, Object>();
    configurations.getFirst().properties().forEach(e -> all.put(e.getKey(), e.getValue()));
    List<JsonNode> experiments = new ArrayList<>();
    configurations.forEach(c -> experiments.add(c.path("experiment")));
    all.put("experiment", Map.of("checkpoints", experiments));
    return Json.line(all);
  }

  private static void takeOver(Measured measured, String claim, RunRecorder run) {
    long step = measured.checkpoint().step();
    for (Metric m : measured.evidence().metrics()) {
      run.metric(m.name(), step, m.value(), m.uncertainty(), m.unit());
    }
    for (SpectrumRecord s : measured.evidence().spectra()) {
      if (claim.equals("B4") && s.name().equals("head")) {
        run.spectrum(s.name(), step, s.singularValues(), s.errorBound());
      }
    }
  }

  private void recordRange(Measured measured, RunRecorder run) {
    long step = measured.checkpoint().step();
    gradient.destroyedNormRanges().stream()
        .filter(range -> measured.checkpoint().isOf(range.model()))
        .forEach(range -> {
          double middle = (range.low() + range.high()) / 2;
          double half = (range.high() - range.low()) / 2;
          run.metric("destroyed_norm_published", step, middle, half, "1");
          for (String of : List.of("destroyed_norm", "destroyed_norm_random_head")) {
            run.metric(of + "_from_published", step, measured.value(of) - middle, "1");
          }
        });
  }

  private Optional<Anisotropy> anisotropy(PublishedCheckpoint checkpoint) {
    return saturation.lastLayerAnisotropies().stream()
        .filter(point -> checkpoint.last() && checkpoint.isOf(point.model()))
        .findFirst();
  }

  private void recordAnisotropy(Measured measured, RunRecorder run) {
    long step = measured.checkpoint().step();
    double isotropic = measured.value("anisotropy_isotropic_deviation");
    run.metric("anisotropy_isotropic", step, 0, isotropic, "1");
    anisotropy(measured.checkpoint())
        .ifPresent(point -> {
          double middle = (point.low() + point.high()) / 2;
          double half = (point.high() - point.low()) / 2;
          double value = measured.value("anisotropy");
          run.metric("anisotropy_published", step, middle, half, "1");
          run.metric("anisotropy_from_published", step, value - middle, half, "1");
          run.metric("anisotropy_isotropic_from_published", step, -middle, isotropic + half, "1");
        });
  }

  private Optional<SingularEntropy> entropy(PublishedCheckpoint checkpoint) {
    return saturation.singularEntropies().stream()
        .filter(point -> checkpoint.isOf(point.model()))
        .findFirst();
  }

  private void recordEntropy(Measured measured, RunRecorder run) {
    PublishedCheckpoint at = measured.checkpoint();
    entropy(at)
        .filter(point -> at.last() || at.step() == point.leastStep())
        .map(point -> at.last() ? point.last() : point.least())
        .ifPresent(published -> {
          double error = saturation.readingErrors().entropyShare() * published;
          run.metric("singular_entropy_published", at.step(), published, error, "nats");
          for (String of :
              List.of(
                  "singular_entropy",
                  "singular_entropy_random_head",
                  CurveName.centred("singular_entropy"))) {
            measured
                .find(of)
                .ifPresent(
                    value -> run.metric(of + "_over_published", at.step(), value / published, "1"));
          }
        });
  }

  private List<HeadError> headErrors(PublishedCheckpoint checkpoint) {
    return saturation.headErrors().stream()
        .filter(point -> checkpoint.last() && checkpoint.isOf(point.model()))
        .filter(point -> point.rank() < checkpoint.model().width())
        .toList();
  }

  /** The paper's points, and how far the head and a random one are from that farthest away. */
  private void recordHeadErrors(Measured measured, RunRecorder run) {
    List<HeadError> points = headErrors(measured.checkpoint());
    long step = measured.checkpoint().step();
    points.forEach(point ->
        run.metric(
            CurveName.name("head_error_published", point.rank()), step, point.wError(), "1"));
    for (String of : List.of("head_error", "random_head_error")) {
      points.stream()
          .flatMap(point ->
              measured
                  .find(CurveName.name(of + "_of_rank", point.rank()))
                  .map(error -> error - point.wError())
                  .stream())
          .max(Comparator.comparingDouble(Math::abs))
          .ifPresent(farthest -> run.metric(of + "_farthest_from_published", step, farthest, "1"));
    }
  }

  private static void recordCollapse(List<Measured> course, RunRecorder run) {
    PublishedCheckpoint last = course.getLast().checkpoint();
    int width = last.model().width();
    collapse(course, "singular_entropy").record(width, last.step(), run);
    if (course.stream().allMatch(m -> m.find("singular_entropy_centred").isPresent())) {
      collapse(course, "singular_entropy_centred").record(width, last.step(), run.centred());
    }
    run.metric(
        "entropy_rise_share_random_head",
        last.step(),
        collapse(course, "singular_entropy_random_head").riseShare(width),
        "1");
  }

  private static SpectralCollapse collapse(List<Measured> course, String metric) {
    return SpectralCollapse.of(
        course.stream()
            .map(m -> new SpectralCollapse.Point(m.checkpoint().step(), m.value(metric)))
            .toList(),
        course.getFirst().checkpoint().model().width());
  }
}
