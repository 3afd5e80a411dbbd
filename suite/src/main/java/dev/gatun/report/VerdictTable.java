package dev.gatun.report;

import dev.gatun.results.CheckRole;
import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Standing;
import dev.gatun.results.Verdict;
import dev.gatun.results.Wording;
import java.util.List;

/** All checks that this tier and device judge in one table; on a phone each row becomes a card. */
final class VerdictTable {
  private VerdictTable() {}

  static String html(List<Verdict> verdicts, ExpectedValues expected) {
    var rows = new StringBuilder();
    verdicts.stream()
        .filter(v -> v.gates() || v.outcome() != Outcome.SKIPPED)
        .forEach(v -> rows.append(row(v, expected)));
    return """
    <section id="verdicts" aria-labelledby="verdicts-title">
    <h2 id="verdicts-title">All checks</h2>
    <table class="verdicts">
    <thead><tr><th scope="col">Claim</th><th scope="col">Check</th><th scope="col">Measured</th>\
    <th scope="col">Expected</th><th scope="col">Null</th><th scope="col">Verdict</th></tr></thead>
    <tbody>
    %s</tbody></table>
    <p class="note">%s Checks marked <em>reported only</em> do not decide their claim.
    In the strips above, the grey band is the expected interval, the dot the measurement with its
    interval, the diamond the null.</p>
    </section>
    """
        .formatted(rows, Grades.legend());
  }

  private static String row(Verdict v, ExpectedValues expected) {
    String claim = Html.escape(v.claim());
    return """
    <tr><td class="of-claim"><a href="#claim-%s">%s</a></td>\
    <th scope="row">%s%s</th>\
    <td data-label="Measured"><span>%s</span></td>\
    <td data-label="Expected"><span>%s %s</span></td>\
    <td data-label="Null"><span>%s%s</span></td>\
    <td class="of-outcome">%s</td></tr>
    """
        .formatted(
            Html.id(v.claim()),
            claim,
            Html.name(v.check()),
            reported(v, expected),
            measured(v),
            Html.escape(Expectation.bounds(v, Expectation.of(v, expected))),
            Grades.tag(v.grade()),
            Html.escape(Numbers.format(v.nullValue())),
            Standing.AT_NULL.of(v) ? " <em class=\"same\">indistinguishable</em>" : "",
            OutcomeMark.badge(v.outcome()));
  }

  private static String reported(Verdict v, ExpectedValues expected) {
    CheckRole role = Expectation.of(v, expected).map(ExpectedCheck::role).orElse(CheckRole.CLAIM);
    String words = Wording.role(role, v.gates());
    return words.isEmpty() ? "" : " <em class=\"reported\">" + words + "</em>";
  }

  /** The measured value, and its interval if it is more than a point. */
  static String measured(Verdict v) {
    if (Double.isNaN(v.measured())) {
      return "not measured";
    }
    double width = v.measuredHigh() - v.measuredLow();
    String value = Numbers.format(v.measured(), width) + Html.escape(Numbers.unit(v.unit()));
    return "<b>"
        + value
        + "</b>"
        + (width > 0
            ? " <span class=\"interval\">"
                + Numbers.interval(v.measuredLow(), v.measuredHigh())
                + "</span>"
            : "");
  }
}
