package dev.gatun.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.io.NearestName;
import dev.gatun.io.Resources;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import dev.gatun.results.Tolerances;
import dev.gatun.results.UnreadableResultsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code results/figures.toml} says nothing that is not so. */
class FigureBookTest {
  private static final Pattern ANY = Pattern.compile(".*");
  private static final String TEXT = Resources.text("/dev/gatun/results/figures.toml");
  private static final EvidenceIndex QUICK = reference("amd-epyc-avx512-2-cores");
  private static final List<EvidenceIndex> TIERS =
      List.of(QUICK, reference("amd-epyc-avx512-2-cores-desk"));

  /** By claim and metric the arms that have it and that no figure draws on purpose. */
  private static final Map<String, String> LEFT_OUT =
      Map.ofEntries(
          Map.entry("A7 efficiency_factor", "full-over-rank32"),
          Map.entry("B5 validation_accuracy", "own|fitted"),
          Map.entry("B5 chosen_rate", "fitted"),
          Map.entry("B6 w_error@", "n5-seen20"),
          Map.entry("B6 w_error_of_columns@", "(?!n5$).+"),
          Map.entry("B7 gap_of_truncated@", "power0.5|power1"),
          Map.entry("B7 bound@", "(?!power2$).+"),
          Map.entry("B7 sharper_bound@", "(?!power2$).+"),
          Map.entry("B7 second_order_bound@", "(?!power2$).+"),
          Map.entry("G2 cosine_hidden_induced_centred", "d32|d128"),
          Map.entry("G4 validation_loss", "tuned-trailing16"),
          Map.entry(
              "G4 trial_loss",
              "(v1024-)?(preconditioned-at-random|backward16|narrow16|narrow16-wide-backward)-.+"),
          Map.entry("G5 accuracy", "v512-seq4.88-.+|sgd-.+"),
          Map.entry("G5 accuracy_of_visits@", "(?!v\\d+-seq4.88-rate0.003).+"),
          Map.entry("G5 law_of_visits@", "v512-seq4.88-rate0.0[13]"),
          Map.entry("H1 accuracy", ".+-rate.+"),
          Map.entry("H1 targets_rank_of@", "(?!linear$).+"));

  private static EvidenceIndex reference(String folder) {
    return new EvidenceIndex(
        new ResultsFolder(Path.of("..", "results", "reference", folder)).readEvidence());
  }

  @Test
  void metricsAndArmsAreThoseOfTheClaims() {
    assertEquals(List.of(), problems(FigureBook.shipped()));
  }

  @Test
  void theExampleForContributorsIsAFigure() throws Exception {
    String text = Files.readString(Path.of("..", "CONTRIBUTING.md"));
    int start = text.indexOf("```toml\n[[figures]]") + "```toml\n".length();
    FigureBook example =
        FigureBook.parse("CONTRIBUTING.md", text.substring(start, text.indexOf("```", start)));
    assertEquals(List.of(), problems(example));
    assertEquals(1, example.of("A9").getFirst().figures(QUICK).size());
  }

  @Test
  void aWrongMetricIsNamed() {
    assertEquals(
        List.of(
            "figure component-energy: A10 has no metric energy_kelp@; the nearest is energy_kept@"),
        problems(changed("\"energy_kept@\"", "\"energy_kelp@\"")));
  }

  @Test
  void aWrongArmIsNamed() {
    assertEquals(
        List.of(
            "figure backward-rank, series backward rank r, D = {setting.width}: of the arms of C1"
                + " that have validation_loss, [full, backward16, rank16, backward4, rank4,"
                + " trailing16, random16, backward32, rank32, backward8, rank8, wide-full,"
                + " wide-backward48, wide-rank48, wide-rank96], none is back(\\d+)"),
        problems(changed("'backward(\\d+)'", "'back(\\d+)'")));
  }

  /** What the file says that the expected values, the tolerances and the evidence do not know. */
  private static List<String> problems(FigureBook book) {
    var problems = new ArrayList<String>();
    for (FigureEntry figure : book.figures()) {
      List<String> known = metrics(figure.claim());
      for (String metric : figure.metrics()) {
        if (!known.contains(metric)) {
          problems.add(
              "figure %s: %s has no metric %s; the nearest is %s"
                  .formatted(figure.id(), figure.claim(), metric, NearestName.of(metric, known)));
        }
      }
      figure.series().stream()
          .filter(s -> s.published() == null && known.contains(s.quantity().metric()))
          .forEach(s -> arms(figure, s, problems));
    }
    return problems;
  }

  private static List<String> metrics(String claim) {
    Stream<String> judged =
        ExpectedValues.shipped().of(claim).checks().stream()
            .flatMap(check -> Stream.of(check.metric(), check.nullMetric()));
    Stream<String> compared =
        Tolerances.shipped().tolerances().stream()
            .filter(t -> t.tiers().isEmpty())
            .filter(t -> t.claims().isEmpty() || t.claims().contains(claim))
            .flatMap(t -> t.metrics().stream());
    return Stream.concat(judged, compared).toList();
  }

