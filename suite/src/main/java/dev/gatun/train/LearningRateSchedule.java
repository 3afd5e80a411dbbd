package dev.gatun.train;

/**
 * The learning rate over the steps of a run: linear warm-up, then constant or a half cosine.
 *
 * @param form what follows the warm-up
 * @param peak the highest rate
 * @param warmUpSteps steps of linear rise; the first has peak/warmUpSteps
 * @param steps length of the run
 * @param finalShare share of the peak that the cosine ends at
 */
public record LearningRateSchedule(
    Form form, double peak, long warmUpSteps, long steps, double finalShare) {

  /** What follows the warm-up. */
  public enum Form {
    /** The peak. */
    CONSTANT,
    /** Half a cosine from the peak to its final share (Loshchilov and Hutter, 1608.03983). */
    COSINE
  }

  /** Checks the ranges. */
  public LearningRateSchedule {
    if (!(peak >= 0) || Double.isInfinite(peak)) {
      throw new IllegalArgumentException("learning rate must not be negative, but is " + peak);
    }
    if (warmUpSteps < 0 || warmUpSteps > steps) {
      throw new IllegalArgumentException(
          "%s warm-up steps do not fit a run of %s".formatted(warmUpSteps, steps));
    }
    if (!(finalShare >= 0 && finalShare <= 1)) {
      throw new IllegalArgumentException("final share must be within 0 and 1, not " + finalShare);
    }
  }

  /** The same rate at every step. */
  public static LearningRateSchedule constant(double rate, long steps) {
    return new LearningRateSchedule(Form.CONSTANT, rate, 0, steps, 1);
  }

  /** The rate of a step, counted from 0. */
  public double at(long step) {
    if (step < warmUpSteps) {
      return peak * (step + 1) / warmUpSteps;
    }
    return switch (form) {
      case CONSTANT -> peak;
      case COSINE -> {
        double progress = (double) (step - warmUpSteps) / Math.max(1, steps - warmUpSteps);
        double fall = 0.5 * (1 + StrictMath.cos(Math.PI * Math.min(1, progress)));
        yield peak * (finalShare + (1 - finalShare) * fall);
      }
    };
  }
}
