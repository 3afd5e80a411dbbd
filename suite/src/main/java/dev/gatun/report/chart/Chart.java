package dev.gatun.report.chart;

import java.util.List;

/**
 * What to draw. Series are painted in their order, the first at the bottom.
 *
 * @param bands horizontal bands behind everything, as the expected interval
 * @param verticals vertical reference lines
 */
public record Chart(
    Axis x, Axis y, List<Series> series, List<Band> bands, List<Vertical> verticals) {

  /** A horizontal band from {@code low} to {@code high}. */
  public record Band(String name, double low, double high) {}

  /** A dashed vertical line with a few letters at its top. */
  public record Vertical(String label, double x) {}

  /** Keeps copies of the lists. */
  public Chart {
    series = List.copyOf(series);
    bands = List.copyOf(bands);
    verticals = List.copyOf(verticals);
  }

  /** A chart of series alone. */
  public Chart(Axis x, Axis y, List<Series> series) {
    this(x, y, series, List.of(), List.of());
  }
}
