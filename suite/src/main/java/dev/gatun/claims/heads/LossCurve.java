package dev.gatun.claims.heads;

import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The validation loss of a run over the tokens that it had trained on.
 *
 * @param points by tokens
 */
record LossCurve(List<Point> points) {

  /** A loss in nats after so many tokens. */
  record Point(double tokens, double loss) {}

  /** Puts the points in order. */
  LossCurve {
    points = points.stream().sorted(Comparator.comparingDouble(Point::tokens)).toList();
    if (points.isEmpty()) {
      throw new IllegalArgumentException("a loss curve needs at least one point");
    }
  }

  /** The curve of the one run of this evidence. */
  static LossCurve of(Evidence evidence) {
    double tokensPerStep =
        evidence.metrics().stream()
            .filter(m -> m.name().equals("tokens_per_step"))
            .mapToDouble(Metric::value)
            .findFirst()
            .orElseThrow();
    List<Point> points = new ArrayList<>();
    for (Metric metric : evidence.metrics()) {
      if (metric.name().equals(HeadVariantTraining.VALIDATION_LOSS)) {
        points.add(new Point(metric.step() * tokensPerStep, metric.value()));
      }
    }
    return new LossCurve(points);
  }

  Point last() {
    return points.getLast();
  }

  /**
   * Tokens after which the loss first comes down to a value, on straight lines between the points;
   * NaN if it never does.
   */
  double tokensTo(double loss) {
    Point before = points.getFirst();
    for (Point point : points) {
      if (point.loss() <= loss) {
        double fall = before.loss() - point.loss();
        double share = fall > 0 ? (before.loss() - loss) / fall : 0;
        return before.tokens() + share * (point.tokens() - before.tokens());
      }
      before = point;
    }
    return Double.NaN;
  }
}
