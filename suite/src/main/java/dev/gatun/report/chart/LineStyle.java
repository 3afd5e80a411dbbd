package dev.gatun.report.chart;

import java.awt.BasicStroke;

/** How a series' points are joined. */
public enum LineStyle {
  /** Not at all. */
  NONE(0),
  /** Solid, 2 units wide. */
  SOLID(2),
  /** Dashed. */
  DASHED(1.6f, 6, 4),
  /** Dotted. */
  DOTTED(1.8f, 1.5f, 4);

  private final float width;
  private final float[] dashes;

  LineStyle(float width, float... dashes) {
    this.width = width;
    this.dashes = dashes;
  }

  BasicStroke stroke() {
    return dashes.length == 0
        ? new BasicStroke(Math.max(width, 1), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
        : new BasicStroke(
            width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dashes.clone(), 0);
  }

  /** A horizontal SVG line, for a legend. */
  String svg(double from, double to, double y, Ink ink) {
    if (this == NONE) {
      return "";
    }
    String dashArray = dashes.length == 0 ? "" : ";stroke-dasharray:" + dashes[0] + " " + dashes[1];
    return "<path d=\"M%s %sH%s\" style=\"fill:none;stroke:var(%s);stroke-width:%s%s\"/>"
        .formatted(from, y, to, ink.property(), width, dashArray);
  }
}
