package dev.gatun.results;

import java.util.Comparator;

/**
 * A number, the half-width of its own error (0 if none is known), and where it was measured, in
 * words.
 */
record Estimate(double value, double halfWidth, String where) {
  static final Comparator<Estimate> BY_VALUE = Comparator.comparingDouble(Estimate::value);

  /** The difference; errors add, as they may not be independent. */
  Estimate minus(Estimate other) {
    return new Estimate(value - other.value, halfWidth + other.halfWidth, where);
  }

  Estimate at(String place) {
    return new Estimate(value, halfWidth, place);
  }

  double low() {
    return value - halfWidth;
  }

  double high() {
    return value + halfWidth;
  }
}
