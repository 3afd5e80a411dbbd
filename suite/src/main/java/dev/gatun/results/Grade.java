package dev.gatun.results;

/** How exact the source of an expected value is. */
public enum Grade {
  /** In the paper's text. */
  PRINTED,
  /** The author's own public statement. */
  AUTHOR,
  /** Read off a figure, with the reading error that the facts state. */
  FIGURE,
  /** Reported by readers of the full text, not checked against it here. */
  SECONDARY,
  /** Predicted here, with its tolerance, before the runs that it is held against. */
  PREDICTED,
  /** It follows by algebra or from how the measurement is built; only the tolerance is ours. */
  IDENTITY
}
