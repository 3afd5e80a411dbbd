package dev.gatun.results.comparison;

import dev.gatun.results.Outcome;
import dev.gatun.results.Tolerances;
import dev.gatun.results.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Two machines side by side.
 *
 * @param first what the other is compared with
 * @param metrics in the order of the first machine's evidence, then what the other has alone
 * @param outcomes one per check that either machine has a verdict on
 */
public record Comparison(
    Machine first,
    Machine other,
    List<MetricComparison> metrics,
    List<OutcomeComparison> outcomes) {

  /** Keeps copies of the lists. */
  public Comparison {
    metrics = List.copyOf(metrics);
    outcomes = List.copyOf(outcomes);
  }

  /** Compares all that either machine has. */
  public static Comparison of(Machine first, Machine other, Tolerances tolerances) {
    return new Comparison(
        first,
        other,
        new MetricComparer(first, other, tolerances).compare(),
        outcomes(first.verdicts(), other.verdicts()));
  }

  /** The worst of all metrics and of the outcomes of the checks that count. */
  public Agreement agreement() {
    return Agreement.worst(
        Stream.concat(
                metrics.stream().map(MetricComparison::agreement),
                outcomes.stream()
                    .filter(OutcomeComparison::gates)
                    .map(OutcomeComparison::agreement))
            .toList());
  }

  private static List<OutcomeComparison> outcomes(List<Verdict> first, List<Verdict> other) {
    List<OutcomeComparison> all = new ArrayList<>();
    for (Verdict verdict : first) {
      all.add(
          new OutcomeComparison(
              verdict.claim(),
              verdict.check(),
              verdict.gates(),
              verdict.outcome(),
              same(verdict, other).map(Verdict::outcome).orElse(Outcome.SKIPPED)));
    }
    for (Verdict verdict : other) {
      if (same(verdict, first).isEmpty()) {
        all.add(
            new OutcomeComparison(
                verdict.claim(),
                verdict.check(),
                verdict.gates(),
                Outcome.SKIPPED,
                verdict.outcome()));
      }
    }
    return all;
  }

  private static Optional<Verdict> same(Verdict verdict, List<Verdict> verdicts) {
    return verdicts.stream()
        .filter(v -> v.claim().equals(verdict.claim()) && v.check().equals(verdict.check()))
        .findFirst();
  }
}
