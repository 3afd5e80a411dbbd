package dev.gatun.facts;

import java.util.List;

/**
 * Loss of a language model of N parameters after T tokens, L = A/N^α + B/T^β + E in nats (Hoffmann
 * et al., arXiv 2203.15556).
 */
public record ScalingLaw(double a, double alpha, double b, double beta, double irreducible) {

  /** L(N, T). */
  public double loss(double parameters, double tokens) {
    return a / Math.pow(parameters, alpha) + b / Math.pow(tokens, beta) + irreducible;
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
      double x = Math.pow(point.parameters(), -alpha);
      double y = point.loss() - b / Math.pow(point.tokens(), beta) - irreducible;
      xy += x * y;
      xx += x * x;
    }
    if (!(xx > 0)) {
      throw new IllegalArgumentException("a fit of A needs at least one point");
    }
    return new ScalingLaw(xy / xx, alpha, b, beta, irreducible);
  }
}
