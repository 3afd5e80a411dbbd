package dev.gatun.report.chart;

/**
 * What stands inside an {@code svg} element. This package alone makes it, from numbers and from
 * text that JFreeChart's SVG writer has escaped, so that a page may take it as it is.
 */
public final class Svg {
  private final String elements;

  Svg(String elements) {
    this.elements = elements;
  }

  public String elements() {
    return elements;
  }
}
