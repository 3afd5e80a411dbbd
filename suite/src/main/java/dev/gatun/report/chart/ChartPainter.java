package dev.gatun.report.chart;

import java.awt.BasicStroke;
import java.awt.Font;
import java.awt.geom.Rectangle2D;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYTextAnnotation;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.DatasetRenderingOrder;
import org.jfree.chart.plot.IntervalMarker;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.Layer;
import org.jfree.chart.ui.RectangleAnchor;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.Range;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;
import org.jfree.svg.SVGGraphics2D;

/**
 * Draws charts by JFreeChart, 480×330 units wide and high. A phone of 360 px shows a unit as about
 * 0.68 px: letters 14 units high stay above 9 px.
 */
public final class ChartPainter {
  /** Units across. */
  public static final int WIDTH = 480;

  /** Units upwards. */
  public static final int HEIGHT = 330;

  private static final Pattern LOOK = Pattern.compile(" style='([^']*)'(?: clip-path='([^']*)')?");

  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 14);

  static {
    // Charts need no screen; with a DISPLAY that is gone AWT would fail for want of one.
    if (System.getProperty("java.awt.headless") == null) {
      System.setProperty("java.awt.headless", "true");
    }
  }

  private ChartPainter() {}

  /** Why this machine cannot draw, such as a lack of fonts; empty if it can. */
  public static Optional<String> fault() {
    try {
      picture(
          "fault", new Chart(Axis.linear("x"), Axis.linear("y"), List.of(), List.of(), List.of()));
      return Optional.empty();
    } catch (RuntimeException | LinkageError | InternalError e) {
      return Optional.of(e.toString());
    }
  }

  /**
   * What is inside the SVG element of a chart, whose view is {@link #WIDTH}×{@link #HEIGHT}.
   *
   * @param id unique in the page; letters, digits and hyphens
   */
  public static Svg picture(String id, Chart chart) {
    var graphics = new SVGGraphics2D(WIDTH, HEIGHT);
    graphics.setDefsKeyPrefix(id + "-");
    graphics.setGeomDoubleConverter(ChartPainter::coordinate);
    graphics.setTransformDoubleConverter(ChartPainter::coordinate);
    graphics.setFontFunction(_ -> "inherit");
    jfreeChart(chart).draw(graphics, new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
    String svg = graphics.getSVGElement();
    String elements = svg.substring(svg.indexOf('>') + 1, svg.lastIndexOf("</svg>"));
    return new Svg(withClasses(id, Ink.resolve(elements)));
  }

  /** The same elements with every look written once, as a class: marks share a few looks. */
  private static String withClasses(String id, String elements) {
    var classes = new LinkedHashMap<String, String>();
    String result =
        LOOK.matcher(elements)
            .replaceAll(look -> {
              String clip = look.group(2) == null ? "" : ";clip-path:" + look.group(2);
              String name =
                  classes.computeIfAbsent(
                      look.group(1) + clip, _ -> id + "-" + (classes.size() + 1));
              return " class='" + name + "'";
            });
    var rules = new StringBuilder();
    classes.forEach((look, name) -> rules.append("." + name + "{" + look + "}"));
    return "<style>" + rules + "</style>" + result;
  }

  private static String coordinate(double value) {
    String text = String.format(Locale.ROOT, "%.2f", value);
    return text.endsWith(".00") ? text.substring(0, text.length() - 3) : text;
  }

  private static JFreeChart jfreeChart(Chart chart) {
    var plot = new XYPlot();
    plot.setDomainAxis(axis(chart.x()));
    plot.setRangeAxis(axis(chart.y()));
    plot.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
    for (int i = 0; i < chart.series().size(); i++) {
      Series series = chart.series().get(i);
      plot.setDataset(i, dataset(series));
      plot.setRenderer(i, renderer(series));
      label(plot, series);
    }
    fit(plot.getDomainAxis(), chart.x());
    fit(plot.getRangeAxis(), chart.y());
    paper(plot);
    references(plot, chart);
    // The name of the y axis stands level above the plot: a rotated one is hard to read.
    var title = new TextTitle(chart.y().label(), FONT);
    title.setPaint(Ink.TEXT.placeholder());
    title.setHorizontalAlignment(HorizontalAlignment.LEFT);
    title.setPadding(new RectangleInsets(0, 2, 6, 0));
    var result = new JFreeChart(null, FONT, plot, false);
    result.setTitle(title);
    result.setBackgroundPaint(null);
    result.setPadding(new RectangleInsets(2, 2, 2, 10));
    return result;
  }

  private static ValueAxis axis(Axis axis) {
    ValueAxis result;
    if (axis.scale() == Axis.Scale.LINEAR) {
      var linear = new NumberAxis();
      linear.setNumberFormatOverride(Ticks.plainFormat());
      linear.setAutoRangeIncludesZero(false);
      linear.setAutoRangeStickyZero(false);
      result = linear;
    } else {
      result = new LogarithmicAxis(axis.scale() == Axis.Scale.LOG2);
    }
    // Wide insets make JFreeChart choose fewer ticks.
    result.setTickLabelInsets(new RectangleInsets(7, 6, 7, 6));
    result.setTickLabelFont(FONT);
    result.setLabelFont(FONT);
    result.setTickLabelPaint(Ink.TEXT.placeholder());
    result.setLabelPaint(Ink.TEXT.placeholder());
    result.setAxisLinePaint(Ink.AXIS.placeholder());
    result.setTickMarkPaint(Ink.AXIS.placeholder());
    result.setLowerMargin(0.04);
    result.setUpperMargin(0.06);
    return result;
  }

  /** Fixes the ends that the chart states; the others stay where the data put them. */
  private static void fit(ValueAxis axis, Axis wanted) {
    Range range = axis.getRange();
    double low = Double.isNaN(wanted.low()) ? range.getLowerBound() : wanted.low();
    double high = Double.isNaN(wanted.high()) ? range.getUpperBound() : wanted.high();
    if (low < high) {
      axis.setRange(low, high);
    }
  }

  private static void paper(XYPlot plot) {
    plot.setBackgroundPaint(null);
    plot.setOutlineVisible(false);
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    plot.setDomainGridlinesVisible(false);
    plot.setRangeGridlinePaint(Ink.GRID.placeholder());
    plot.setRangeGridlineStroke(new BasicStroke(1));
    plot.setDomainZeroBaselineVisible(false);
    plot.getRangeAxis().setAxisLineVisible(false);
    plot.getRangeAxis().setTickMarksVisible(false);
  }

  private static void references(XYPlot plot, Chart chart) {
    plot.getDomainAxis().setLabel(chart.x().label());
    for (Chart.Band band : chart.bands()) {
      var marker = new IntervalMarker(band.low(), band.high(), Ink.BAND.placeholder());
      marker.setAlpha(1);
      plot.addRangeMarker(marker, Layer.BACKGROUND);
    }
    for (Chart.Vertical vertical : chart.verticals()) {
      var marker = new ValueMarker(vertical.x());
      marker.setPaint(Ink.REFERENCE.placeholder());
      marker.setStroke(LineStyle.DASHED.stroke());
      marker.setAlpha(1);
      marker.setLabel(vertical.label());
      marker.setLabelFont(FONT);
      marker.setLabelPaint(Ink.TEXT.placeholder());
      marker.setLabelBackgroundColor(Ink.PAPER.placeholder());
      boolean farRight = positionOnAxis(plot.getDomainAxis(), vertical.x()) > 0.7;
      marker.setLabelAnchor(farRight ? RectangleAnchor.TOP_LEFT : RectangleAnchor.TOP_RIGHT);
      marker.setLabelTextAnchor(farRight ? TextAnchor.TOP_RIGHT : TextAnchor.TOP_LEFT);
      plot.addDomainMarker(marker, Layer.FOREGROUND);
    }
  }

  /** 0 at the left end of the axis, 1 at its right end. */
  private static double positionOnAxis(ValueAxis axis, double value) {
    return axis.valueToJava2D(value, new Rectangle2D.Double(0, 0, 1, 1), RectangleEdge.BOTTOM);
  }

  private static XYIntervalSeriesCollection dataset(Series series) {
    // Points keep their order (no sorting), and may share an x.
    var points = new XYIntervalSeries(series.name(), false, true);
    for (Point p : series.points()) {
      points.add(p.x(), p.x(), p.x(), p.y(), p.low(), p.high());
    }
    var collection = new XYIntervalSeriesCollection();
    collection.addSeries(points);
    return collection;
  }

  private static XYErrorRenderer renderer(Series series) {
    var renderer = new XYErrorRenderer();
    renderer.setDrawXError(false);
    renderer.setDrawYError(series.hasIntervals());
    renderer.setCapLength(7);
    renderer.setErrorStroke(new BasicStroke(1.6f));
    renderer.setDefaultLinesVisible(series.line() != LineStyle.NONE);
    renderer.setDefaultShapesVisible(series.marker() != Marker.NONE);
    renderer.setSeriesPaint(0, series.ink().placeholder());
    renderer.setSeriesShape(0, series.marker().shape());
    renderer.setSeriesShapesFilled(0, series.marker().filled());
    renderer.setDrawOutlines(!series.marker().filled());
    renderer.setSeriesOutlineStroke(0, new BasicStroke(2));
    renderer.setSeriesStroke(0, series.line().stroke());
    renderer.setDrawSeriesLineAsPath(true);
    return renderer;
  }

  private static void label(XYPlot plot, Series series) {
    if (series.labelAtEnd().isEmpty() || series.points().isEmpty()) {
      return;
    }
    Point last = series.points().getLast();
    var text = new XYTextAnnotation("\u2002" + series.labelAtEnd(), last.x(), last.y());
    text.setFont(FONT);
    text.setPaint(series.ink().placeholder());
    text.setTextAnchor(TextAnchor.HALF_ASCENT_LEFT);
    plot.addAnnotation(text);
  }
}
