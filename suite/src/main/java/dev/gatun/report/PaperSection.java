package dev.gatun.report;

import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Paper;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.Standing;
import dev.gatun.results.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A paper's head in the report, as the abstract of a short paper: what was run where, what came
 * out, and where a number says no more than its null; then its claims with their verdicts.
 */
final class PaperSection {
  private final Paper paper;
  private final List<ExpectedClaim> claims;
  private final List<Verdict> verdicts;
  private final ExpectedValues expected;
  private final Provenance provenance;
  private final List<Run> runs;

  /** Of the paper's claims that the expected values hold. */
  PaperSection(Paper paper, ExpectedValues expected, List<Verdict> verdicts, Evidence evidence) {
    this.paper = paper;
    this.expected = expected;
    this.claims =
        expected.claims().stream().filter(c -> paper.claims().contains(c.claim())).toList();
    Set<String> ids = claims.stream().map(ExpectedClaim::claim).collect(Collectors.toSet());
    this.verdicts = verdicts.stream().filter(v -> ids.contains(v.claim())).toList();
    this.provenance = evidence.provenance();
    this.runs = evidence.runs().stream().filter(r -> ids.contains(r.claim())).toList();
  }

  String html() {
    String id = "paper-" + Html.id(paper.id());
    return """
    <section class="paper" id="%s" aria-labelledby="%s-title">
    <p class="of-paper">Paper %s · %s</p>
    <h2 id="%s-title">%s</h2>
    <div class="abstract">
    <p>%s</p>
    <p>%s</p>
    %s%s</div>
    <table class="claims"><tbody>
    %s</tbody></table>
    </section>
    """
        .formatted(
            id,
            id,
            Html.escape(paper.id()),
            Html.prose(paper.source()),
            id,
            Html.escape(paper.title()),
            Html.prose(paper.subject()),
            Html.prose(run() + " " + outcomes()),
            findings(),
            atNull(),
            rows());
  }

  /** What was run where. */
  private String run() {
    long seeds = runs.stream().map(Run::seed).distinct().count();
    String tiers = runs.stream().map(Run::tier).distinct().collect(Collectors.joining(", "));
    if (runs.isEmpty()) {
      return "None of its claims was measured here.";
    }
    return "%s of its %s claims were measured at tier %s, in %s runs of %s %s, on %s (%s, %s)."
        .formatted(
            runs.stream().map(Run::claim).distinct().count(),
            claims.size(),
            tiers,
            runs.size(),
            seeds,
            seeds == 1 ? "seed" : "seeds",
            entry(Provenance.CPU),
            entry(Provenance.DEVICE),
            entry(Provenance.MATH_MODE));
  }

  private String entry(String key) {
    return provenance.entries().getOrDefault(key, "unknown");
  }

  /** Which claims came out how. */
  private String outcomes() {
    var sentences = new ArrayList<String>();
    named("Reproduced", ClaimVerdict::isReproducedInFull).ifPresent(sentences::add);
    for (ExpectedClaim claim : claims) {
      ClaimVerdict verdict = ClaimVerdict.of(claim, verdicts);
      if (verdict.outcome() == Outcome.REPRODUCED && !verdict.isReproducedInFull()) {
        sentences.add(
            "Reproduced with a reservation: %s (%s)."
                .formatted(claim.claim(), String.join(", ", verdict.reservations())));
      }
    }
    named("Not reproduced", v -> v.outcome() == Outcome.NOT_REPRODUCED).ifPresent(sentences::add);
    named("Cannot be decided at this size", v -> v.outcome() == Outcome.INCONCLUSIVE)
        .ifPresent(sentences::add);
    return String.join(" ", sentences);
  }

  private Optional<String> named(String word, Predicate<ClaimVerdict> which) {
    String names =
        claims.stream()
            .filter(c -> which.test(ClaimVerdict.of(c, verdicts)))
            .map(ExpectedClaim::claim)
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? Optional.empty() : Optional.of(word + ": " + names + ".");
  }

  private String findings() {
    String text = Remarks.ofPaper(verdicts, expected).html(paper.findings());
    return text.isEmpty() ? "" : "<p>" + text + "</p>\n";
  }

  /** The checks whose interval contains their null, all of them: nobody picks which are told. */
  private String atNull() {
    String names =
        verdicts.stream()
            .filter(Standing.AT_NULL::of)
            .map(v ->
                "<a href=\"#claim-%s\">%s</a> %s"
                    .formatted(Html.id(v.claim()), Html.escape(v.claim()), Html.escape(title(v))))
            .collect(Collectors.joining("; "));
    return names.isEmpty()
        ? ""
        : "<p><strong>Indistinguishable from its null</strong> (the interval contains what the null"
            + " or control gives): "
            + names
            + ".</p>\n";
  }

  private String title(Verdict v) {
    return Expectation.of(v, expected).map(ExpectedCheck::title).orElse(v.check());
  }

  private String rows() {
    var html = new StringBuilder();
    for (ExpectedClaim claim : claims) {
      html.append(
          "<tr><td class=\"of-claim\"><a href=\"#claim-%s\">%s</a></td><th scope=\"row\">%s</th><td class=\"of-outcome\">%s</td></tr>\n"
              .formatted(
                  Html.id(claim.claim()),
                  Html.escape(claim.claim()),
                  Html.escape(claim.title()),
                  OutcomeMark.badge(ClaimVerdict.of(claim, verdicts))));
    }
    return html.toString();
  }
}
