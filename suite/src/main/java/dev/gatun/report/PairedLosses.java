package dev.gatun.report;

import dev.gatun.report.chart.Point;
import dev.gatun.results.Metric;
import dev.gatun.results.Run;
import dev.gatun.results.StudentInterval;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Final losses of a claim's arms over those of the exact model, paired by seed.
 *
 * @param arms runs by arm, the exact model's among them
 */
record PairedLosses(EvidenceIndex evidence, Map<String, List<Run>> arms) {
  private static final String LOSS = "validation_loss";
  private static final String EXACT = "full";

  /** Of a claim. */
  static PairedLosses of(EvidenceIndex evidence, String claim) {
    return new PairedLosses(evidence, evidence.armsWith(claim, LOSS));
  }

  /** An arm's metric less the exact model's loss: mean and Student's 95 % interval over seeds. */
  Optional<Point> difference(String arm, String metric, double x) {
    List<Double> differences = new ArrayList<>();
    for (Run run : arms.getOrDefault(arm, List.of())) {
      for (Run exact : arms.getOrDefault(EXACT, List.of())) {
        if (exact.seed() == run.seed()) {
          differences.add(last(run, metric) - last(exact, LOSS));
        }
      }
    }
    return interval(x, differences);
  }

  /** As above, of the loss itself. */
  Optional<Point> difference(String arm, double x) {
    return difference(arm, LOSS, x);
  }

  /** Mean and Student's interval; a single value has none. */
  static Optional<Point> interval(double x, List<Double> values) {
    if (values.isEmpty() || !values.stream().allMatch(Double::isFinite)) {
      return Optional.empty();
    }
    var student = StudentInterval.ofAny(values);
    double half = Double.isNaN(student.halfWidth()) ? 0 : student.halfWidth();
    return Optional.of(new Point(x, student.mean(), student.mean() - half, student.mean() + half));
  }

  /** Value of a metric at its last step; NaN if the run lacks it. */
  double last(Run run, String metric) {
    return evidence.metricsOf(run).stream()
        .filter(m -> m.name().equals(metric))
        .mapToDouble(Metric::value)
        .reduce((_, later) -> later)
        .orElse(Double.NaN);
  }

  /** A number of the setting of any of the runs, as {@code width}; NaN if it has none. */
  double setting(String name) {
    return arms.values().stream()
        .flatMap(List::stream)
        .map(run -> JsonMapper.shared().readTree(run.configuration()))
        .map(json -> json.path("experiment").path(name))
        .filter(JsonNode::isNumber)
        .mapToDouble(JsonNode::asDouble)
        .findFirst()
        .orElse(Double.NaN);
  }

  /** Names of arms that are a word followed by a number, in the order of the numbers. */
  List<Integer> numbersAfter(String word) {
    return arms.keySet().stream()
        .filter(arm -> arm.matches(word + "\\d{1,9}"))
        .map(arm -> Integer.valueOf(arm.substring(word.length())))
        .sorted()
        .toList();
  }
}
