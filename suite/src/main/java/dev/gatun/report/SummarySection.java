package dev.gatun.report;

import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.Outcome;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.Verdict;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The head of the report: how many claims have which outcome, and what computed them. */
final class SummarySection {
  private static final List<Outcome> ORDER =
      List.of(Outcome.REPRODUCED, Outcome.NOT_REPRODUCED, Outcome.INCONCLUSIVE, Outcome.SKIPPED);

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

  private Map<Outcome, Integer> counts() {
    var counts = new EnumMap<Outcome, Integer>(Outcome.class);
    claims.forEach(c -> {
      if (!isReserved(c)) {
        counts.merge(Verdict.ofClaim(c.claim(), verdicts), 1, Integer::sum);
      }
    });
    return counts;
  }

  /** Whether a claim is reproduced, but not in full. */
  private boolean isReserved(ExpectedClaim claim) {
    return Mark.isReserved(ClaimVerdict.of(claim, verdicts));
  }

  String headline() {
    int reproduced = counts().getOrDefault(Outcome.REPRODUCED, 0);
    return "%s of %s %s reproduced"
        .formatted(reproduced, claims.size(), claims.size() == 1 ? "claim" : "claims");
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

  List<Tally> tallies() {
    var tallies = new ArrayList<Tally>();
    var counts = counts();
    for (Outcome outcome : ORDER) {
      tallies.add(new Tally(Mark.of(outcome), counts.getOrDefault(outcome, 0)));
      if (outcome == Outcome.REPRODUCED) {
        tallies.add(new Tally(Mark.RESERVED, claims.stream().filter(this::isReserved).count()));
      }
    }
    return tallies;
  }

  /** A link to a claim. */
  record Chip(String claim, String title, Mark mark) {}

  List<Chip> chips() {
    return claims.stream()
        .map(claim -> {
          Mark mark = Mark.of(ClaimVerdict.of(claim, verdicts));
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
