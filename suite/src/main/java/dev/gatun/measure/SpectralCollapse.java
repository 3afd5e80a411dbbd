package dev.gatun.measure;

import dev.gatun.results.RunRecorder;
import java.util.List;

/**
 * Whether the singular values of a head flatten and then collapse, by a rule: the singular entropy
 * has a minimum, after which it rises by more than a share of its greatest value, ln D, and stays
 * above that to the end. What share counts is an expected value.
 *
 * <p>Only what lies below an earlier entropy counts as a minimum: an untrained head is flat too.
 * The rise that persists is that of the least entropy of the last tenth of training; it is 0 if the
 * minimum is there itself, or if there is none.
 *
 * @param minimumStep training step of the minimum
 * @param minimum entropy there, in nats
 * @param fall to it from the greatest entropy before, in nats: the flattening
 * @param rise by which it is exceeded throughout the last tenth, in nats
 */
public record SpectralCollapse(long minimumStep, double minimum, double fall, double rise) {
  private static final double BEGINNING = 0.1;
  private static final double END = 0.9;

  /** Share of ln D that an entropy has to fall by: more than that of an untrained head moves. */
  private static final double LEAST_FALL = 0.002;

  /** An entropy in nats at a training step. */
  public record Point(long step, double entropy) {}

  /**
   * Of points through a whole training run.
   *
   * @param points in the order of their steps
   * @param width D
   */
  public static SpectralCollapse of(List<Point> points, int width) {
    Point last = points.getLast();
    double end =
        points.stream()
            .filter(p -> p.step() >= END * last.step())
            .mapToDouble(Point::entropy)
            .min()
            .orElseThrow();
    var none = new SpectralCollapse(last.step(), last.entropy(), 0, 0);
    SpectralCollapse found = none;
    double peak = Double.NEGATIVE_INFINITY;
    for (Point p : points) {
      double fall = peak - p.entropy();
      if (fall > LEAST_FALL * Math.log(width) && (found == none || p.entropy() < found.minimum)) {
        found = new SpectralCollapse(p.step(), p.entropy(), fall, end - p.entropy());
      }
      peak = Math.max(peak, p.entropy());
    }
    return found;
  }

  /** Whether a step is past the first tenth of a run. */
  public static boolean isSettled(long step, long last) {
    return step >= BEGINNING * last;
  }

  /** The rise over the greatest entropy that so many singular values can have, ln D. */
  public double riseShare(int width) {
    return rise / Math.log(width);
  }

  /**
   * Records all of it.
   *
   * @param width D
   * @param step the last of the run
   */
  public void record(int width, long step, RunRecorder run) {
    run.metric("entropy_minimum", step, minimum, "nats");
    run.metric("entropy_minimum_step", step, minimumStep, "1");
    run.metric("entropy_fall", step, fall, "nats");
    run.metric("entropy_rise", step, rise, "nats");
    run.metric("entropy_rise_share", step, riseShare(width), "1");
  }
}
