package dev.gatun.report;

import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.Outcome;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.Verdict;
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

  String html() {
    return """
    <header class="masthead">
    <p class="wordmark">Gatun <span>reproduction report</span></p>
    <h1>%s</h1>
    <ul class="tallies">%s</ul>
    <nav aria-label="Claims"><ul class="chips">%s</ul></nav>
    <dl class="setting">%s</dl>
    </header>
    """
        .formatted(headline(), tallies(), chips(), setting());
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
    ClaimVerdict verdict = ClaimVerdict.of(claim, verdicts);
    return verdict.outcome() == Outcome.REPRODUCED && !verdict.isReproducedInFull();
  }

  private String headline() {
    int reproduced = counts().getOrDefault(Outcome.REPRODUCED, 0);
    return "%s of %s %s reproduced"
        .formatted(reproduced, claims.size(), claims.size() == 1 ? "claim" : "claims");
  }

  private String tallies() {
    var html = new StringBuilder();
    var counts = counts();
    for (Outcome outcome : ORDER) {
      html.append(
          tally(
              OutcomeMark.style(outcome),
              outcome,
              counts.getOrDefault(outcome, 0),
              OutcomeMark.word(outcome).toLowerCase(Locale.ROOT)));
      if (outcome == Outcome.REPRODUCED) {
        long reserved = claims.stream().filter(this::isReserved).count();
        html.append(tally("reserved", outcome, reserved, "reproduced with a reservation"));
      }
    }
    return html.toString();
  }

  private static String tally(String style, Outcome outcome, long n, String words) {
    return "<li class=\"%s%s\">%s<b>%s</b><span>%s</span></li>"
        .formatted(style, n == 0 ? " zero" : "", OutcomeMark.icon(outcome), n, words);
  }

  private String chips() {
    var html = new StringBuilder();
    for (ExpectedClaim claim : claims) {
      ClaimVerdict verdict = ClaimVerdict.of(claim, verdicts);
      var words = new StringBuilder(claim.title() + ": " + OutcomeMark.word(verdict.outcome()));
      verdict.reservations().forEach(r -> words.append("; ").append(r));
      html.append(
          "<li><a class=\"%s\" href=\"#claim-%s\" title=\"%s\">%s%s</a></li>"
              .formatted(
                  OutcomeMark.style(verdict),
                  Html.id(claim.claim()),
                  Html.escape(words.toString()),
                  OutcomeMark.icon(verdict.outcome()),
                  Html.escape(claim.claim())));
    }
    return html.toString();
  }

  private String setting() {
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
    var html = new StringBuilder();
    entries.forEach(
        (k, v) -> html.append("<div><dt>%s</dt><dd>%s</dd></div>".formatted(k, Html.escape(v))));
    return html.toString();
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
