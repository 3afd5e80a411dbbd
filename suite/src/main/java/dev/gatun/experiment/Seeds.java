package dev.gatun.experiment;

import java.util.stream.LongStream;

/**
 * The seeds that experiments train from: a first one and those that follow it.
 *
 * @param first the first seed
 * @param most how many an experiment takes at most, where its plan has more
 */
public record Seeds(long first, int most) {
  private static final int ALL = Integer.MAX_VALUE;

  /** A number of seeds below 1 is an {@link IllegalArgumentException}. */
  public Seeds {
    if (most < 1) {
      throw new IllegalArgumentException("give one seed or more, not " + most);
    }
  }

  /** As many seeds as each plan has. */
  public static Seeds from(long first) {
    return new Seeds(first, ALL);
  }

  /** The seeds of a plan that has this many. */
  public LongStream of(int planned) {
    return LongStream.range(first, first + Math.min(planned, most));
  }

  /** As {@code 1 to 2}; only the first, {@code 1}, where each plan decides how many follow. */
  public String inWords() {
    return most == ALL ? Long.toString(first) : "%d to %d".formatted(first, first + most - 1);
  }
}
