package dev.gatun.report;

import dev.gatun.results.Outcome;
import dev.gatun.results.comparison.Agreement;

/**
 * How an outcome looks: a word, a shape and a colour; never the colour alone.
 *
 * @param style class of the style sheet, which has the colour
 * @param icon path of the shape
 */
record Mark(String style, String icon, String words) {
  static Mark of(Outcome outcome) {
    return switch (outcome) {
      case REPRODUCED -> new Mark("reproduced", "M3 8.6 6.4 12 13 4.6", "Reproduced");
      case AS_ITS_NULL -> new Mark("at-null", "M3 6H13M3 10H13", "As its null");
      case NOT_REPRODUCED -> new Mark("failed", "M4 4 12 12M12 4 4 12", "Not reproduced");
      case UNDECIDED -> new Mark("unclear", "M2.5 9.5C5 4.5 7 6 8 8S11 11.5 13.5 6.5", "Undecided");
      case HOLDS -> new Mark("holds", "M3 13H13M8 13V3M4.5 6.5 8 3 11.5 6.5", "Holds");
      case RECOMPUTED -> new Mark("recomputed", "M3 8H13M8 3V13", "Recomputed");
      case SKIPPED -> new Mark("skipped", "M3.5 8H12.5", "Skipped");
    };
  }

  /** Of an agreement: as the outcome that means as much, with a word of its own. */
  static Mark of(Agreement agreement) {
    return switch (agreement) {
      case AGREES -> of(Outcome.REPRODUCED).saying("Agrees");
      case DIFFERS -> of(Outcome.NOT_REPRODUCED).saying("Differs");
      case INCONCLUSIVE -> of(Outcome.UNDECIDED).saying("Inconclusive");
      case NOT_COMPARABLE -> of(Outcome.SKIPPED).saying("Not comparable");
    };
  }

  /** With the tier that it is of. */
  Mark at(String tier) {
    return saying("%s (%s)".formatted(words, tier));
  }

  Mark withStyleOf(Mark other) {
    return new Mark(other.style, icon, words);
  }

  private Mark saying(String other) {
    return new Mark(style, icon, other);
  }
}
