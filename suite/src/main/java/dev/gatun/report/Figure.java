package dev.gatun.report;

import dev.gatun.report.chart.Chart;
import dev.gatun.report.chart.Ink;
import dev.gatun.report.chart.Point;
import dev.gatun.report.chart.Series;
import java.util.List;

/**
 * A chart with its words.
 *
 * @param id unique in the page; letters, digits and hyphens
 * @param caption what is seen and how it was measured
 */
record Figure(String id, String title, String caption, Chart chart) {

  Figure withId(String other) {
    return new Figure(other, title, caption, chart);
  }

  /** A point, and the series that it is of. */
  record Row(String series, Point point) {}

  /** The numbers that it shows, without the curves of formulas. */
  List<Row> data() {
    return chart.series().stream()
        .filter(series -> series.ink() != Ink.REFERENCE)
        .flatMap(series -> series.points().stream().map(p -> new Row(name(series), p)))
        .toList();
  }

  private static String name(Series series) {
    return series.labelAtEnd().isEmpty()
        ? series.name()
        : series.labelAtEnd() + (series.name().isEmpty() ? "" : ", " + series.name());
  }
}
