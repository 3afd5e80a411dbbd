package dev.gatun.results;

/** Which of a metric's steps a check reads, within each run. */
public enum Steps {
  /** Every step. */
  ALL,
  /** Step 0. */
  UNTRAINED,
  /** Every step but 0. */
  TRAINED,
  /** The last step that the run measured. */
  LAST,
  /** Steps from half of the last one on. */
  LAST_HALF;

  boolean includes(long step, long last) {
    return switch (this) {
      case ALL -> true;
      case UNTRAINED -> step == 0;
      case TRAINED -> step > 0;
      case LAST -> step == last;
      case LAST_HALF -> 2 * step >= last;
    };
  }
}
