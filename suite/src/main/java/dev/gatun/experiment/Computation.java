package dev.gatun.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a claim computes beside trainings, before it starts.
 *
 * @param lines that say what it is, and what it takes on this device
 * @param seconds that it takes, by an estimate that is rather too long than too short
 */
public record Computation(List<String> lines, double seconds) {
  private static final int TIMED_PASSES = 5;

  /** Keeps a copy of the list. */
  public Computation {
    lines = List.copyOf(lines);
  }

  /** One line: the work, and the time that it takes. */
  public static Computation of(String work, double seconds) {
    return new Computation(List.of("%s, about %s".formatted(work, duration(seconds))), seconds);
  }

  /**
   * Seconds of a small part, by the fastest of some passes: the first ones compile what the later
   * ones run.
   */
  public static double secondsOf(Runnable part) {
    double fastest = Double.POSITIVE_INFINITY;
    for (int pass = 0; pass < TIMED_PASSES; pass++) {
      long started = System.nanoTime();
      part.run();
      fastest = Math.min(fastest, (System.nanoTime() - started) * 1e-9);
    }
    return fastest;
  }

  /** Puts another one behind this one. */
  Computation then(Computation next) {
    var all = new ArrayList<>(lines);
    all.addAll(next.lines);
    return new Computation(all, seconds + next.seconds);
  }

  /** A time in the unit that people would take. */
  public static String duration(double seconds) {
    if (seconds < 90) {
      return String.format(Locale.ROOT, "%.0f s", seconds);
    }
    if (seconds < 90 * 60) {
      return String.format(Locale.ROOT, "%.0f min", seconds / 60);
    }
    return seconds < 48 * 3600
        ? String.format(Locale.ROOT, "%.1f h", seconds / 3600)
        : String.format(Locale.ROOT, "%.1f days", seconds / 86_400);
  }
}
