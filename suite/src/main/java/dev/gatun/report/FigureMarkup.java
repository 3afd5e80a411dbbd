package dev.gatun.report;

import dev.gatun.report.chart.Chart;
import dev.gatun.report.chart.ChartPainter;
import dev.gatun.report.chart.Ink;
import dev.gatun.report.chart.Legend;
import dev.gatun.report.chart.Point;
import dev.gatun.report.chart.Series;

/** A figure as HTML: title, chart, legend, caption, and its numbers behind a fold. */
final class FigureMarkup {
  private FigureMarkup() {}

  static String html(Figure figure) {
    String spoken = Html.escape(figure.title() + ". " + figure.caption());
    return """
    <figure id="%s">
    <h4>%s</h4>
    %s
    <div class="figure-text">
    %s<figcaption>%s</figcaption>
    %s</div></figure>
    """
        .formatted(
            figure.id(),
            Html.escape(figure.title()),
            ChartPainter.svg(figure.id(), spoken, figure.chart()),
            Legend.html(figure.chart(), Html::escape),
            Html.prose(figure.caption()),
            data(figure.chart()));
  }

  private static String data(Chart chart) {
    var rows = new StringBuilder();
    int count = 0;
    for (Series series : chart.series()) {
      // Curves of a formula are not data.
      if (series.ink() != Ink.REFERENCE) {
        series.points().forEach(p -> rows.append(row(series, p)));
        count += series.points().size();
      }
    }
    return """
    <details><summary>Data of this figure (%s points)</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Data table"><table class="data">
    <thead><tr><th scope="col">Series</th><th scope="col">%s</th><th scope="col">%s</th>\
    <th scope="col">Interval</th></tr></thead>
    <tbody>
    %s</tbody></table></div></details>
    """
        .formatted(count, Html.escape(chart.x().label()), Html.escape(chart.y().label()), rows);
  }

  private static String row(Series series, Point p) {
    String interval = p.hasInterval() ? Numbers.interval(p.low(), p.high()) : Numbers.NONE;
    return """
    <tr><th scope="row">%s</th><td>%s</td><td>%s</td><td>%s</td></tr>
    """
        .formatted(
            Html.escape(name(series)),
            Numbers.format(p.x()),
            Numbers.format(p.y(), p.high() - p.low()),
            interval);
  }

  private static String name(Series series) {
    return series.labelAtEnd().isEmpty()
        ? series.name()
        : series.labelAtEnd() + (series.name().isEmpty() ? "" : ", " + series.name());
  }
}
