package dev.gatun.claims.heads;

/**
 * Head weights and head inputs built by hand: a point for every token, as a row and as a context.
 */
public interface TokenPlacement {
  /** D. */
  int width();

  /** Head weights [V, D], row by row. */
  double[] headWeights(int vocabulary);

  /** Head inputs [V, D]: row t is the context whose next token is t. */
  double[] hiddenStates(int vocabulary);

  /** Token v at angle 2πv/V on the unit circle, and context t at the place of its target. */
  static TokenPlacement circle() {
    return new TokenPlacement() {
      @Override
      public int width() {
        return 2;
      }

      @Override
      public double[] headWeights(int vocabulary) {
        double[] points = new double[2 * vocabulary];
        for (int v = 0; v < vocabulary; v++) {
          double angle = 2 * StrictMath.PI * v / vocabulary;
          points[2 * v] = StrictMath.cos(angle);
          points[2 * v + 1] = StrictMath.sin(angle);
        }
        return points;
      }

      @Override
      public double[] hiddenStates(int vocabulary) {
        return headWeights(vocabulary);
      }
    };
  }

  /**
   * Tokens evenly on the line from −1 to 1, and context t at the place of its target: the control,
   * since of points on a line only the two ends can have the largest product with anything.
   */
  static TokenPlacement line() {
    return new TokenPlacement() {
      @Override
      public int width() {
        return 1;
      }

      @Override
      public double[] headWeights(int vocabulary) {
        double[] points = new double[vocabulary];
        for (int v = 0; v < vocabulary; v++) {
          points[v] = 2.0 * v / (vocabulary - 1) - 1;
        }
        return points;
      }

      @Override
      public double[] hiddenStates(int vocabulary) {
        return headWeights(vocabulary);
      }
    };
  }
}