  private static void arms(
      FigureEntry figure, FigureEntry.SeriesEntry series, List<String> problems) {
    List<EvidenceIndex> matched =
        TIERS.stream()
            .filter(tier -> !arms(tier, figure, series, series.arms()).isEmpty())
            .toList();
    if (matched.isEmpty()) {
      problems.add(
          "figure %s, series %s: of the arms of %s that have %s, %s, none is %s"
              .formatted(
                  figure.id(),
                  series.name(),
                  figure.claim(),
                  series.quantity().metric(),
                  TIERS.stream()
                      .flatMap(tier -> arms(tier, figure, series, ANY).stream())
                      .distinct()
                      .toList(),
                  series.arms()));
    }
    matched.stream()
        .map(tier -> new SeriesRecipe(series, figure.claim(), tier, figure.largestArm()))
        .filter(recipe -> recipe.series().stream().allMatch(named -> named.points().isEmpty()))
        .forEach(recipe ->
            problems.add(
                "figure %s, series %s draws nothing".formatted(figure.id(), series.name())));
  }

  private static List<String> arms(
      EvidenceIndex tier, FigureEntry figure, FigureEntry.SeriesEntry series, Pattern names) {
    return Arm.of(tier, figure.claim(), series.quantity().metric(), names).stream()
        .map(Arm::name)
        .toList();
  }

  @Test
  void everyMeasuredClaimHasItsFigures() {
    List<FigureSource> sources = FigureBook.shipped().sources(List.of());
    for (ExpectedClaim claim : ExpectedValues.shipped().claims()) {
      List<FigureSource> own =
          sources.stream().filter(s -> s.claim().equals(claim.claim())).toList();
      assertTrue(!own.isEmpty(), () -> "results/figures.toml has no figure of " + claim.claim());
      TIERS.stream()
          .filter(tier -> !tier.runsOf(claim.claim()).isEmpty())
          .forEach(tier -> assertEquals(List.of(), missing(own, tier), claim.claim()));
    }
  }

  /** What the report would say that the evidence lacks. */
  private static List<String> missing(List<FigureSource> sources, EvidenceIndex tier) {
    return sources.stream()
        .filter(source -> source.figures(tier).isEmpty())
        .map(FigureSource::subject)
        .filter(subject -> !subject.isEmpty())
        .toList();
  }

  @Test
  void everyArmThatHasWhatAFigureDrawsIsDrawnOrLeftOutOnPurpose() {
    var left = new TreeSet<String>();
    for (FigureEntry figure : FigureBook.shipped().figures()) {
      figure.series().stream()
          .filter(series -> series.published() == null)
          .forEach(series ->
              TIERS.stream()
                  .flatMap(tier -> arms(tier, figure, series, ANY).stream())
                  .filter(arm -> isLeftOut(arm, figure.claim(), series.quantity().metric()))
                  .forEach(arm ->
                      left.add(
                          "%s: no figure draws %s of arm %s"
                              .formatted(figure.claim(), series.quantity().metric(), arm))));
    }
    assertEquals(Set.of(), left);
  }

  private static boolean isLeftOut(String arm, String claim, String metric) {
    return !arm.startsWith(Run.CONTROL)
        && !arm.matches(LEFT_OUT.getOrDefault(claim + " " + metric, ""))
        && FigureBook.shipped().figures().stream()
            .filter(figure -> figure.claim().equals(claim))
            .flatMap(figure -> figure.series().stream())
            .filter(series -> series.published() == null)
            .filter(series -> series.quantity().metric().equals(metric))
            .noneMatch(series ->
                series.arms().matcher(arm).matches() || series.quantity().of().equals(arm));
  }

  @Test
  void idsAreUnique() {
    var ids = new HashSet<String>();
    FigureBook.shipped().figures().forEach(f -> assertTrue(ids.add(f.id()), f.id()));
  }

  @Test
  void whatDoesNotFitIsToldInOneLine() {
    refused("needs = \"top-1", "nedes = \"top-1", "unknown key nedes", "needs");
    refused("scale = \"log2\"", "scale = \"log3\"", "unknown scale log3", "log2");
    refused("ink = \"second\"", "ink = \"secnd\"", "unknown ink secnd", "second");
    refused("\"backward_rank\"", "\"bakward_rank\"", "no published points", "backward_rank");
    refused("\"validation_loss - validation_loss of full\"", "\"a - b\"", "<metric> of <arm>");
    refused("\"along * tokens_per_step\"", "\"along * \"", "x is 'along * '");
    refused("'backward(\\d+)'", "'backward('", "figures");
    refused("arms = 'backward(\\d+)'", "arms = 'backward.*'", "has {1}", "have no group");
    refused("x = \"rank_share\", y = \"val", "y = \"val", "a difference, whose x must be a number");
    refused(
        "x = \"tail_norm@\", y = \"gap@\"", "x = \"rank\", y = \"gap@\"", "must not be a number");
    refused("at = 0.6", "at = 0.6, metric = \"w_error\"", "either at or metric");
    refused("title = \"Two dimensions suffice\"", "", "lacks the key title");
  }

  private static void refused(String before, String after, String... said) {
    String message =
        assertThrows(UnreadableResultsException.class, () -> changed(before, after)).getMessage();
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.startsWith("figures.toml, figures "), message);
    for (String words : said) {
      assertTrue(message.contains(words), message);
    }
  }

  private static FigureBook changed(String before, String after) {
    assertTrue(TEXT.contains(before), before);
    return FigureBook.parse(
        "figures.toml", TEXT.replaceFirst(Pattern.quote(before), Matcher.quoteReplacement(after)));
  }
}
