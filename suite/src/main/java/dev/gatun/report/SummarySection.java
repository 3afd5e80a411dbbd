package dev.gatun.report;

import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.Outcome;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.Verdict;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The head of the report: how many claims have which outcome, and what computed them. */
final class SummarySection {
  private final List<ExpectedClaim> claims;
  private final List<Verdict> verdicts;
  private final Provenance provenance;
  private final List<Run> runs;

  SummarySection(
      List<ExpectedClaim> claims, List<Verdict> verdicts, Provenance provenance, List<Run> runs) {
    this.claims = claims;
    this.verdicts = verdicts;
    this.provenance = provenance;
    this.runs = runs;
  }

  private long count(Outcome outcome) {
    return claims.stream().filter(claim -> outcome(claim) == outcome).count();
  }

  private Outcome outcome(ExpectedClaim claim) {
    return ClaimVerdict.of(claim, verdicts).outcome();
  }

  String headline() {
    return claims.size() == 1 ? "1 claim judged" : claims.size() + " claims judged";
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

  /** A link to a claim. */
  record Chip(String claim, String title, Mark mark) {}

  List<Chip> chips() {
    return claims.stream()
        .map(claim -> {
          Mark mark = Mark.of(outcome(claim));
          return new Chip(claim.claim(), claim.title() + ": " + mark.words(), mark);
        })
        .toList();
  }

  Map<String, String> setting() {
    var entries = new LinkedHashMap<String, String>();
    entries.put("Machine", entry(Provenance.CPU));
    entries.put("Device", entry(Provenance.DEVICE));
    entries.put("Tier", distinct(runs.stream().map(Run::tier).toList()));
    entries.put(
        "Date",
        entry(Provenance.STARTED)
            .replaceFirst("^(\\d{4}-\\d\\d-\\d\\d)T(\\d\\d:\\d\\d).*Z$", "$1 $2 UTC"));
    entries.put("Wall time", wallTime());
    entries.put("Threads", entry(Provenance.THREADS));
    entries.put("Math mode", entry(Provenance.MATH_MODE));
    entries.put("Seed", entry(Provenance.SEED));
    return entries;
  }

  private String entry(String key) {
    return provenance.entries().getOrDefault(key, "unknown");
  }

  private String wallTime() {
    String seconds = entry(Provenance.WALL_SECONDS);
    return seconds.matches("[0-9.]+(E[0-9]+)?")
        ? Numbers.seconds(Double.parseDouble(seconds))
        : seconds;
  }

  private static String distinct(List<String> values) {
    return values.isEmpty() ? "none" : String.join(", ", values.stream().distinct().toList());
  }
}
