package dev.gatun.results;

/** How exact the source of an expected value is. */
public enum Grade {
  /** In the paper's text. */
  PRINTED,
  /** Read off a figure, with the reading error that the facts state. */
  FIGURE,
  /** Reported by readers of the full text, not checked against it here. */
  SECONDARY,
  /** Measured with Gatun; the source names the machine, the date and the runs. */
  MEASURED
}
