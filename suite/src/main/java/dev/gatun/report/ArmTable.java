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

  /** What its columns are; empty where there is no arm or none of the metrics. */
  List<String> metrics() {
    return metrics;
  }

  /** An arm, with the number of its runs and its points of the metrics. */
  record Row(String name, int runs, List<Optional<Point>> cells) {}

  /** The arms that have any of the metrics. */
  List<Row> rows() {
    var rows = new ArrayList<Row>();
    arms.forEach((arm, runs) -> {
      var cells = metrics.stream().map(m -> evidence.last(runs, m)).toList();
      if (cells.stream().anyMatch(Optional::isPresent)) {
        rows.add(new Row(arm, runs.size(), cells));
      }
    });
    return rows;
  }
}
