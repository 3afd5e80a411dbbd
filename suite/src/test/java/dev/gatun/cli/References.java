package dev.gatun.cli;

import dev.gatun.results.Outcome;
import dev.gatun.results.Provenance;
import dev.gatun.results.comparison.Agreement;
import dev.gatun.results.comparison.Comparison;
import dev.gatun.results.comparison.MetricComparison;
import dev.gatun.results.comparison.MetricComparison.Place;
import dev.gatun.results.comparison.OutcomeComparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What evidence of this machine owes to that of {@code results/reference/}, whatever the processor:
 * on the same corpus every metric agrees, except effects of a single seed and arms that train at
 * another learning rate, and every gating check that was reproduced there is reproduced here. On
 * another corpus, which another JDK brings, the two have less in common, and nothing of that may
 * differ.
 */
final class References {
  private static final String OTHER_RATE = "other configuration: experiment.learningRate";
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
    Set<String> arms = armsAtAnotherRate(comparison);
    List<String> lines = new ArrayList<>();
    for (MetricComparison metric : comparison.metrics()) {
      metric.places().stream()
          .filter(place -> !trainedAtAnotherRate(place, arms) && !holds(place, sameCorpus))
          .findFirst()
          .ifPresent(place ->
              lines.add(
                  "%s %s %s: %s"
                      .formatted(metric.claim(), metric.metric(), place.agreement(), place)));
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

  private static boolean holds(Place place, boolean sameCorpus) {
    return switch (place.agreement()) {
      case AGREES -> true;
      case DIFFERS -> false;
      case INCONCLUSIVE -> !sameCorpus || place.reason().equals(MetricComparison.ONE_SEED);
      case NOT_COMPARABLE -> !sameCorpus || isAbsentThere(place);
    };
  }

  /** Whether the reference is older than the metric, and so says nothing about it. */
  private static boolean isAbsentThere(Place place) {
    return Double.isNaN(place.first().value());
  }

  /**
   * The arms for which the trials chose another learning rate. Where two rates are equally good,
   * rounding decides, and the arm's numbers then belong to another training. Its checks do not.
   */
  private static Set<String> armsAtAnotherRate(Comparison comparison) {
    return comparison.metrics().stream()
        .flatMap(metric -> metric.places().stream())
        .filter(place -> place.reason().startsWith(OTHER_RATE))
        .map(References::arm)
        .collect(Collectors.toSet());
  }

  /** Whether a place is of such an arm, or of two arms of which one is such an arm. */
  private static boolean trainedAtAnotherRate(Place place, Set<String> arms) {
    return Stream.of(arm(place).split("-over-")).anyMatch(arms::contains);
  }

  private static String arm(Place place) {
    return place.site().split(", ")[0];
  }
}
