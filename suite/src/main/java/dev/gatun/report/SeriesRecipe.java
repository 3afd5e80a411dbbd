package dev.gatun.report;

import dev.gatun.report.FigureEntry.Place;
import dev.gatun.report.FigureEntry.Quantity;
import dev.gatun.report.FigureEntry.SeriesEntry;
import dev.gatun.report.chart.Point;
import dev.gatun.results.Run;
import dev.gatun.results.StudentInterval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The points of an entry's series, from the evidence of its claim. */
final class SeriesRecipe {
  private final SeriesEntry entry;
  private final String claim;
  private final EvidenceIndex evidence;
  private final Place place;
  private final Quantity quantity;
  private final List<Arm> arms;

  /**
   * Of the arms that the entry names and that have what it draws.
   *
   * @param largest whether only the one with the most runs is taken
   */
  SeriesRecipe(SeriesEntry entry, String claim, EvidenceIndex evidence, boolean largest) {
    this.entry = entry;
    this.claim = claim;
    this.evidence = evidence;
    this.place = entry.place();
    this.quantity = entry.quantity();
    List<Arm> all = Arm.of(evidence, claim, quantity.metric(), entry.arms());
    this.arms =
        largest
            ? all.stream().max(Comparator.comparingInt(arm -> arm.runs().size())).stream().toList()
            : all;
  }

  List<Arm> arms() {
    return arms;
  }

  /** Points of one series under its name. */
  record Named(String name, List<Point> points) {}

  /** A line for each arm, or the points of the arms, of those of one name in one series. */
  List<Named> series() {
    var series = new ArrayList<Named>();
    if (place.isLine()) {
      arms.forEach(arm -> series.add(new Named(arm.named(entry.name()), line(arm))));
    } else {
      var byName = new LinkedHashMap<String, List<Point>>();
      for (Arm arm : arms) {
        byName.computeIfAbsent(arm.named(entry.name()), _ -> new ArrayList<>()).addAll(points(arm));
      }
      byName.forEach((name, points) -> series.add(new Named(name, sorted(points))));
    }
    series.removeIf(named -> named.points().size() < entry.atLeast());
    return entry.flat()
        ? series.stream().map(named -> new Named(named.name(), level(named.points()))).toList()
        : series;
  }

  private static List<Point> sorted(List<Point> points) {
    return points.stream().sorted(Comparator.comparingDouble(Point::x)).toList();
  }

  /** From the first point to the last at the mean of all. */
  private static List<Point> level(List<Point> points) {
    double mean = points.stream().mapToDouble(Point::y).average().orElse(Double.NaN);
    return List.of(Point.of(points.getFirst().x(), mean), Point.of(points.getLast().x(), mean));
  }

  private List<Point> line(Arm arm) {
    List<Point> values = arm.along(quantity.metric());
    if (!place.isCurve()) {
      return drawn(values.stream().map(p -> at(scaled(arm, p.x()), p)).toList());
    }
    List<Point> places = arm.along(place.what());
    var points = new ArrayList<Point>();
    for (int i = 0; i < Math.min(places.size(), values.size()); i++) {
      points.add(at(scaled(arm, places.get(i).y()), values.get(i)));
    }
    return drawn(sorted(points));
  }

  private double scaled(Arm arm, double x) {
    if (place.factor().isEmpty()) {
      return x;
    }
    double factor = arm.number(place.factor());
    return place.divides() ? x / factor : x * factor;
  }

  private static Point at(double x, Point p) {
    return new Point(x, p.y(), p.low(), p.high());
  }

  /** Without what the entry's {@code above} and {@code apart} leave out. */
  private List<Point> drawn(List<Point> points) {
    var drawn = new ArrayList<Point>();
    for (Point p : points) {
      if (entry.above() != null && !(p.y() > entry.above())) {
        break;
      }
      if (entry.apart() == null || isApart(p, drawn)) {
        double least = entry.above() == null ? p.low() : Math.max(p.low(), entry.above());
        drawn.add(new Point(p.x(), p.y(), least, p.high()));
      }
    }
    return drawn;
  }

  private boolean isApart(Point p, List<Point> drawn) {
    return p.x() > 0 && (drawn.isEmpty() || p.x() >= entry.apart() * drawn.getLast().x());
  }

  private List<Point> points(Arm arm) {
    return switch (entry.whiskers()) {
      case RUNS -> arm.runs().stream().map(arm::of).flatMap(run -> between(run).stream()).toList();
      case RANGE -> between(arm).stream().toList();
      case STUDENT -> student(x(arm), values(arm)).stream().toList();
      case FACTORS -> factors(x(arm), values(arm)).stream().toList();
    };
  }

  private double x(Arm arm) {
    return scaled(arm, arm.number(place.what()));
  }

  /** At the last step, between the entry's own interval where it has one that was recorded. */
  private Optional<Point> between(Arm arm) {
    double x = x(arm);
    return arm.last(quantity.metric())
        .filter(_ -> !Double.isNaN(x))
        .map(p ->
            entry.interval().isEmpty()
                ? at(x, p)
                : new Point(
                    x,
                    p.y(),
                    arm.last(entry.interval().getFirst()).map(Point::y).orElse(p.low()),
                    arm.last(entry.interval().getLast()).map(Point::y).orElse(p.high())));
  }

  /** A value for each run, or for each pair of runs of equal seed. */
  private List<Double> values(Arm arm) {
    var values = new ArrayList<Double>();
    for (Run run : arm.runs()) {
      double value = arm.of(run).number(quantity.metric());
      if (!quantity.isDifference()) {
        values.add(value);
        continue;
      }
      other()
          .ifPresent(other ->
              other.runs().stream()
                  .filter(paired -> paired.seed() == run.seed())
                  .forEach(paired -> values.add(value - other.of(paired).number(quantity.less()))));
    }
    return values;
  }

  /** The arm whose values are taken off. */
  private Optional<Arm> other() {
    return quantity.of().equals(Quantity.WIDEST)
        ? arms.stream().max(Comparator.comparingDouble(this::x))
        : Arm.of(evidence, claim, quantity.less(), Pattern.compile(Pattern.quote(quantity.of())))
            .stream()
            .findFirst();
  }

  /** Mean and Student's interval; a single value has none. */
  private static Optional<Point> student(double x, List<Double> values) {
    if (!areFinite(values)) {
      return Optional.empty();
    }
    var student = StudentInterval.ofAny(values);
    double half = Double.isNaN(student.halfWidth()) ? 0 : student.halfWidth();
    return Optional.of(new Point(x, student.mean(), student.mean() - half, student.mean() + half));
  }

  /** Geometric mean and range. */
  private static Optional<Point> factors(double x, List<Double> values) {
    if (!areFinite(values)) {
      return Optional.empty();
    }
    List<Double> ordered = values.stream().sorted().toList();
    double sum = ordered.stream().mapToDouble(Math::log).sum();
    return Optional.of(
        new Point(x, Math.exp(sum / values.size()), ordered.getFirst(), ordered.getLast()));
  }

  private static boolean areFinite(List<Double> values) {
    return !values.isEmpty() && values.stream().allMatch(Double::isFinite);
  }
}
