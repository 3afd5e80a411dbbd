package dev.gatun.results;

import java.util.Collection;
import java.util.Comparator;

/** What the evidence says about a check or a claim; worst first. */
public enum Outcome {
  /** The measurement lies outside the published bound, or is not a number. */
  NOT_REPRODUCED,
  /** The interval straddles the bound, or the evidence is too small to decide. */
  UNDECIDED,
  /** There is no evidence; never to be shown as a success. */
  SKIPPED,
  /** The measurement lies inside the published bound, and so does its null. */
  AS_ITS_NULL,
  /** The measurement lies inside the published bound, and its null does not. */
  REPRODUCED,
  /** Arithmetic on published numbers gives the published result. */
  RECOMPUTED,
  /** A theorem, an identity or a construction holds numerically. */
  HOLDS;

  /** The worst of several; SKIPPED if there is none. */
  public static Outcome worst(Collection<Outcome> outcomes) {
    return outcomes.stream().min(Comparator.naturalOrder()).orElse(SKIPPED);
  }

  /** Whether the evidence has decided, one way or the other. */
  public boolean isDecided() {
    return this != UNDECIDED && this != SKIPPED;
  }

  /** Whether the measurement lies inside its bound. */
  public boolean isInside() {
    return isDecided() && this != NOT_REPRODUCED;
  }
}
