package dev.gatun.report;

import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Remark;
import dev.gatun.results.Standing;
import dev.gatun.results.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One claim, read from top to bottom: the paper's sentence, the evidence with its figures, the
 * control, what follows and what does not; then every check with its reason, arms and runs.
 */
final class ClaimSection {
  private final ExpectedClaim text;
  private final List<Verdict> verdicts;
  private final EvidenceIndex evidence;
  private final List<FigureSource> figures;
  private final Remarks remarks;

  ClaimSection(
      ExpectedClaim text,
      List<Verdict> verdicts,
      EvidenceIndex evidence,
      List<FigureSource> figures) {
    this.text = text;
    this.verdicts = verdicts.stream().filter(v -> v.claim().equals(text.claim())).toList();
    this.evidence = evidence;
    this.figures = figures.stream().filter(f -> f.claim().equals(text.claim())).toList();
    this.remarks = Remarks.ofClaim(text.claim(), this.verdicts, new ExpectedValues(List.of(text)));
  }

  String html() {
    ClaimVerdict verdict = ClaimVerdict.of(text, verdicts);
    return """
    <section class="claim %s" id="claim-%s" aria-labelledby="claim-%s-title">
    <header><h2 id="claim-%s-title"><span class="claim-id">%s</span> %s</h2>%s</header>
    %s%s%s%s%s%s%s%s%s</section>
    """
        .formatted(
            OutcomeMark.style(verdict),
            Html.id(text.claim()),
            Html.id(text.claim()),
            Html.id(text.claim()),
            Html.escape(text.claim()),
            Html.escape(text.title()),
            OutcomeMark.badge(verdict),
            statement(),
            paragraph("Evidence", text.evidence()),
            figures(),
            paragraph("Control", text.control()),
            paragraph("What follows", text.follows()),
            paragraph("What does not follow", text.doesNotFollow()),
            checks(),
            new ArmTable(evidence, text).html(),
            new RunTable(evidence, text.claim()).html());
  }

  /** A part of the argument, or nothing where none of its remarks holds. */
  private String paragraph(String heading, List<Remark> said) {
    String prose = remarks.html(said);
    return prose.isEmpty()
        ? ""
        : "<div class=\"argument\"><h3>%s</h3><p>%s</p></div>\n".formatted(heading, prose);
  }

  private String statement() {
    var html = new StringBuilder();
    html.append("<blockquote><p>").append(Html.prose(text.statement())).append("</p><footer>");
    html.append(Html.prose(text.paper())).append("</footer></blockquote>\n");
    html.append("<dl class=\"definition\"><dt>Measured as</dt><dd class=\"formula\">");
    html.append(Html.formula(text.formula())).append("</dd></dl>\n");
    return html.toString();
  }

  /** Those that this tier and device judge, and behind a fold the others. */
  private String checks() {
    if (verdicts.isEmpty()) {
      return "<p class=\"note\">No check of this claim was judged.</p>\n";
    }
    var judged = new StringBuilder();
    var skipped = new StringBuilder();
    long others = 0;
    for (Verdict v : verdicts) {
      if (v.outcome() == Outcome.SKIPPED) {
        skipped.append(check(v));
        others++;
      } else {
        judged.append(check(v));
      }
    }
    String html =
        judged.isEmpty()
            ? ""
            : "<h3 class=\"part\">Checks</h3>\n<div class=\"checks\">\n" + judged + "</div>\n";
    return others == 0
        ? html
        : html
            + """
            <details class="runs"><summary>%s that this evidence does not speak of</summary>
            <div class="checks">
            %s</div></details>
            """
                .formatted(others == 1 ? "1 check" : others + " checks", skipped);
  }

  private String check(Verdict v) {
    Optional<ExpectedCheck> expected = Expectation.of(v, new ExpectedValues(List.of(text)));
    String nullName = v.nullName().isEmpty() ? "" : " <code>" + Html.name(v.nullName()) + "</code>";
    return """
    <article class="check %s">
    <header><h3>%s</h3>%s</header>
    <p class="check-id"><code>%s</code>%s</p>
    %s<dl>
    <div><dt>Measured</dt><dd>%s</dd></div>
    <div><dt>Expected</dt><dd><b>%s</b>%s</dd></div>
    <div><dt>Null</dt><dd>%s%s</dd></div>
    </dl>
    <p class="reason">%s.%s</p>
    <p class="source">%s %s</p>%s
    </article>
    """
        .formatted(
            OutcomeMark.style(v.outcome()),
            Html.escape(expected.map(ExpectedCheck::title).orElse(v.check())),
            OutcomeMark.badge(v.outcome()),
            Html.name(v.check()),
            expected.map(ClaimSection::role).orElse(""),
            IntervalStrip.html(v),
            VerdictTable.measured(v),
            Html.escape(Expectation.bounds(v, expected)),
            Html.escape(Numbers.unit(v.unit())),
            Double.isNaN(v.nullValue()) ? "none" : "<b>" + Numbers.format(v.nullValue()) + "</b>",
            nullName,
            Html.prose(sentence(v.reason())),
            beside(v),
            Html.prose(v.source()),
            Grades.tag(v.grade()),
            expected.map(ClaimSection::bounds).orElse(""));
  }

  /** What a check that does not decide is there for. */
  private static String role(ExpectedCheck check) {
    String words =
        switch (check.role()) {
          case CLAIM -> check.gates() ? "" : "reported, does not decide";
          case CAUSE -> "the paper's cause";
          case BEYOND_NULL -> "against the null";
        };
    return words.isEmpty() ? "" : " <em class=\"reported\">" + words + "</em>";
  }

  private static String sentence(String reason) {
    String trimmed = reason.strip();
    String start = trimmed.isEmpty() ? "" : trimmed.substring(0, 1).toUpperCase(Locale.ROOT);
    return start + trimmed.substring(start.length()).replaceFirst("\\.$", "");
  }

  /** What an interval that contains its null is worth. */
  private static String beside(Verdict v) {
    boolean said = v.reason().contains("indistinguishable");
    return !said && Standing.AT_NULL.of(v)
        ? " <strong>Indistinguishable from its null.</strong>"
        : "";
  }

  /** Why the bounds are where they are, and what became of them. */
  private static String bounds(ExpectedCheck check) {
    var history = new StringBuilder();
    check.history().forEach(h -> history.append("<li>").append(Html.prose(h)).append("</li>"));
    return """

    <details><summary>Why these bounds</summary><p>%s</p><ul>%s</ul></details>\
    """
        .formatted(Html.prose(check.tolerance()), history);
  }

  private String figures() {
    var html = new StringBuilder();
    var missing = new StringBuilder();
    for (FigureSource source : figures) {
      List<Figure> drawn = source.figures(evidence);
      drawn.forEach(f -> html.append(FigureMarkup.html(f)));
      if (drawn.isEmpty() && !source.subject().isEmpty()) {
        missing
            .append("<p class=\"note\">Figure left out: this evidence has no ")
            .append(Html.escape(source.subject()))
            .append(".</p>\n");
      }
    }
    return html.isEmpty()
        ? missing.toString()
        : "<div class=\"figures\">\n" + html + "</div>\n" + missing;
  }
}
