package dev.gatun.report;

import dev.gatun.report.chart.Point;
import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The arms of a claim: what its checks read, and their nulls, at the last step of each arm. */
final class ArmTable {
  private final EvidenceIndex evidence;
  private final Map<String, List<Run>> arms = new LinkedHashMap<>();
  private final List<String> metrics;

  ArmTable(EvidenceIndex evidence, ExpectedClaim claim) {
    this.evidence = evidence;
    for (Run run : evidence.runsOf(claim.claim())) {
      arms.computeIfAbsent(run.arm(), _ -> new ArrayList<>()).add(run);
    }
    this.metrics = names(claim).stream().filter(this::isMeasured).toList();
  }

  private static Set<String> names(ExpectedClaim claim) {
    var names = new LinkedHashSet<String>();
    claim.checks().forEach(c -> names.add(c.metric()));
    claim.checks().stream()
        .map(ExpectedCheck::nullMetric)
        .filter(n -> !n.isEmpty())
        .forEach(names::add);
    return names;
  }

  private boolean isMeasured(String metric) {
    return arms.values().stream().anyMatch(runs -> evidence.last(runs, metric).isPresent());
  }

  /** The table, or nothing where there is no arm or none of the metrics. */
  String html() {
    if (metrics.isEmpty()) {
      return "";
    }
    var head = new StringBuilder();
    metrics.forEach(
        m -> head.append("<th scope=\"col\"><code>%s</code></th>".formatted(Html.escape(m))));
    var rows = new StringBuilder();
    arms.forEach((arm, runs) -> {
      if (metrics.stream().anyMatch(m -> evidence.last(runs, m).isPresent())) {
        rows.append(row(arm, runs));
      }
    });
    return """
    <p class="note arms">Arms at their last step: mean and range over the runs, or the
    error of the one run</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Arms"><table class="data arms">
    <thead><tr><th scope="col">Arm</th><th scope="col">Runs</th>%s</tr></thead>
    <tbody>
    %s</tbody></table></div>
    """
        .formatted(head, rows);
  }

  private String row(String arm, List<Run> runs) {
    var cells = new StringBuilder();
    for (String metric : metrics) {
      Optional<Point> point = evidence.last(runs, metric);
      cells.append("<td>").append(point.map(ArmTable::cell).orElse(Numbers.NONE)).append("</td>");
    }
    return "<tr><th scope=\"row\">%s</th><td>%s</td>%s</tr>\n"
        .formatted(Html.escape(arm), runs.size(), cells);
  }

  private static String cell(Point p) {
    String value = Numbers.format(p.y(), p.high() - p.low());
    return p.hasInterval()
        ? value + " <span class=\"interval\">" + Numbers.interval(p.low(), p.high()) + "</span>"
        : value;
  }
}
