package dev.gatun.claims.spamlang;

import dev.gatun.results.Metric;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * How likely a symbol that was seen k times is to be learned, g(k) = kⁿ/(kⁿ + mⁿ): a logistic curve
 * in ln k, which is 0 at k = 0, a half at k = m, and steeper the greater n is. It is fitted to one
 * run, by the greatest likelihood of how many symbols of each k the run has right.
 *
 * @param level ln g/(1 − g) at k = 1, which is −n·ln m
 * @param steepness n
 */
record VisitLaw(double level, double steepness) {
  /** The curve of the accuracy of symbols by the number of their sequences. */
  static final String ACCURACY = "accuracy_of_visits";

  /** The curve of how many symbols there are. */
  static final String SYMBOLS = "symbols_of_visits";

  private static final int MOST_STEPS = 200;

  /** A prior, so that a run with no symbol right has a law: deviation of level and steepness. */
  private static final double WIDEST = 100;

  /** Chances are left out of a sum when all that follow are smaller together. */
  private static final double NEGLIGIBLE = 1e-12;

  /**
   * Symbols of a run by the number of their sequences, from 0: how many there are and are right.
   */
  record Counts(double[] symbols, double[] right) {

    /** From the two curves of a run, which are among its metrics. */
    static Counts of(List<Metric> run) {
      int most = 0;
      for (Metric metric : run) {
        if (metric.curve().equals(SYMBOLS)) {
          most = Math.max(most, (int) metric.at());
        }
      }
      double[] symbols = new double[most + 1];
      double[] accuracy = new double[most + 1];
      for (Metric metric : run) {
        if (metric.curve().equals(SYMBOLS)) {
          symbols[(int) metric.at()] = metric.value();
        } else if (metric.curve().equals(ACCURACY)) {
          accuracy[(int) metric.at()] = metric.value();
        }
      }
      for (int k = 0; k <= most; k++) {
        accuracy[k] *= symbols[k];
      }
      return new Counts(symbols, accuracy);
    }

    double all() {
      return sum(symbols);
    }

    double accuracy() {
      return sum(right) / all();
    }

    /**
     * The step that is as right as these counts: the k from which symbols are learned, so that the
     * share of symbols with at least as many sequences is nearest to the accuracy.
     */
    int step() {
      int best = 0;
      double least = Double.POSITIVE_INFINITY;
      double from = all();
      for (int k = 0; k <= symbols.length; k++) {
        double apart = Math.abs(from / all() - accuracy());
        if (apart < least) {
          least = apart;
          best = k;
        }
        from -= k < symbols.length ? symbols[k] : 0;
      }
      return best;
    }

    private static double sum(double[] values) {
      double sum = 0;
      for (double value : values) {
        sum += value;
      }
      return sum;
    }
  }

  /** Fits the law by Newton's method. Symbols that were never seen say nothing about it. */
  static VisitLaw fit(Counts counts) {
    double level = 0; // logit g = level + slope·ln k
    double slope = 1;
    for (int i = 0; i < MOST_STEPS; i++) {
      double dLevel = -level / (WIDEST * WIDEST);
      double dSlope = -slope / (WIDEST * WIDEST);
      double curvature = 1 / (WIDEST * WIDEST); // of the prior
      double a = curvature;
      double b = 0;
      double c = curvature;
      for (int k = 1; k < counts.symbols.length; k++) {
        double x = Math.log(k);
        double g = logistic(level + slope * x);
        double miss = counts.right[k] - counts.symbols[k] * g;
        double weight = counts.symbols[k] * g * (1 - g);
        dLevel += miss;
        dSlope += miss * x;
        a += weight;
        b += weight * x;
        c += weight * x * x;
      }
      double determinant = a * c - b * b;
      double stepLevel = (c * dLevel - b * dSlope) / determinant;
      double stepSlope = (a * dSlope - b * dLevel) / determinant;
      double shorter = Math.min(1, 1 / Math.max(Math.abs(stepLevel), Math.abs(stepSlope)));
      level += shorter * stepLevel;
      slope += shorter * stepSlope;
      if (Math.abs(stepLevel) + Math.abs(stepSlope) < 1e-12) {
        break;
      }
    }
    return new VisitLaw(level, slope);
  }

  private static double logistic(double logit) {
    return 1 / (1 + Math.exp(-logit));
  }

  /** g(k). */
  double accuracy(int visits) {
    return visits == 0 ? 0 : logistic(level + steepness * Math.log(visits));
  }

  /** m. */
  double half() {
    return Math.exp(-level / steepness);
  }

  /** Σ_k Poisson(k; λ)·g(k) at λ sequences per symbol. */
  double predicted(double sequencesPerSymbol) {
    return poissonMean(sequencesPerSymbol, this::accuracy);
  }

  /** Σ_k Poisson(k; λ)·f(k). */
  static double poissonMean(double mean, IntToDoubleFunction of) {
    double sum = 0;
    double left = 1;
    double logChance = -mean;
    for (int k = 0;
        left > NEGLIGIBLE && (k < mean || logChance > Math.log(NEGLIGIBLE * 1e-4));
        k++) {
      double chance = Math.exp(logChance);
      sum += chance * of.applyAsDouble(k);
      left -= chance;
      logChance += Math.log(mean) - Math.log(k + 1.0);
    }
    return sum;
  }
}
