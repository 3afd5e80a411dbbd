package dev.gatun.results;

/** The scale on which values are averaged, compared with bounds and with their nulls. */
public enum Scale {
  /** As measured. */
  LINEAR,
  /** Logarithms, for ratios: means are geometric, and differences are quotients. */
  LOG,
  /** Logarithms of the kept energy 1 − r² of a destroyed norm r, which is flat near 1. */
  KEPT_ENERGY;

  /** A measured value on this scale; NaN where a logarithm has none. */
  Estimate to(Estimate measured) {
    double value = measured.value();
    return switch (this) {
      case LINEAR -> measured;
      case LOG ->
          new Estimate(Math.log(value), measured.halfWidth() / Math.abs(value), measured.where());
      case KEPT_ENERGY -> {
        double kept = 1 - value * value;
        yield new Estimate(
            Math.log(kept), 2 * Math.abs(value) * measured.halfWidth() / kept, measured.where());
      }
    };
  }

  /** A number of this scale as it is shown: of logarithms, what they are of. */
  double from(double value) {
    return this == LINEAR ? value : Math.exp(value);
  }

  /** A bound, which is stated as it is shown, on this scale; no bound is none on any. */
  double to(double bound) {
    return this == LINEAR ? bound : Math.log(Math.max(bound, 0));
  }
}
