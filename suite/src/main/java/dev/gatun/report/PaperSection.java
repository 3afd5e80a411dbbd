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
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    List<String> ids = claims.stream().map(ExpectedClaim::claim).toList();
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
    if (runs.isEmpty()) {
      return "None of its claims was measured here.";
    }
    long measured = runs.stream().map(Run::claim).distinct().count();
    return "%s measured at tier %s, in %s runs, on %s, in %s."
        .formatted(
            measured == claims.size()
                ? "All of its " + measured + " claims were"
                : measured + " of its " + claims.size() + " claims were",
            runs.stream().map(Run::tier).distinct().collect(Collectors.joining(", ")),
            runs.size(),
            entry(Provenance.DEVICE),
            entry(Provenance.MATH_MODE));
  }

  private String entry(String key) {
    return provenance.entries().getOrDefault(key, "unknown");
  }

  /** Which claims came out how. */
  private String outcomes() {
    return Stream.of(
            named("Reproduced", ClaimVerdict::isReproducedInFull),
            named(
                "Reproduced with a reservation",
                v -> v.outcome() == Outcome.REPRODUCED && !v.isReproducedInFull()),
            named("Not reproduced", v -> v.outcome() == Outcome.NOT_REPRODUCED),
            named(
                "Not decided at this size, in part at least",
                v -> v.outcome() == Outcome.INCONCLUSIVE))
        .flatMap(Optional::stream)
        .collect(Collectors.joining(" "));
  }

  /** A sentence that names the claims, each with what is to be said against it. */
  private Optional<String> named(String word, Predicate<ClaimVerdict> which) {
    var names = new ArrayList<String>();
    for (ExpectedClaim claim : claims) {
      ClaimVerdict verdict = ClaimVerdict.of(claim, verdicts);
      if (which.test(verdict)) {
        String beside = String.join(", ", verdict.reservations());
        names.add(claim.claim() + (beside.isEmpty() ? "" : " (" + beside + ")"));
      }
    }
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(word + ": " + String.join(", ", names) + ".");
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
