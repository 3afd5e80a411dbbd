package dev.gatun.results;

/** How a check came out, by its outcome or by where the measured interval lies beside the null. */
public enum Standing {
  /** The outcome of the same name. */
  REPRODUCED,
  /** The outcome of the same name. */
  NOT_REPRODUCED,
  /** The outcome of the same name. */
  INCONCLUSIVE,
  /** The measured interval contains the null: the two cannot be told apart. */
  AT_NULL,
  /** All of the measured interval lies above the null. */
  ABOVE_NULL,
  /** All of the measured interval lies below the null. */
  BELOW_NULL,
  /** The measured interval contains 0, which is the null of a difference. */
  AT_ZERO,
  /** All of the measured interval lies above 0. */
  ABOVE_ZERO,
  /** All of the measured interval lies below 0. */
  BELOW_ZERO;

  /** Whether a verdict stands so; one without evidence, or without a null, stands nowhere. */
  public boolean of(Verdict verdict) {
    return switch (this) {
      case REPRODUCED -> verdict.outcome() == Outcome.REPRODUCED;
      case NOT_REPRODUCED -> verdict.outcome() == Outcome.NOT_REPRODUCED;
      case INCONCLUSIVE -> verdict.outcome() == Outcome.INCONCLUSIVE;
      case AT_NULL ->
          verdict.measuredLow() <= verdict.nullValue()
              && verdict.nullValue() <= verdict.measuredHigh();
      case ABOVE_NULL -> verdict.measuredLow() > verdict.nullValue();
      case BELOW_NULL -> verdict.measuredHigh() < verdict.nullValue();
      case AT_ZERO -> verdict.measuredLow() <= 0 && 0 <= verdict.measuredHigh();
      case ABOVE_ZERO -> verdict.measuredLow() > 0;
      case BELOW_ZERO -> verdict.measuredHigh() < 0;
    };
  }
}
