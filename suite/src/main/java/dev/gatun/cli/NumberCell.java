package dev.gatun.cli;

import java.util.Locale;

/** Numbers as the tables show them: four digits, and what an error deserves beside them. */
final class NumberCell {
  private NumberCell() {}

  /** A number; a dash if it is none. */
  static String of(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e9;
    return String.format(Locale.ROOT, whole ? "%.0f" : "%.4g", value);
  }

  /** A number and the half-width of its interval, which is left out where it is 0 or none. */
  static String of(double value, double halfWidth) {
    return halfWidth > 0
        ? of(value) + " ± " + String.format(Locale.ROOT, "%.2g", halfWidth)
        : of(value);
  }
}
