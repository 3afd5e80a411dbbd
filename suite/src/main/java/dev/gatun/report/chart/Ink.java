package dev.gatun.report.chart;

import java.awt.Color;

/**
 * What a mark is drawn in. The SVG refers to a CSS custom property, so that the page's style
 * decides the colours in light, in dark and in print; the page must define every {@link
 * #property()}.
 */
public enum Ink {
  /** Text of axes and labels. */
  TEXT("--ink-text"),
  /** Axis lines and ticks. */
  AXIS("--ink-axis"),
  /** Grid lines. */
  GRID("--ink-grid"),
  /** What is behind the chart. */
  PAPER("--card"),
  /** The band of expected values. */
  BAND("--ink-band"),
  /** Nulls, laws and other reference curves. */
  REFERENCE("--ink-reference"),
  /** First data colour. */
  FIRST("--ink-1"),
  /** Second data colour. */
  SECOND("--ink-2"),
  /** Third data colour. */
  THIRD("--ink-3"),
  /** Fourth data colour. */
  FOURTH("--ink-4"),
  /** Fifth data colour. */
  FIFTH("--ink-5"),
  /** Sixth data colour. */
  SIXTH("--ink-6");

  private static final Ink[] DATA = {FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH};

  private final String property;

  Ink(String property) {
    this.property = property;
  }

  /** Name of the CSS custom property. */
  public String property() {
    return property;
  }

  /** The data colour of the i-th series, the first is 0; they repeat after six. */
  public static Ink ofSeries(int i) {
    return DATA[i % DATA.length];
  }

  /** The colour handed to JFreeChart in its place: one that no default of JFreeChart has. */
  Color placeholder() {
    return new Color(1, 254, ordinal());
  }

  /** SVG with every placeholder replaced by its custom property. */
  static String resolve(String svg) {
    String resolved = svg;
    for (Ink ink : values()) {
      Color c = ink.placeholder();
      resolved =
          resolved.replace(
              "rgb(" + c.getRed() + "," + c.getGreen() + "," + c.getBlue() + ")",
              "var(" + ink.property + ")");
    }
    return resolved;
  }
}
