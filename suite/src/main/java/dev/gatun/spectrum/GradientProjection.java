package dev.gatun.spectrum;

/**
 * What a head lets through of a logit gradient G [N, V].
 *
 * @param contexts N
 * @param vocabulary V
 * @param width D
 * @param gradientNorm ‖G‖
 * @param keptNorm c = ‖G P_W‖/‖G‖, in [0, 1]
 * @param headConditionNumber σ₁(W)/σ_D(W); the relative error of c is of the order of 2⁻⁵³·D times
 *     its square, or less
 */
public record GradientProjection(
    long contexts,
    long vocabulary,
    long width,
    double gradientNorm,
    double keptNorm,
    double headConditionNumber) {

  /** Norm destroyed, r = ‖G − G P_W‖/‖G‖ = √(1 − c²). */
  public double destroyedNorm() {
    return Math.sqrt((1 - keptNorm) * (1 + keptNorm));
  }

  /**
   * Kept energy over what a head unrelated to G keeps, κ = (1 − r²)·V/D: where r is near 1, it
   * shows a factor that r hides.
   */
  public double keptOverChance() {
    return keptNorm * keptNorm * vocabulary / width;
  }

  /** The destroyed norm of a head unrelated to G: √(1 − D/V). */
  public double unrelatedDestroyedNorm() {
    return Math.sqrt(1 - (double) width / vocabulary);
  }
}
