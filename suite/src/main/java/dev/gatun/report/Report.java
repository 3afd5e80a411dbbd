package dev.gatun.report;

import dev.gatun.io.AtomicFile;
import dev.gatun.io.Resources;
import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Verdict;
import dev.gatun.results.comparison.Comparison;
import dev.gatun.results.comparison.Machine;
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
   * What a report shows beside its evidence; each part without anything leaves its section out.
   *
   * @param across comparisons of other machines with this evidence
   * @param regressions this evidence beside stored evidence of the same tier
   * @param tiers evidence of other tiers; the highest that has evidence of a claim speaks for it
   */
  public record Beside(List<Comparison> across, List<Regression> regressions, List<Machine> tiers) {
    /** Nothing. */
    public static final Beside NOTHING = new Beside(List.of(), List.of(), List.of());
  }

  /**
   * Creates or replaces the report, and beside it a file of the same name that ends in .csv. Every
   * claim of {@code expected} has a section, also one that was skipped.
   *
   * @throws dev.gatun.io.UnwritableFileException if the disk is full or the folder is not writable
   */
  public static void write(
      Path htmlFile, Evidence evidence, List<Verdict> verdicts, ExpectedValues expected) {
    write(htmlFile, evidence, verdicts, expected, Beside.NOTHING);
  }

  /** As above, with other evidence beside this. */
  public static void write(
      Path htmlFile,
      Evidence evidence,
      List<Verdict> verdicts,
      ExpectedValues expected,
      Beside beside) {
    String name = htmlFile.getFileName().toString().replaceFirst("\\.html$", "") + ".csv";
    Page page = page(name, evidence, verdicts, expected, beside);
    AtomicFile.write(
        htmlFile.resolveSibling(name),
        FigureData.csv(page.figures()).getBytes(StandardCharsets.UTF_8));
    AtomicFile.write(htmlFile, page.html().getBytes(StandardCharsets.UTF_8));
  }

  /** What is written: the page, and the figures on it. */
  private record Page(String html, List<Figure> figures) {}

  static String html(Evidence evidence, List<Verdict> verdicts, ExpectedValues expected) {
    return html(evidence, verdicts, expected, Beside.NOTHING);
  }

  static String html(
      Evidence evidence, List<Verdict> verdicts, ExpectedValues expected, Beside beside) {
    return page("report.csv", evidence, verdicts, expected, beside).html();
  }

  private static Page page(
      String data,
      Evidence evidence,
      List<Verdict> verdicts,
      ExpectedValues expected,
      Beside beside) {
    if (MeasurePage.isFor(evidence)) {
      var page = new MeasurePage(evidence, beside.across());
      return new Page(
          Html.page(output -> JtemeasureGenerated.render(output, null, page, data)),
          page.allFigures());
    }
    var page = new ReportPage(evidence, verdicts, expected, beside);
    return new Page(
        Html.page(output -> JtereportGenerated.render(output, null, page, data)), page.figures());
  }

  static String style() {
    return Resources.text(STYLE);
  }
}
