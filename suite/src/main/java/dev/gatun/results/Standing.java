package dev.gatun.results;

/** How a check came out, by its outcome or by where the measured interval lies beside the null. */
public enum Standing {
  /** The outcome of the same name. */
  NOT_REPRODUCED,
  /** The outcome of the same name. */
  UNDECIDED,
  /** The outcome of the same name. */
  AS_ITS_NULL,
  /** The outcome of the same name. */
  REPRODUCED,
  /** The outcome of the same name. */
  RECOMPUTED,
  /** The outcome of the same name. */
  HOLDS,
  /** Inside the bound, whatever the null. */
  INSIDE,
  /** Pair by pair, the measurement cannot be told from the null. */
  AT_NULL,
  /** Pair by pair, the measurement lies above the null. */
  ABOVE_NULL,
  /** Pair by pair, the measurement lies below the null. */
  BELOW_NULL,
  /** The measured interval contains 0, which is the null of a difference. */
  AT_ZERO,
  /** All of the measured interval lies above 0. */
  ABOVE_ZERO,
  /** All of the measured interval lies below 0. */
  BELOW_ZERO;

  /** Whether a verdict stands so; one without evidence, or without a null, stands nowhere. */
  public boolean of(Verdict verdict) {
    var against = verdict.againstNull();
    return switch (this) {
      case NOT_REPRODUCED, UNDECIDED, AS_ITS_NULL, REPRODUCED, RECOMPUTED, HOLDS ->
          verdict.outcome().name().equals(name());
      case INSIDE -> verdict.outcome().isInside();
      case AT_NULL -> against.low() <= against.equal() && against.equal() <= against.high();
      case ABOVE_NULL -> against.low() > against.equal();
      case BELOW_NULL -> against.high() < against.equal();
      case AT_ZERO -> verdict.measuredLow() <= 0 && 0 <= verdict.measuredHigh();
      case ABOVE_ZERO -> verdict.measuredLow() > 0;
      case BELOW_ZERO -> verdict.measuredHigh() < 0;
    };
  }
}
