package dev.gatun.results;

import java.util.Arrays;

/**
 * The singular values of one matrix.
 *
 * @param name which matrix, as {@code logit_gradient}
 * @param step training step after which it was measured
 * @param singularValues descending
 * @param errorBound absolute bound on the error of each of them
 */
public record SpectrumRecord(
    String run, String claim, String name, long step, double[] singularValues, double errorBound) {

  /** Keeps a copy of the values. */
  public SpectrumRecord {
    singularValues = singularValues.clone();
  }

  /** A copy of the values. */
  @Override
  public double[] singularValues() {
    return singularValues.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SpectrumRecord that
        && run.equals(that.run)
        && claim.equals(that.claim)
        && name.equals(that.name)
        && step == that.step
        && Arrays.equals(singularValues, that.singularValues)
        && Double.compare(errorBound, that.errorBound) == 0;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(singularValues) + 31 * (run.hashCode() + 31 * name.hashCode());
  }

  @Override
  public String toString() {
    return "SpectrumRecord[%s %s step %s: %s values]"
        .formatted(run, name, step, singularValues.length);
  }
}
