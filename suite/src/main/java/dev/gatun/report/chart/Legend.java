package dev.gatun.report.chart;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.UnaryOperator;

/** A chart's legend as an HTML list: it wraps, and keeps its size when the chart is scaled down. */
public final class Legend {
  private static final String BAND_KEY =
      "<rect x=\"2\" y=\"3\" width=\"26\" height=\"10\" style=\"fill:var(--ink-band)\"/>";

  private Legend() {}

  /**
   * One entry per named series and band; series of equal name share the entry of the first.
   *
   * @param escape turns text into HTML
   */
  public static String html(Chart chart, UnaryOperator<String> escape) {
    var list = new StringBuilder("<ul class=\"legend\">");
    var names = new LinkedHashSet<String>();
    for (Series s : chart.series()) {
      if (!s.name().isEmpty() && names.add(s.name())) {
        entry(list, s.line() == LineStyle.NONE ? 16 : 30, key(s), escape.apply(s.name()));
      }
    }
    for (Chart.Band band : chart.bands()) {
      entry(list, 30, List.of(BAND_KEY), escape.apply(band.name()));
    }
    return list.append("</ul>\n").toString();
  }

  private static List<String> key(Series series) {
    int middle = series.line() == LineStyle.NONE ? 8 : 15;
    return List.of(
        series.line().svg(1, 29, 8, series.ink()), series.marker().svg(middle, 8, series.ink()));
  }

  private static void entry(StringBuilder list, int width, List<String> key, String name) {
    list.append("<li><svg viewBox=\"0 0 ")
        .append(width)
        .append(" 16\" width=\"")
        .append(width)
        .append("\" height=\"16\" aria-hidden=\"true\">")
        .append(String.join("", key))
        .append("</svg><span>")
        .append(name)
        .append("</span></li>");
  }
}
