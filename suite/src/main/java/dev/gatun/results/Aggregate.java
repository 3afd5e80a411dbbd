package dev.gatun.results;

import java.util.List;

/** How several numbers become one, or stay several. */
public enum Aggregate {
  /** Each of them is judged, and the worst decides. */
  EACH,
  /** Arithmetic mean. */
  MEAN,
  /** The least. */
  MINIMUM,
  /** The greatest. */
  MAXIMUM,
  /**
   * Of the steps of a run: the change per doubling of the step, by least squares; not of step 0.
   */
  SLOPE;

  /**
   * The numbers that are left. Errors of the parts add up in a mean as if they were one and the
   * same error, which is the safe reading.
   */
  List<Estimate> apply(List<Estimate> values) {
    if (this == EACH) {
      return values;
    }
    Estimate least = values.stream().min(Estimate.BY_VALUE).orElseThrow();
    Estimate greatest = values.stream().max(Estimate.BY_VALUE).orElseThrow();
    return List.of(
        switch (this) {
          case MEAN ->
              new Estimate(
                  values.stream().mapToDouble(Estimate::value).average().orElseThrow(),
                  values.stream().mapToDouble(Estimate::halfWidth).average().orElseThrow(),
                  "mean of " + values.size());
          case MINIMUM -> least;
          case MAXIMUM -> greatest;
          case SLOPE -> throw new AssertionError("a slope needs the steps");
          case EACH -> throw new AssertionError("returned above");
        });
  }
}
