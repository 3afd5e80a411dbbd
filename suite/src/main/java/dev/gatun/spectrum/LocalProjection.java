package dev.gatun.spectrum;

/**
 * What a head lets through of a logit gradient context by context; see {@link JacobianProjection}.
 *
 * @param contexts that were looked at
 * @param vocabulary V
 * @param width D
 * @param keptNorm √(Σ‖P_n g_n‖² / Σ‖g_n‖²), P_n on the column space of the Jacobian of context n
 * @param meanRank of the Jacobians' numerical ranks
 * @param hiddenStep singular values of the directions that steps of the hidden states give the
 *     logits, each of length 1: a row per context
 * @param tolerance share of the largest singular value above which one counts
 */
public record LocalProjection(
    long contexts,
    long vocabulary,
    long width,
    double keptNorm,
    double meanRank,
    Spectrum hiddenStep,
    double tolerance) {

  /** Norm destroyed, √(1 − c²). */
  public double destroyedNorm() {
    return Math.sqrt((1 - keptNorm) * (1 + keptNorm));
  }

  /**
   * The destroyed norm of Jacobians of that rank unrelated to the gradient, whose rows add up to 0:
   * √(1 − rank/(V − 1)).
   */
  public double unrelatedDestroyedNorm() {
    return Math.sqrt(1 - meanRank / (vocabulary - 1));
  }

  /** Kept energy over what unrelated Jacobians of that rank keep, (1 − r²)·(V − 1)/rank. */
  public double keptOverChance() {
    return keptNorm * keptNorm * (vocabulary - 1) / meanRank;
  }

  /** Numerical rank of what one step of all hidden states does to the logits. */
  public int hiddenStepRank() {
    return hiddenStep.rank(tolerance * hiddenStep.singularValue(0));
  }
}
