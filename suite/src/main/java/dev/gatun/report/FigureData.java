package dev.gatun.report;

import dev.gatun.report.chart.Point;
import java.util.List;

/**
 * The points of figures as CSV (RFC 4180), a row each; those without an interval leave it empty.
 */
final class FigureData {
  private FigureData() {}

  static String csv(List<Figure> figures) {
    var csv = new StringBuilder("figure,series,x,y,low,high\n");
    for (Figure figure : figures) {
      for (Figure.Row row : figure.data()) {
        Point p = row.point();
        csv.append(figure.id())
            .append(',')
            .append(quoted(row.series()))
            .append(',')
            .append(p.x())
            .append(',')
            .append(p.y())
            .append(p.hasInterval() ? "," + p.low() + "," + p.high() : ",,")
            .append('\n');
      }
    }
    return csv.toString();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }
}
