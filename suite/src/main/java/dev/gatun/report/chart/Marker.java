package dev.gatun.report.chart;

import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Locale;

/**
 * Shape of a series' points, about 10 units wide and centred on the origin. Series differ in shape
 * as well as in colour, so that neither is needed to tell them apart.
 */
public enum Marker {
  /** No points, a line only. */
  NONE,
  /** Small filled circle, for many points. */
  DOT,
  /** Filled circle. */
  CIRCLE,
  /** Filled square. */
  SQUARE,
  /** Filled triangle, point up. */
  TRIANGLE,
  /** Filled diamond. */
  DIAMOND,
  /** Filled triangle, point down. */
  INVERTED_TRIANGLE,
  /** Circle, not filled, wide enough to be seen around another marker. */
  RING,
  /** Diamond, not filled. */
  OPEN_DIAMOND;

  private static final Marker[] FILLED = {CIRCLE, SQUARE, TRIANGLE, DIAMOND, INVERTED_TRIANGLE};

  /** The filled shape of the i-th series, the first is 0; they repeat after five. */
  public static Marker ofSeries(int i) {
    return FILLED[i % FILLED.length];
  }

  boolean filled() {
    return this != RING && this != OPEN_DIAMOND;
  }

  Shape shape() {
    return switch (this) {
      case NONE -> new Rectangle2D.Double();
      case DOT -> new Ellipse2D.Double(-2.8, -2.8, 5.6, 5.6);
      case CIRCLE -> new Ellipse2D.Double(-5, -5, 10, 10);
      case RING -> new Ellipse2D.Double(-7.5, -7.5, 15, 15);
      case SQUARE -> new Rectangle2D.Double(-4.5, -4.5, 9, 9);
      case TRIANGLE -> polygon(0, -5.8, 5.8, 4.6, -5.8, 4.6);
      case DIAMOND, OPEN_DIAMOND -> polygon(0, -5.8, 5.8, 0, 0, 5.8, -5.8, 0);
      case INVERTED_TRIANGLE -> polygon(0, 5.8, 5.8, -4.6, -5.8, -4.6);
    };
  }

  /** The same shape as an SVG element around a point, for a legend. */
  String svg(double x, double y, Ink ink) {
    String paint = "var(" + ink.property() + ")";
    String style =
        filled() ? "fill:" + paint : "fill:var(--card);stroke:" + paint + ";stroke-width:2";
    return switch (this) {
      case NONE -> "";
      case DOT -> circle(2.8, x, y, style);
      case CIRCLE -> circle(5, x, y, style);
      case RING -> circle(7, x, y, style);
      case SQUARE -> path("M-4.5 -4.5H4.5V4.5H-4.5Z", x, y, style);
      case TRIANGLE -> path("M0 -5.8L5.8 4.6H-5.8Z", x, y, style);
      case DIAMOND, OPEN_DIAMOND -> path("M0 -5.8L5.8 0L0 5.8L-5.8 0Z", x, y, style);
      case INVERTED_TRIANGLE -> path("M0 5.8L5.8 -4.6H-5.8Z", x, y, style);
    };
  }

  private static String circle(double radius, double x, double y, String style) {
    return "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" style=\"%s\"/>"
        .formatted(number(x), number(y), number(radius), style);
  }

  private static String path(String outline, double x, double y, String style) {
    return "<path d=\"%s\" transform=\"translate(%s %s)\" style=\"%s\"/>"
        .formatted(outline, number(x), number(y), style);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static Shape polygon(double... coordinates) {
    var path = new Path2D.Double();
    path.moveTo(coordinates[0], coordinates[1]);
    for (int i = 2; i < coordinates.length; i += 2) {
      path.lineTo(coordinates[i], coordinates[i + 1]);
    }
    path.closePath();
    return path;
  }
}
