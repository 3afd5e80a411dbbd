package dev.gatun.report;

import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Papers;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.Verdict;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The first screen of the report: what came out, what was not decided, and what computed it. */
final class SummarySection {
  private static final String OPENING_FIGURE = "figure-destroyed-norm";

  private final ExpectedValues expected;
  private final List<ExpectedClaim> claims;
  private final List<Verdict> verdicts;
  private final Tiers tiers;
  private final List<Figure> figures;
  private final Provenance provenance;
  private final List<Run> runs;

  SummarySection(
      ExpectedValues expected,
      List<Verdict> verdicts,
      Evidence evidence,
      Tiers tiers,
      List<Figure> figures) {
    this.expected = expected;
    this.claims = expected.claims();
    this.verdicts = verdicts;
    this.provenance = evidence.provenance();
    this.runs = evidence.runs();
    this.tiers = tiers;
    this.figures = figures;
  }

  private long count(Outcome outcome) {
    return claims.stream().filter(claim -> outcome(claim) == outcome).count();
  }

  private Outcome outcome(ExpectedClaim claim) {
    return tiers.highest(claim).verdict(claim).outcome();
  }

  /** How many claims this evidence could judge; the others were not measured. */
  String headline() {
    long judged = claims.size() - count(Outcome.SKIPPED);
    return judged == 1 ? "1 claim judged" : judged + " claims judged";
  }

  /** What a browser's tab says. */
  String title() {
    return "Gatun: %s, %s tier, %s, %s".formatted(headline(), tier(), entry(Provenance.CPU), day());
  }

  /** The counts by verdict. */
  String description() {
    return tallies().stream()
        .filter(tally -> tally.count() > 0)
        .map(tally -> tally.words() + " " + tally.count())
        .collect(Collectors.joining(", ", headline() + ": ", "."));
  }

  private String tier() {
    return distinct(runs.stream().map(Run::tier).toList());
  }

  /** The tier of the evidence, and the claims for which that of others speaks. */
  private String tiers() {
    List<String> others =
        claims.stream()
            .map(tiers::named)
            .filter(name -> claims.stream().noneMatch(claim -> claim.claim().equals(name)))
            .toList();
    return others.isEmpty() ? tier() : "%s; %s".formatted(tier(), String.join(", ", others));
  }

  private String day() {
    return span(provenance.values(Provenance.STARTED), "T.*$", "");
  }

  /** The first and the last of some dates, in other words. */
  private static String span(List<String> dates, String pattern, String replacement) {
    return dates.stream()
        .sorted()
        .map(date -> date.replaceFirst(pattern, replacement))
        .distinct()
        .reduce((first, last) -> first.replaceFirst(" to .*$", "") + " to " + last)
        .orElse(Provenance.UNKNOWN);
  }

  /** What was asked and what came out, in a few sentences. */
  List<Inline> opening() {
    return Remarks.ofPaper(verdicts, expected).said(Papers.shipped().opening());
  }

  /** The figure that shows most of it; empty where the evidence does not have it. */
  Optional<Figure> figure() {
    return figures.stream()
        .filter(figure -> figure.id().equals(OPENING_FIGURE))
        .findFirst()
        .map(figure -> figure.withId("opening"));
  }

  /** A claim that was not decided, and what would decide it. */
  record Open(String claim, String title, String why) {}

  List<Open> undecided() {
    return claims.stream()
        .filter(claim -> outcome(claim) == Outcome.UNDECIDED)
        .map(claim -> new Open(claim.claim(), claim.title(), why(claim)))
        .toList();
  }

  private String why(ExpectedClaim claim) {
    Tiers.AtTier highest = tiers.highest(claim);
    String needs = highest.verdict(claim).needs();
    return needs.isEmpty()
        ? highest.verdicts().stream()
            .filter(v -> v.claim().equals(claim.claim()) && v.gates())
            .filter(v -> v.outcome() == Outcome.UNDECIDED)
            .findFirst()
            .map(v -> v.check() + " is " + v.reason())
            .orElseThrow()
        : "needs " + needs;
  }

  /** How many claims have a mark. */
  record Tally(Mark mark, long count) {
    String style() {
      return mark.style() + (count == 0 ? " zero" : "");
    }

    String words() {
      return mark.words().toLowerCase(Locale.ROOT);
    }
  }

  /** Each word by itself: what holds by algebra does not add to what was reproduced. */
  List<Tally> tallies() {
    return Arrays.stream(Outcome.values())
        .sorted(Comparator.reverseOrder())
        .map(outcome -> new Tally(Mark.of(outcome), count(outcome)))
        .toList();
  }

  /** A link to a claim, by the name that says the tier where it is not the report's. */
  record Chip(String claim, String name, String title, Mark mark) {}

  List<Chip> chips() {
    return claims.stream()
        .map(claim -> {
          Mark mark = tiers.mark(claim);
          return new Chip(
              claim.claim(), tiers.named(claim), claim.title() + ": " + mark.words(), mark);
        })
        .toList();
  }

  Map<String, String> setting() {
    var entries = new LinkedHashMap<String, String>();
    entries.put("Machine", entry(Provenance.CPU));
    entries.put("Device", entry(Provenance.DEVICE));
    entries.put("Tier", tiers());
    entries.put(
        "Date",
        span(
            provenance.values(Provenance.STARTED),
            "^(\\d{4}-\\d\\d-\\d\\d)T(\\d\\d:\\d\\d).*Z$",
            "$1 $2 UTC"));
    entries.put("Wall time", wallTime());
    entries.put("Threads", entry(Provenance.THREADS));
    entries.put("Math mode", entry(Provenance.MATH_MODE));
    entries.put("Seed", entry(Provenance.SEED));
    return entries;
  }

  private String entry(String key) {
    return provenance.entry(key);
  }

  /** What all commands that measured took, each at its own time. */
  private String wallTime() {
    List<String> seconds = provenance.values(Provenance.WALL_SECONDS);
    return !seconds.isEmpty() && seconds.stream().allMatch(s -> s.matches("[0-9.]+(E[0-9]+)?"))
        ? Numbers.seconds(seconds.stream().mapToDouble(Double::parseDouble).sum())
        : entry(Provenance.WALL_SECONDS);
  }

  private static String distinct(List<String> values) {
    return values.isEmpty() ? "none" : String.join(", ", values.stream().distinct().toList());
  }
}
