package dev.gatun.report;

/** Numbers that stand in names of the evidence, as in the arm {@code d16}. */
final class NumberInName {
  private NumberInName() {}

  /**
   * The number after a beginning of a name.
   *
   * @param place of the name, for the message, as {@code the arm of runs.arrow}
   * @throws IllegalArgumentException if there is something else
   */
  static double after(String beginning, String name, String place) {
    try {
      return Double.parseDouble(name.substring(beginning.length()));
    } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "%s is '%s', and '%s' followed by a number was expected; write the evidence again with this Gatun"
              .formatted(place, name, beginning),
          e);
    }
  }
}
