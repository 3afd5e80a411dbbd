package dev.gatun.report.chart;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;

/** JFreeChart's logarithmic axis with ticks at round numbers, written as plain text. */
final class LogarithmicAxis extends LogAxis {
  private static final long serialVersionUID = 1L;

  private final boolean octaves;

  LogarithmicAxis(boolean octaves) {
    this.octaves = octaves;
    setBase(octaves ? 2 : 10);
  }

  @Override
  protected List<NumberTick> refreshTicksHorizontal(
      Graphics2D graphics, Rectangle2D dataArea, RectangleEdge edge) {
    return ticks(TextAnchor.TOP_CENTER);
  }

  @Override
  protected List<NumberTick> refreshTicksVertical(
      Graphics2D graphics, Rectangle2D dataArea, RectangleEdge edge) {
    return ticks(TextAnchor.CENTER_RIGHT);
  }

  private List<NumberTick> ticks(TextAnchor anchor) {
    double low = getRange().getLowerBound();
    double high = getRange().getUpperBound();
    var values = octaves ? Ticks.octaves(low, high) : Ticks.decades(low, high);
    return values.stream()
        .map(v -> new NumberTick(v, text(v, low, high), anchor, TextAnchor.CENTER, 0))
        .toList();
  }

  private String text(double value, double low, double high) {
    if (octaves) {
      return Ticks.power(2, value);
    }
    // Where ticks are not powers of ten alone, no power says what they are.
    boolean powers = low < 1e-2 && !Ticks.isShort(low, high);
    return powers ? Ticks.power(10, value) : Ticks.plain(value);
  }
}
