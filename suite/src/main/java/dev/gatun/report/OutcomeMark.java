package dev.gatun.report;

import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.Outcome;

/** How an outcome looks: a word, a shape and a colour; never the colour alone. */
final class OutcomeMark {
  private OutcomeMark() {}

  static String word(Outcome outcome) {
    return switch (outcome) {
      case REPRODUCED -> "Reproduced";
      case NOT_REPRODUCED -> "Not reproduced";
      case INCONCLUSIVE -> "Inconclusive";
      case SKIPPED -> "Skipped";
    };
  }

  /** Class of the style sheet. */
  static String style(Outcome outcome) {
    return switch (outcome) {
      case REPRODUCED -> "reproduced";
      case NOT_REPRODUCED -> "failed";
      case INCONCLUSIVE -> "unclear";
      case SKIPPED -> "skipped";
    };
  }

  static String icon(Outcome outcome) {
    String path =
        switch (outcome) {
          case REPRODUCED -> "M3 8.6 6.4 12 13 4.6";
          case NOT_REPRODUCED -> "M4 4 12 12M12 4 4 12";
          case INCONCLUSIVE -> "M2.5 9.5C5 4.5 7 6 8 8S11 11.5 13.5 6.5";
          case SKIPPED -> "M3.5 8H12.5";
        };
    return "<svg class=\"icon\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path d=\""
        + path
        + "\"/></svg>";
  }

  static String badge(Outcome outcome) {
    return "<span class=\"badge %s\">%s%s</span>"
        .formatted(style(outcome), icon(outcome), word(outcome));
  }

  /** Of a claim: what is to be said against a reproduced one takes the plain colour from it. */
  static String badge(ClaimVerdict verdict) {
    var words = new StringBuilder(word(verdict.outcome()));
    verdict.reservations().forEach(r -> words.append("; ").append(r));
    return "<span class=\"badge %s\">%s%s</span>"
        .formatted(style(verdict), icon(verdict.outcome()), words);
  }

  static String style(ClaimVerdict verdict) {
    return verdict.outcome() == Outcome.REPRODUCED && !verdict.isReproducedInFull()
        ? "reserved"
        : style(verdict.outcome());
  }
}
