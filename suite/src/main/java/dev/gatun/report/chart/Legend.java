package dev.gatun.report.chart;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * A chart's legend, for a list beside it: that wraps, and keeps its size when the chart shrinks.
 */
public final class Legend {
  private static final Svg BAND =
      new Svg("<rect x=\"2\" y=\"3\" width=\"26\" height=\"10\" style=\"fill:var(--ink-band)\"/>");

  private Legend() {}

  /**
   * An entry.
   *
   * @param width of its picture, which is 16 units high
   */
  public record Key(String name, int width, Svg picture) {}

  /** One entry per named series and band; series of equal name share the entry of the first. */
  public static List<Key> keys(Chart chart) {
    var keys = new ArrayList<Key>();
    var names = new LinkedHashSet<String>();
    for (Series s : chart.series()) {
      if (!s.name().isEmpty() && names.add(s.name())) {
        keys.add(key(s));
      }
    }
    chart.bands().forEach(band -> keys.add(new Key(band.name(), 30, BAND)));
    return keys;
  }

  private static Key key(Series series) {
    int width = series.line() == LineStyle.NONE ? 16 : 30;
    return new Key(
        series.name(),
        width,
        new Svg(
            series.line().svg(1, 29, 8, series.ink())
                + series.marker().svg(width / 2.0, 8, series.ink())));
  }
}
