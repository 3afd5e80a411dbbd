package dev.gatun.report.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/** What a chart is as SVG. */
class ChartPainterTest {
  private static Chart chart(Axis x, Axis y, Point... points) {
    var series =
        new Series("a", Ink.FIRST, Marker.CIRCLE, LineStyle.SOLID, "<b>&", List.of(points));
    return new Chart(
        x,
        y,
        List.of(series),
        List.of(new Chart.Band("expected", 0.2, 0.4)),
        List.of(new Chart.Vertical("here", 2)));
  }

  private static String svg(Chart chart) {
    return ChartPainter.picture("figure-x", chart).elements();
  }

  @Test
  void isWellFormedAndKeepsLabelsAsText() throws Exception {
    String svg = svg(chart(Axis.linear("x"), Axis.linear("y"), Point.of(1, 0.1), Point.of(3, 0.5)));
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader("<svg>" + svg + "</svg>")));
    assertTrue(document.getDocumentElement().getTextContent().contains("<b>&"));
  }

  @Test
  void textIsAtLeastNinePixelsHighOnAPhone() {
    String svg = svg(chart(Axis.linear("x"), Axis.linear("y"), Point.of(1, 0.1), Point.of(3, 0.5)));
    double chartWidth = 360 - 2 * 16;
    double scale = chartWidth / ChartPainter.WIDTH;
    var sizes = Pattern.compile("font-size: ?([0-9.]+)px").matcher(svg);
    assertTrue(sizes.find(), "a size of letters");
    do {
      assertTrue(Double.parseDouble(sizes.group(1)) * scale >= 9, sizes.group());
    } while (sizes.find());
  }

  @Test
  void everyColourIsLeftToThePage() {
    String svg =
        svg(
            chart(
                Axis.linear("x"),
                Axis.linear("y"),
                new Point(1, 0.1, 0.05, 0.2),
                new Point(3, 0.5, 0.4, 0.6)));
    var colour = Pattern.compile("rgb\\([^)]*\\)").matcher(svg);
    assertFalse(colour.find(), () -> colour.group() + " is not the page's");
    for (Ink ink : List.of(Ink.TEXT, Ink.GRID, Ink.BAND, Ink.REFERENCE, Ink.FIRST)) {
      assertTrue(svg.contains("var(" + ink.property() + ")"), ink + " is missing");
    }
  }

  @Test
  void pointsThatAreNotFiniteAreLeftOut() {
    Chart chart =
        chart(
            Axis.linear("x"),
            Axis.linear("y"),
            Point.of(1, Double.NaN),
            Point.of(2, Double.POSITIVE_INFINITY),
            Point.of(3, 0.5));
    assertEquals(1, chart.series().getFirst().points().size());
    assertFalse(svg(chart).contains("NaN"));
  }

  @Test
  void equalChartsGiveEqualBytes() {
    Chart chart = chart(Axis.log10("x"), Axis.log2("y"), Point.of(1, 2), Point.of(1000, 64));
    assertEquals(svg(chart), svg(chart));
  }
}
