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

  /** A metric under one tolerance: a row. */
  private record Row(String metric, String steps, String kind) {
    static Row of(MetricComparison m) {
      return new Row(
          m.metric(),
          m.steps().name().toLowerCase(Locale.ROOT),
          m.kind().map(kind -> kind.name().toLowerCase(Locale.ROOT)).orElse("no tolerance"));
    }
  }

  AcrossTable(String claim, List<Comparison> comparisons) {
    this.claim = claim;
    this.comparisons = comparisons;
  }

  /** Nothing if no machine has a metric of the claim. */
  String html() {
    Map<Row, List<Optional<MetricComparison>>> rows = rows();
    if (rows.isEmpty()) {
      return "";
    }
    List<Agreement> agreements = rows.values().stream().map(row -> least(row).agreement()).toList();
    long agree = agreements.stream().filter(a -> a == Agreement.AGREES).count();
    var body = new StringBuilder();
    rows.forEach((row, cells) -> body.append(row(row, cells)));
    return """
    <details class="runs"%s><summary>%s: %s of %s metrics agree</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="%s across hardware">\
    <table class="data across"><thead><tr><th scope="col">Metric</th>%s</tr></thead>
    <tbody>
    %s</tbody></table></div></details>
    """
        .formatted(
            agreements.contains(Agreement.DIFFERS) ? " open=\"open\"" : "",
            Html.escape(claim),
            agree,
            rows.size(),
            Html.escape(claim),
            names(),
            body);
  }

  private Map<Row, List<Optional<MetricComparison>>> rows() {
    Map<Row, List<Optional<MetricComparison>>> rows = new LinkedHashMap<>();
    for (int i = 0; i < comparisons.size(); i++) {
      for (MetricComparison metric : comparisons.get(i).metrics()) {
        if (metric.claim().equals(claim)) {
          rows.computeIfAbsent(Row.of(metric), _ -> none()).set(i, Optional.of(metric));
        }
      }
    }
    return rows;
  }

  private List<Optional<MetricComparison>> none() {
    List<Optional<MetricComparison>> cells = new ArrayList<>();
    comparisons.forEach(_ -> cells.add(Optional.empty()));
    return cells;
  }

  private String names() {
    var cells = new StringBuilder();
    cells.append(name(comparisons.getFirst().first().name()));
    comparisons.forEach(comparison -> cells.append(name(comparison.other().name())));
    return cells.toString();
  }

  private static String name(String machine) {
    return "<th scope=\"col\">" + Html.escape(machine) + "</th>";
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

  /** At the place where the machine that agrees least agrees least. */
  private static String row(Row row, List<Optional<MetricComparison>> metrics) {
    MetricComparison least = least(metrics);
    Place at = least.worst();
    var cells = new StringBuilder("<td>" + value(at.first(), at, least.unit()) + "</td>");
    for (Optional<MetricComparison> metric : metrics) {
      cells.append(metric.map(m -> cell(m, at.site())).orElse("<td></td>"));
    }
    return """
    <tr><th scope="row"><code>%s</code><span class="where">%s%s, %s</span></th>%s</tr>
    """
        .formatted(
            Html.name(row.metric()),
            Html.escape(at.where()),
            least.places().size() == 1 ? "" : "; the least of " + least.places().size(),
            Html.escape(row.kind()),
            cells);
  }

  /** At the site of the row; where it was not compared there, where it agrees least. */
  private static String cell(MetricComparison metric, String site) {
    Place worst = metric.worst();
    Place place = metric.at(site).orElse(worst);
    String reason =
        place.agreement() == metric.agreement()
            ? place.reason()
            : "at %s: %s".formatted(worst.where(), worst.reason());
    boolean elsewhere = !place.site().equals(site) && place.agreement() != Agreement.NOT_COMPARABLE;
    String of =
        elsewhere
            ? "<span class=\"where\">at %s, where the first has %s</span>"
                .formatted(Html.escape(place.where()), value(place.first(), place, metric.unit()))
            : "";
    return "<td>%s %s%s%s<span class=\"where\">%s</span></td>"
        .formatted(
            value(place.other(), place, metric.unit()),
            AgreementMark.badge(metric.agreement()),
            of,
            difference(place),
            Html.escape(reason));
  }

  private static String value(Value value, Place place, String unit) {
    double shown = value.halfWidth() > 0 ? value.halfWidth() : place.bound();
    return "<b>%s</b>%s%s"
        .formatted(
            Numbers.format(value.value(), shown),
            value.halfWidth() > 0 ? " ± " + Numbers.format(value.halfWidth()) : "",
            Html.escape(Numbers.unit(unit)));
  }

  private static String difference(Place place) {
    if (Double.isNaN(place.difference().value())) {
      return "";
    }
    String halfWidth =
        place.difference().halfWidth() > 0
            ? " ± " + Numbers.format(place.difference().halfWidth())
            : "";
    return "<span class=\"where\">difference %s%s; tolerance %s</span>"
        .formatted(
            Numbers.format(place.difference().value()), halfWidth, Numbers.format(place.bound()));
  }
}
