package dev.gatun.report;

import dev.gatun.report.chart.Axis;
import dev.gatun.report.chart.Ink;
import dev.gatun.report.chart.LineStyle;
import dev.gatun.report.chart.Marker;
import dev.gatun.results.Run;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A figure as an entry of {@code results/figures.toml}; results/README.md explains the keys.
 *
 * @param needs what is said to be missing where it cannot be drawn; nothing is said if it is empty
 * @param largestArm whether each series is of one arm, the one with the most runs; the caption
 *     names it where it has {@code {arm}}
 */
record FigureEntry(
    String claim,
    String id,
    String title,
    String caption,
    String needs,
    AxisEntry x,
    AxisEntry y,
    Boolean largestArm,
    List<SeriesEntry> series,
    List<VerticalEntry> verticals) {

  /** Fills in the defaults; a missing key is an {@link IllegalArgumentException} naming it. */
  FigureEntry {
    require(claim, "a figure", "claim");
    require(id, "a figure", "id");
    require(title, "figure " + id, "title");
    require(caption, "figure " + id, "caption");
    require(x, "figure " + id, "x");
    require(y, "figure " + id, "y");
    require(series, "figure " + id, "series");
    needs = Objects.requireNonNullElse(needs, "");
    largestArm = Objects.requireNonNullElse(largestArm, false);
    series = List.copyOf(series);
    verticals = verticals == null ? List.of() : List.copyOf(verticals);
  }

  /** Names of the metrics that it draws or places its points by; a curve's ends in {@code @}. */
  List<String> metrics() {
    return Stream.concat(
            series.stream().flatMap(s -> s.metrics().stream()),
            verticals.stream().map(VerticalEntry::metric).filter(Objects::nonNull))
        .toList();
  }

  /**
   * An axis.
   *
   * @param low least value shown; fits the data by default
   * @param high greatest value shown; fits the data by default
   * @param beyond in place of {@code high}, a multiple of the greatest value drawn
   */
  record AxisEntry(String label, Axis.Scale scale, Double low, Double high, Double beyond) {
    AxisEntry {
      require(label, "an axis", "label");
      scale = Objects.requireNonNullElse(scale, Axis.Scale.LINEAR);
    }

    Axis axis() {
      return new Axis(
          label,
          scale,
          Objects.requireNonNullElse(low, Double.NaN),
          Objects.requireNonNullElse(high, Double.NaN));
    }

    /** Where the greatest value drawn is known. */
    Axis fitted(double greatest) {
      return beyond == null ? axis() : axis().between(axis().low(), beyond * greatest);
    }

    boolean isLogarithmic() {
      return scale != Axis.Scale.LINEAR;
    }
  }

  /** A dashed line across the figure, at a number or at a metric of the largest arm. */
  record VerticalEntry(String label, Double at, String metric) {
    VerticalEntry {
      require(label, "a vertical", "label");
      if ((at == null) == (metric == null)) {
        throw new IllegalArgumentException("a vertical takes either at or metric");
      }
    }
  }

  /** How the runs of an arm, one for each seed, become points. */
  enum Whiskers {
    /** Their mean and range, or the metric's own uncertainty where there is one run. */
    RANGE,
    /** Their mean and Student's 95 % interval. */
    STUDENT,
    /** Their geometric mean and range: numbers that differ by factors. */
    FACTORS,
    /** A point for each. */
    RUNS
  }

  /**
   * Points of one kind, from evidence or {@code published}.
   *
   * @param name in the legend, with {@code {arm}}, {@code {1}} for the first group of {@code arms},
   *     and numbers of the configuration as {@code {setting.vocabulary}}
   * @param arms pattern of the whole name of an arm; by default every arm that has {@code y} and is
   *     no control
   * @param x what {@link Place} reads; the steps or the places of {@code y} by default
   * @param y what {@link Quantity} reads
   * @param whiskers {@code range} by default, {@code student} of a difference
   * @param interval in place of whiskers, two metrics that are its ends
   * @param flat whether the points are drawn as a level line at their mean
   * @param above a line ends before its first point that is not above this
   * @param apart least factor between the places of two points of a line
   * @param atLeast a series of fewer points is left out
   */
  record SeriesEntry(
      String name,
      Pattern arms,
      String x,
      String y,
      Whiskers whiskers,
      List<String> interval,
      String published,
      Ink ink,
      Marker marker,
      LineStyle line,
      Boolean flat,
      Double above,
      Double apart,
      Integer atLeast) {

    SeriesEntry {
      require(name, "a series", "name");
      if ((y == null) == (published == null)) {
        throw new IllegalArgumentException("series " + name + " takes either y or published");
      }
      if (published != null) {
        PublishedPoints.of(published);
      } else {
        boolean difference = Quantity.parse(y).isDifference();
        arms = Objects.requireNonNullElse(arms, Pattern.compile("(?!%s).*".formatted(Run.CONTROL)));
        x = Objects.requireNonNullElse(x, Place.ALONG);
        whiskers =
            Objects.requireNonNullElse(whiskers, difference ? Whiskers.STUDENT : Whiskers.RANGE);
        requireFit(name, arms, Place.parse(x), Quantity.parse(y), whiskers);
      }
      interval = interval == null ? List.of() : List.copyOf(interval);
      flat = Objects.requireNonNullElse(flat, false);
      atLeast = Objects.requireNonNullElse(atLeast, 1);
      if (ink == Ink.REFERENCE) {
        marker = Objects.requireNonNullElse(marker, Marker.NONE);
        line = Objects.requireNonNullElse(line, LineStyle.DASHED);
      } else if (published != null) {
        marker = Objects.requireNonNullElse(marker, Marker.OPEN_DIAMOND);
        line = Objects.requireNonNullElse(line, LineStyle.NONE);
      }
      line = Objects.requireNonNullElse(line, LineStyle.SOLID);
    }

    private static void requireFit(
        String name, Pattern arms, Place x, Quantity y, Whiskers whiskers) {
      boolean takesGroup = (name + " " + x.what() + x.factor()).contains(Place.GROUP);
      if (takesGroup && arms.matcher("").groupCount() == 0) {
        throw new IllegalArgumentException(
            "series %s has {1}, and its arms, %s, have no group".formatted(name, arms));
      }
      if (x.isLine() ? y.isDifference() : y.isCurve()) {
        throw new IllegalArgumentException(
            "series %s draws a %s, whose x %s be a number"
                .formatted(
                    name, y.isCurve() ? "curve" : "difference", y.isCurve() ? "must not" : "must"));
      }
      if (y.isDifference() && whiskers != Whiskers.STUDENT) {
        throw new IllegalArgumentException(
            "series %s draws a difference, whose whiskers are student".formatted(name));
      }
    }

    Place place() {
      return Place.parse(x);
    }

    Quantity quantity() {
      return Quantity.parse(y);
    }

    private List<String> metrics() {
      return published != null
          ? List.of()
          : Stream.of(place().metrics(), quantity().metrics(), interval)
              .flatMap(List::stream)
              .toList();
    }
  }

  /**
   * Where points stand on the x axis: {@code what}, {@code what * number} or {@code what / number}.
   * A number is a metric at an arm's last step, {@code {1}} for the one in the first group of the
   * arm's name, or {@code setting.width} for one of its configuration. What is {@code along}, the
   * steps or places of the metric drawn, or a curve such as {@code tail_norm@}, of which the same
   * place is taken: both give an arm a line. Any other number gives it a point.
   *
   * @param factor the number that {@code what} is multiplied or divided by; empty for 1
   */
  record Place(String what, boolean divides, String factor) {
    static final String ALONG = "along";
    static final String GROUP = "{1}";
    static final String SETTING = "setting.";
    private static final Pattern FORM = Pattern.compile("(\\S+)(?: ([*/]) (\\S+))?");

    private static Place parse(String text) {
      Matcher form = FORM.matcher(text);
      if (!form.matches()) {
        throw new IllegalArgumentException(
            "x is '%s'; write a metric, or one * or / another".formatted(text));
      }
      return new Place(
          form.group(1), "/".equals(form.group(2)), Objects.requireNonNullElse(form.group(3), ""));
    }

    boolean isCurve() {
      return what.endsWith("@");
    }

    boolean isLine() {
      return what.equals(ALONG) || isCurve();
    }

    private List<String> metrics() {
      return Stream.of(what, factor)
          .filter(n -> !List.of("", ALONG, GROUP).contains(n) && !n.startsWith(SETTING))
          .toList();
    }
  }

  /**
   * What is drawn: a metric, a curve that ends in {@code @}, or a difference of runs of equal seed
   * as in {@code validation_loss - validation_loss of full}.
   *
   * @param less metric of the other arm; empty if it is no difference
   * @param of the other arm, or {@code widest} for the one of the series that is furthest right
   */
  record Quantity(String metric, String less, String of) {
    static final String WIDEST = "widest";
    private static final Pattern FORM = Pattern.compile("(\\S+)(?: - (\\S+) of (\\S+))?");

    private static Quantity parse(String text) {
      Matcher form = FORM.matcher(text);
      if (!form.matches()) {
        throw new IllegalArgumentException(
            "y is '%s'; write a metric, or '<metric> - <metric> of <arm>'".formatted(text));
      }
      return new Quantity(
          form.group(1),
          Objects.requireNonNullElse(form.group(2), ""),
          Objects.requireNonNullElse(form.group(3), ""));
    }

    boolean isDifference() {
      return !less.isEmpty();
    }

    boolean isCurve() {
      return metric.endsWith("@");
    }

    private List<String> metrics() {
      return isDifference() ? List.of(metric, less) : List.of(metric);
    }
  }

  private static void require(Object value, String of, String key) {
    if (value == null) {
      throw new IllegalArgumentException(of + " lacks the key " + key);
    }
  }
}
