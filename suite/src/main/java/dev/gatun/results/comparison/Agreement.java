package dev.gatun.results.comparison;

import java.util.Collection;
import java.util.Comparator;

/** Whether something is the same on two machines; worst first. */
public enum Agreement {
  /** Outside the tolerance. */
  DIFFERS,
  /** The interval of the difference straddles a bound, or one seed gives no interval. */
  INCONCLUSIVE,
  /** The two did not measure the same thing; the reason says what is not the same. */
  NOT_COMPARABLE,
  /** Within the tolerance. */
  AGREES;

  /** The worst of several; NOT_COMPARABLE if there is none. */
  public static Agreement worst(Collection<Agreement> all) {
    return all.stream().min(Comparator.naturalOrder()).orElse(NOT_COMPARABLE);
  }
}
