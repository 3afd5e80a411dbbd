package dev.gatun.experiment;

import dev.gatun.results.Evidence;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * A fault of growing size in what a claim measures.
 *
 * @param fault what is wrong, in one sentence
 * @param unit of the sizes, in words
 * @param sizes ascending, above 0
 * @param cheap whether a build has time for the largest size that is not found
 * @param blind why no published bound sees any size; empty where one does
 * @param evidence of the claim with a fault of some size; of 0, as it is
 */
public record FaultFamily(
    String claim,
    String fault,
    String unit,
    List<Double> sizes,
    boolean cheap,
    String blind,
    DoubleFunction<Evidence> evidence) {

  /** Keeps a copy of the list. */
  public FaultFamily {
    sizes = List.copyOf(sizes);
  }
}
