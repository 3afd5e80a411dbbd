package dev.gatun.claims.frozen;

import java.util.Locale;

/** How the entries of A [V, r] and B [r, D] are drawn. */
public enum EntryScale {
  /**
   * N(0, 1), as arXiv 2404.07647 draws them: with hidden states of norm √D, logits of standard
   * deviation √(rD), which training has to shrink first.
   */
  NORMAL,
  /** N(0, 1/√(rD)), so that logits have standard deviation 1 at every rank. */
  UNIT_LOGITS;

  /** Standard deviation of the entries. */
  double deviation(int rank, int width) {
    return switch (this) {
      case NORMAL -> 1;
      case UNIT_LOGITS -> Math.pow((double) rank * width, -0.25);
    };
  }

  /** As in metrics: {@code normal}, {@code unit_logits}. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
