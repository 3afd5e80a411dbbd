package dev.gatun.report;

import dev.gatun.io.AtomicFile;
import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Paper;
import dev.gatun.results.Papers;
import dev.gatun.results.Verdict;
import dev.gatun.results.comparison.Comparison;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The report as one HTML file that loads nothing: style, figures and data are inside. The same
 * evidence and verdicts give the same bytes.
 */
public final class Report {
  private static final String STYLE = "report.css";

  private Report() {}

  /**
   * Creates or replaces the report. Every claim of {@code expected} has a section, also one that
   * was skipped.
   *
   * @throws dev.gatun.io.UnwritableFileException if the disk is full or the folder is not writable
   */
  public static void write(
      Path htmlFile, Evidence evidence, List<Verdict> verdicts, ExpectedValues expected) {
    write(htmlFile, evidence, verdicts, expected, List.of());
  }

  /**
   * As above, with other machines beside this one.
   *
   * @param across comparisons of others with this evidence; none leaves their section out
   */
  public static void write(
      Path htmlFile,
      Evidence evidence,
      List<Verdict> verdicts,
      ExpectedValues expected,
      List<Comparison> across) {
    String html = html(evidence, verdicts, expected, across);
    AtomicFile.write(htmlFile, html.getBytes(StandardCharsets.UTF_8));
  }

  static String html(Evidence evidence, List<Verdict> verdicts, ExpectedValues expected) {
    return html(evidence, verdicts, expected, List.of());
  }

  static String html(
      Evidence evidence, List<Verdict> verdicts, ExpectedValues expected, List<Comparison> across) {
    if (MeasurePage.isFor(evidence)) {
      return page(new MeasurePage(evidence, across).html());
    }
    var index = new EvidenceIndex(evidence);
    List<FigureSource> figures = FigureBook.shipped().sources(verdicts);
    var sections = new StringBuilder();
    var left = new ArrayList<>(expected.claims());
    for (Paper paper : Papers.shipped().papers()) {
      List<ExpectedClaim> claims =
          left.stream().filter(c -> paper.claims().contains(c.claim())).toList();
      if (!claims.isEmpty()) {
        sections.append(new PaperSection(paper, expected, verdicts, evidence).html());
        claims.forEach(c -> sections.append(new ClaimSection(c, verdicts, index, figures).html()));
        left.removeAll(claims);
      }
    }
    left.forEach(c -> sections.append(new ClaimSection(c, verdicts, index, figures).html()));
    String summary =
        new SummarySection(expected.claims(), verdicts, evidence.provenance(), evidence.runs())
            .html();
    return page(
        summary
            + "<main>\n"
            + sections
            + VerdictTable.html(verdicts, expected)
            + new AcrossSection(expected.claims(), across).html()
            + ProvenanceSection.html(evidence.provenance())
            + "</main>\n");
  }

  private static String page(String body) {
    return """
    <!DOCTYPE html>
    <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>
    <meta http-equiv="Content-Security-Policy" \
    content="default-src 'none'; style-src 'unsafe-inline'"/>
    <title>Gatun report</title>
    <style>
    %s</style>
    </head>
    <body>
    %s</body>
    </html>
    """
        .formatted(Resource.text(STYLE), body);
  }
}
