package dev.gatun.report;

import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.Outcome;
import dev.gatun.results.comparison.Agreement;

/**
 * How an outcome looks: a word, a shape and a colour; never the colour alone.
 *
 * @param style class of the style sheet, which has the colour
 * @param icon path of the shape
 */
record Mark(String style, String icon, String words) {
  /** Of a claim that is reproduced, with something to be said against it: underlined. */
  static final Mark RESERVED =
      new Mark("reserved", "M3 6.6 6.4 10 13 2.6M3 14H13", "Reproduced with a reservation");

  static Mark of(Outcome outcome) {
    return switch (outcome) {
      case REPRODUCED -> new Mark("reproduced", "M3 8.6 6.4 12 13 4.6", "Reproduced");
      case NOT_REPRODUCED -> new Mark("failed", "M4 4 12 12M12 4 4 12", "Not reproduced");
      case INCONCLUSIVE ->
          new Mark("unclear", "M2.5 9.5C5 4.5 7 6 8 8S11 11.5 13.5 6.5", "Inconclusive");
      case SKIPPED -> new Mark("skipped", "M3.5 8H12.5", "Skipped");
    };
  }

  /** Of a claim: what is to be said against a reproduced one takes the plain colour from it. */
  static Mark of(ClaimVerdict verdict) {
    Mark plain = of(verdict.outcome());
    Mark shown = isReserved(verdict) ? RESERVED : plain;
    var words = new StringBuilder(plain.words);
    verdict.reservations().forEach(r -> words.append("; ").append(r));
    return new Mark(shown.style, shown.icon, words.toString());
  }

  /** Whether a claim is reproduced, but not in full. */
  static boolean isReserved(ClaimVerdict verdict) {
    return verdict.outcome() == Outcome.REPRODUCED && !verdict.isReproducedInFull();
  }

  /** Of an agreement: as the outcome that means as much, with a word of its own. */
  static Mark of(Agreement agreement) {
    return switch (agreement) {
      case AGREES -> of(Outcome.REPRODUCED).saying("Agrees");
      case DIFFERS -> of(Outcome.NOT_REPRODUCED).saying("Differs");
      case INCONCLUSIVE -> of(Outcome.INCONCLUSIVE);
      case NOT_COMPARABLE -> of(Outcome.SKIPPED).saying("Not comparable");
    };
  }

  private Mark saying(String other) {
    return new Mark(style, icon, other);
  }
}
