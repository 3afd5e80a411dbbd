package dev.gatun.report;

import dev.gatun.results.Outcome;
import dev.gatun.results.comparison.Agreement;

/** How an agreement looks: as the outcome that means as much, with a word of its own. */
final class AgreementMark {
  private AgreementMark() {}

  static String word(Agreement agreement) {
    return switch (agreement) {
      case AGREES -> "Agrees";
      case DIFFERS -> "Differs";
      case INCONCLUSIVE -> "Inconclusive";
      case NOT_COMPARABLE -> "Not comparable";
    };
  }

  private static Outcome like(Agreement agreement) {
    return switch (agreement) {
      case AGREES -> Outcome.REPRODUCED;
      case DIFFERS -> Outcome.NOT_REPRODUCED;
      case INCONCLUSIVE -> Outcome.INCONCLUSIVE;
      case NOT_COMPARABLE -> Outcome.SKIPPED;
    };
  }

  static String badge(Agreement agreement) {
    Outcome like = like(agreement);
    return "<span class=\"badge %s\">%s%s</span>"
        .formatted(OutcomeMark.style(like), OutcomeMark.icon(like), word(agreement));
  }
}
