package dev.gatun.report;

import dev.gatun.results.comparison.Agreement;
import dev.gatun.results.comparison.Comparison;
import dev.gatun.results.comparison.MetricComparison;
import dev.gatun.results.comparison.MetricComparison.Place;
import dev.gatun.results.comparison.MetricComparison.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A claim's metrics, a column per machine, behind a fold that is open if something differs. */
final class AcrossTable {
  private final String claim;
  private final List<Comparison> comparisons;
  private final Map<Key, List<Optional<MetricComparison>>> metrics;

  /** A metric under one tolerance: a row. */
  private record Key(String metric, String steps, String kind) {
    static Key of(MetricComparison m) {
      return new Key(
          m.metric(),
          m.steps().name().toLowerCase(Locale.ROOT),
          m.kind().map(kind -> kind.name().toLowerCase(Locale.ROOT)).orElse("no tolerance"));
    }
  }

  /** A number with its half-width and unit, of which {@code value} is what counts. */
  record Shown(String value, String rest) {}

  /**
   * A machine's cell of a row.
   *
   * @param elsewhere what the first machine has, where the cell is of another place than the row
   * @param place that other place
   */
  record Cell(
      Shown value,
      Mark mark,
      Optional<Shown> elsewhere,
      String place,
      String difference,
      String reason) {}

  /** A metric, where the machine that agrees least agrees least. */
  record Row(String metric, String where, Shown first, List<Optional<Cell>> cells) {}

  AcrossTable(String claim, List<Comparison> comparisons) {
    this.claim = claim;
    this.comparisons = comparisons;
    this.metrics = metrics();
  }

  String claim() {
    return claim;
  }

  /** Whether any machine has a metric of the claim. */
  boolean isEmpty() {
    return metrics.isEmpty();
  }

  boolean differs() {
    return metrics.values().stream().anyMatch(row -> least(row).agreement() == Agreement.DIFFERS);
  }

  long agreeing() {
    return metrics.values().stream()
        .filter(row -> least(row).agreement() == Agreement.AGREES)
        .count();
  }

  List<String> machines() {
    var names = new ArrayList<String>();
    names.add(comparisons.getFirst().first().name());
    comparisons.forEach(comparison -> names.add(comparison.other().name()));
    return names;
  }

  List<Row> rows() {
    var rows = new ArrayList<Row>();
    metrics.forEach((key, of) -> rows.add(row(key, of)));
    return rows;
  }

  private Map<Key, List<Optional<MetricComparison>>> metrics() {
    Map<Key, List<Optional<MetricComparison>>> metrics = new LinkedHashMap<>();
    for (int i = 0; i < comparisons.size(); i++) {
      for (MetricComparison metric : comparisons.get(i).metrics()) {
        if (metric.claim().equals(claim)) {
          metrics.computeIfAbsent(Key.of(metric), _ -> none()).set(i, Optional.of(metric));
        }
      }
    }
    return metrics;
  }

  private List<Optional<MetricComparison>> none() {
    List<Optional<MetricComparison>> cells = new ArrayList<>();
    comparisons.forEach(_ -> cells.add(Optional.empty()));
    return cells;
  }

  /** The comparison that agrees least; one that could be made, if there is any. */
  private static MetricComparison least(List<Optional<MetricComparison>> row) {
    Comparator<MetricComparison> comparableFirst =
        Comparator.comparing(m -> m.agreement() == Agreement.NOT_COMPARABLE);
    return row.stream()
        .flatMap(Optional::stream)
        .min(comparableFirst.thenComparing(MetricComparison::agreement))
        .orElseThrow();
  }

  private static Row row(Key key, List<Optional<MetricComparison>> metrics) {
    MetricComparison least = least(metrics);
    Place at = least.worst();
    int places = least.places().size();
    return new Row(
        key.metric(),
        "%s%s, %s".formatted(at.where(), places == 1 ? "" : "; the least of " + places, key.kind()),
        shown(at.first(), at, least.unit()),
        metrics.stream().map(metric -> metric.map(m -> cell(m, at.site()))).toList());
  }

  /** At the site of the row; where it was not compared there, where it agrees least. */
  private static Cell cell(MetricComparison metric, String site) {
    Place worst = metric.worst();
    Place place = metric.at(site).orElse(worst);
    String reason =
        place.agreement() == metric.agreement()
            ? place.reason()
            : "at %s: %s".formatted(worst.where(), worst.reason());
    boolean elsewhere = !place.site().equals(site) && place.agreement() != Agreement.NOT_COMPARABLE;
    return new Cell(
        shown(place.other(), place, metric.unit()),
        Mark.of(metric.agreement()),
        elsewhere ? Optional.of(shown(place.first(), place, metric.unit())) : Optional.empty(),
        place.where(),
        difference(place),
        reason);
  }

  private static Shown shown(Value value, Place place, String unit) {
    double width = value.halfWidth() > 0 ? value.halfWidth() : place.bound();
    return new Shown(
        Numbers.format(value.value(), width), plusMinus(value.halfWidth()) + Numbers.unit(unit));
  }

  private static String plusMinus(double halfWidth) {
    return halfWidth > 0 ? " ± " + Numbers.format(halfWidth) : "";
  }

  private static String difference(Place place) {
    Value difference = place.difference();
    return Double.isNaN(difference.value())
        ? ""
        : "difference %s%s; tolerance %s"
            .formatted(
                Numbers.format(difference.value()),
                plusMinus(difference.halfWidth()),
                Numbers.format(place.bound()));
  }
}
