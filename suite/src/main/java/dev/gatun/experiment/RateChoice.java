package dev.gatun.experiment;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which of several learning rates is best for an arm, by what trial runs end with. */
public final class RateChoice {
  private final Map<Double, Double> sums = new TreeMap<>();

  /**
   * Adds a trial.
   *
   * @param loss what is to be small; that of a run that diverged, NaN, counts as the worst
   */
  public void add(double rate, double loss) {
    sums.merge(rate, Double.isNaN(loss) ? Double.POSITIVE_INFINITY : loss, Double::sum);
  }

  /** The rate of the least loss over all trials, the lower of equals; the first without trials. */
  public double best(List<Double> rates) {
    return sums.entrySet().stream()
        .min(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(rates.getFirst());
  }
}
