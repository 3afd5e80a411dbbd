package dev.gatun.claims.saturation;

import java.util.Comparator;
import java.util.List;

/**
 * Whether the singular values of a head flatten and then collapse, by a rule: the singular entropy
 * has a minimum, after which it rises by more than a share of its greatest value, ln D, and stays
 * above that to the end. What share counts is an expected value.
 *
 * <p>The minimum is looked for from the first peak on, the greatest entropy of the first tenth of
 * training: an untrained head is flat, and while token frequencies are learnt its entropy rises.
 * The rise that persists is that of the least entropy of the last tenth; it is 0 if the minimum is
 * there itself.
 *
 * @param minimumStep training step of the minimum
 * @param minimum entropy there, in nats
 * @param fall to it from the first peak, in nats: the flattening
 * @param rise by which it is exceeded throughout the last tenth, in nats
 */
record SpectralCollapse(long minimumStep, double minimum, double fall, double rise) {
  private static final double BEGINNING = 0.1;
  private static final double END = 0.9;

  /** An entropy in nats at a training step. */
  record Point(long step, double entropy) {}

  /**
   * Of points through a whole training run.
   *
   * @param points in the order of their steps
   */
  static SpectralCollapse of(List<Point> points) {
    long last = points.getLast().step();
    Point peak =
        points.stream()
            .filter(p -> p.step() <= BEGINNING * last)
            .max(Comparator.comparingDouble(Point::entropy))
            .orElse(points.getFirst());
    Point minimum =
        points.stream()
            .filter(p -> p.step() >= peak.step())
            .min(Comparator.comparingDouble(Point::entropy))
            .orElseThrow();
    double end =
        points.stream()
            .filter(p -> p.step() >= END * last)
            .mapToDouble(Point::entropy)
            .min()
            .orElseThrow();
    return new SpectralCollapse(
        minimum.step(),
        minimum.entropy(),
        peak.entropy() - minimum.entropy(),
        end - minimum.entropy());
  }

  /** Whether a step is past the first tenth of a run. */
  static boolean isSettled(long step, long last) {
    return step >= BEGINNING * last;
  }

  /** The rise over the greatest entropy that so many singular values can have, ln D. */
  double riseShare(int width) {
    return rise / Math.log(width);
  }
}
