package dev.gatun.results;

import java.util.Collection;
import java.util.Comparator;

/** What the evidence says about a check or a claim; worst first. */
public enum Outcome {
  /** The measurement lies outside the expected interval, or is not a number. */
  NOT_REPRODUCED,
  /** The measurement's interval straddles a bound, or there are too few seeds. */
  INCONCLUSIVE,
  /** There is no evidence; never to be shown as a success. */
  SKIPPED,
  /** The measurement lies inside the expected interval. */
  REPRODUCED;

  /** The worst of several; SKIPPED if there is none. */
  public static Outcome worst(Collection<Outcome> outcomes) {
    return outcomes.stream().min(Comparator.naturalOrder()).orElse(SKIPPED);
  }
}
