package dev.gatun.cli;

import dev.gatun.results.Outcome;
import dev.gatun.results.Provenance;
import dev.gatun.results.comparison.Agreement;
import dev.gatun.results.comparison.Comparison;
import dev.gatun.results.comparison.MetricComparison;
import dev.gatun.results.comparison.OutcomeComparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What evidence of this machine owes to that of {@code results/reference/}, whatever the processor:
 * on the same corpus every metric agrees, but for effects of a single seed, and every gating check
 * that was reproduced there is reproduced here. On another corpus, which another JDK brings, the
 * two have less in common, and nothing of that may differ.
 */
final class References {
  private static final Path FOLDER = Path.of("..", "results", "reference");

  private References() {}

  /** Every folder of reference evidence, in the order of the names. */
  static List<Path> folders() throws IOException {
    try (var folders = Files.list(FOLDER)) {
      return folders.filter(Files::isDirectory).sorted().toList();
    }
  }

  /** Whether two machines computed in the same math mode: others are not held to each other. */
  static boolean inTheSameMode(Comparison comparison) {
    return same(comparison, Provenance.MATH_MODE);
  }

  /** Whether both read the same text. */
  static boolean onTheSameCorpus(Comparison comparison) {
    return same(comparison, Provenance.CORPUS_HASH);
  }

  private static boolean same(Comparison comparison, String key) {
    return comparison.first().entry(key).equals(comparison.other().entry(key));
  }

  /** What the other machine does not hold of the first's, a line each. */
  static List<String> broken(Comparison comparison) {
    boolean sameCorpus = onTheSameCorpus(comparison);
    List<String> lines = new ArrayList<>();
    for (MetricComparison metric : comparison.metrics()) {
      boolean holds =
          switch (metric.agreement()) {
            case AGREES -> true;
            case DIFFERS -> false;
            case INCONCLUSIVE ->
                !sameCorpus || metric.worst().reason().equals(MetricComparison.ONE_SEED);
            case NOT_COMPARABLE -> !sameCorpus || isAbsentThere(metric);
          };
      if (!holds) {
        lines.add(
            "%s %s %s: %s"
                .formatted(metric.claim(), metric.metric(), metric.agreement(), metric.worst()));
      }
    }
    for (OutcomeComparison outcome : comparison.outcomes()) {
      boolean lost =
          sameCorpus
              ? outcome.first() == Outcome.REPRODUCED && outcome.other() != Outcome.REPRODUCED
              : outcome.agreement() == Agreement.DIFFERS;
      if (outcome.gates() && lost) {
        lines.add(
            "%s %s was %s and is %s"
                .formatted(outcome.claim(), outcome.check(), outcome.first(), outcome.other()));
      }
    }
    return lines;
  }

  /** Whether the reference is older than the metric: what it does not hold is owed nothing. */
  private static boolean isAbsentThere(MetricComparison metric) {
    return Double.isNaN(metric.worst().first().value());
  }
}
