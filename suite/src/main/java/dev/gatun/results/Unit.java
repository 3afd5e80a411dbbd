package dev.gatun.results;

import dev.gatun.io.NearestName;
import java.util.List;

/** What numbers are measured in. Each unit has one spelling. */
public final class Unit {
  /**
   * A pure number; natural units of information; tokens of the corpus; the exponential of a loss in
   * nats.
   */
  public static final List<String> ALL = List.of("1", "nats", "tokens", "perplexity");

  private Unit() {}

  /**
   * The unit itself.
   *
   * @throws IllegalArgumentException naming the nearest one if there is none of that spelling
   */
  static String require(String unit) {
    if (!ALL.contains(unit)) {
      throw new IllegalArgumentException(
          "there is no unit '%s'; the nearest is '%s'".formatted(unit, NearestName.of(unit, ALL)));
    }
    return unit;
  }
}
