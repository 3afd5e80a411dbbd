package dev.gatun.report;

import dev.gatun.io.AtomicFile;
import dev.gatun.io.Resources;
import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Verdict;
import dev.gatun.results.comparison.Comparison;
import dev.gatun.results.comparison.Regression;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The report as one HTML file that loads nothing, and beside it the points of its figures as CSV.
 * The same evidence and verdicts give the same bytes.
 */
public final class Report {
  private static final String STYLE = "/dev/gatun/report/report.css";

  private Report() {}

  /**
   * Creates or replaces the report, and beside it a file of the same name that ends in .csv. Every
   * claim of {@code expected} has a section, also one that was skipped.
   *
   * @throws dev.gatun.io.UnwritableFileException if the disk is full or the folder is not writable
   */
  public static void write(
      Path htmlFile, Evidence evidence, List<Verdict> verdicts, ExpectedValues expected) {
    write(htmlFile, evidence, verdicts, expected, List.of(), List.of());
  }

  /**
   * As above, with other machines and stored evidence beside this one.
   *
   * @param across comparisons of others with this evidence; none leaves their section out
   * @param regressions this evidence beside stored evidence; none leaves their section out
   */
  public static void write(
      Path htmlFile,
      Evidence evidence,
      List<Verdict> verdicts,
      ExpectedValues expected,
      List<Comparison> across,
      List<Regression> regressions) {
    String name = htmlFile.getFileName().toString().replaceFirst("\\.html$", "") + ".csv";
    Page page = page(name, evidence, verdicts, expected, across, regressions);
    AtomicFile.write(
        htmlFile.resolveSibling(name),
        FigureData.csv(page.figures()).getBytes(StandardCharsets.UTF_8));
    AtomicFile.write(htmlFile, page.html().getBytes(StandardCharsets.UTF_8));
  }

  /** What is written: the page, and the figures on it. */
  private record Page(String html, List<Figure> figures) {}

  static String html(Evidence evidence, List<Verdict> verdicts, ExpectedValues expected) {
    return html(evidence, verdicts, expected, List.of(), List.of());
  }

  static String html(
      Evidence evidence,
      List<Verdict> verdicts,
      ExpectedValues expected,
      List<Comparison> across,
      List<Regression> regressions) {
    return page("report.csv", evidence, verdicts, expected, across, regressions).html();
  }

  private static Page page(
      String data,
      Evidence evidence,
      List<Verdict> verdicts,
      ExpectedValues expected,
      List<Comparison> across,
      List<Regression> regressions) {
    if (MeasurePage.isFor(evidence)) {
      var page = new MeasurePage(evidence, across);
      return new Page(
          Html.page(output -> JtemeasureGenerated.render(output, null, page, data)),
          page.allFigures());
    }
    var page = new ReportPage(evidence, verdicts, expected, across, regressions);
    return new Page(
        Html.page(output -> JtereportGenerated.render(output, null, page, data)), page.figures());
  }

  static String style() {
    return Resources.text(STYLE);
  }
}
