package dev.gatun.experiment;

import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The learning rates that an arm chooses from. Where the best of them is the lowest or the highest,
 * a better one may lie beyond, and the grid goes on there as it ended.
 *
 * @param rates ascending, at least one
 */
public record RateGrid(List<Double> rates) {
  /** Keeps a copy of the list. */
  public RateGrid {
    rates = List.copyOf(rates);
  }

  /** How many rates lie beyond one of them on the nearer side. */
  public int fromEdge(double rate) {
    int at = rates.indexOf(rate);
    return Math.min(at, rates.size() - 1 - at);
  }

  /**
   * One rate more below the lowest or above the highest, if that is the best. Its ratio to its
   * neighbour is that of the two rates at this end. A grid whose best rate is inside, or is the
   * only one, stays as it is.
   */
  public RateGrid beyond(double best) {
    if (rates.size() == 1 || fromEdge(best) > 0) {
      return this;
    }
    double lowest = rates.getFirst();
    double highest = rates.getLast();
    DoubleStream all = rates.stream().mapToDouble(Double::doubleValue);
    DoubleStream wider =
        best == lowest
            ? DoubleStream.concat(DoubleStream.of(lowest / (rates.get(1) / lowest)), all)
            : DoubleStream.concat(
                all, DoubleStream.of(highest * (highest / rates.get(rates.size() - 2))));
    return new RateGrid(wider.boxed().toList());
  }
}
