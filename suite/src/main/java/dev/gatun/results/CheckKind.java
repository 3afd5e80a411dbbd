package dev.gatun.results;

/** The rule by which a check is judged. */
public enum CheckKind {
  /** Equal values; a point check. */
  EXACT,
  /** An identity that holds but for rounding; a point check. */
  ALGEBRA,
  /** An operation against the f64 oracle; a point check. */
  IMPLEMENTATION,
  /** Arithmetic on published numbers; a point check. */
  PUBLISHED,
  /** An effect of training: Student's t over seeds. */
  STATISTICAL
}
