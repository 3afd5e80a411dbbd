package dev.gatun.facts;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Loss of a language model of N parameters after T tokens, L = A/N^α + B/T^β + E in nats (Hoffmann
 * et al., arXiv 2203.15556).
 */
public record ScalingLaw(double a, double alpha, double b, double beta, double irreducible) {
  private static final double LEAST_ALPHA = 0.05;
  private static final double LARGEST_ALPHA = 0.8;
  private static final double GOLDEN = 0.6180339887498949;

  /** Sections after which α is known to 1e-7 or so, which is what its squares tell. */
  private static final int SECTIONS = 33;

  /** L(N, T). */
  public double loss(double parameters, double tokens) {
    return a / StrictMath.pow(parameters, alpha) + b / StrictMath.pow(tokens, beta) + irreducible;
  }

  /** L measured, relative to the law: measured/L(N, T) − 1. */
  public double excess(LossPoint point) {
    return point.loss() / loss(point.parameters(), point.tokens()) - 1;
  }

  /** Mean of {@link #excess}. */
  public double meanExcess(List<LossPoint> points) {
    return points.stream().mapToDouble(this::excess).average().orElseThrow();
  }

  /**
   * The same law with the A that fits points best in least squares, all else fixed: A is then
   * linear, A = Σxy/Σx² with x = N^−α and y = loss − B/T^β − E.
   */
  public ScalingLaw refitA(Iterable<LossPoint> points) {
    double xy = 0;
    double xx = 0;
    for (LossPoint point : points) {
      double x = StrictMath.pow(point.parameters(), -alpha);
      xy += x * reducible(point);
      xx += x * x;
    }
    if (!(xx > 0)) {
      throw new IllegalArgumentException("a fit of A needs at least one point");
    }
    return new ScalingLaw(xy / xx, alpha, b, beta, irreducible);
  }

  /**
   * The same law with the A and the α that fit points best in least squares, all else fixed. With x
   * = N^−α, n points of each size N and the sum S of their loss − B/T^β − E, the A of an α leaves
   * squares that are less the greater (ΣxS)²/Σnx² is, which is looked for by the golden section.
   *
   * @param points of two numbers of parameters or more: one tells nothing of α
   */
  public ScalingLaw refit(List<LossPoint> points) {
    Map<Double, List<LossPoint>> bySize =
        points.stream()
            .collect(
                Collectors.groupingBy(
                    LossPoint::parameters, LinkedHashMap::new, Collectors.toList()));
    List<Size> sizes =
        bySize.entrySet().stream()
            .map(size ->
                new Size(
                    size.getKey(),
                    size.getValue().size(),
                    size.getValue().stream().mapToDouble(this::reducible).sum()))
            .toList();
    double low = LEAST_ALPHA;
    double high = LARGEST_ALPHA;
    for (int i = 0; i < SECTIONS; i++) {
      double lower = high - GOLDEN * (high - low);
      double upper = low + GOLDEN * (high - low);
      if (explained(sizes, lower) > explained(sizes, upper)) {
        high = upper;
      } else {
        low = lower;
      }
    }
    return withAlpha((low + high) / 2).refitA(points);
  }

  private record Size(double parameters, int points, double sum) {}

  private static double explained(List<Size> sizes, double alpha) {
    double xs = 0;
    double xx = 0;
    for (Size size : sizes) {
      double x = StrictMath.pow(size.parameters, -alpha);
      xs += x * size.sum;
      xx += x * x * size.points;
    }
    return xs * xs / xx;
  }

  /** The same law with another α. */
  public ScalingLaw withAlpha(double other) {
    return new ScalingLaw(a, other, b, beta, irreducible);
  }

  /** What the law has for the parameters alone, A/N^α, by a loss. */
  private double reducible(LossPoint point) {
    return point.loss() - b / StrictMath.pow(point.tokens(), beta) - irreducible;
  }
}
