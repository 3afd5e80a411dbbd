package dev.gatun.facts;

import java.util.List;

/**
 * What arXiv 2603.10145 shows of the destroyed norm.
 *
 * @param grade how exact the numbers are, in the words of the expected values
 */
public record GradientPaper(String grade, List<DestroyedNorm> destroyedNorms) {

  /** The numbers that ship with Gatun. */
  public static GradientPaper shipped() {
    return FactsFile.json("2603.10145-figures.json", GradientPaper.class);
  }

  /** The destroyed share of the gradient's norm at a ratio of width and vocabulary, D/V. */
  public record DestroyedNorm(double widthOverVocabulary, double destroyedNorm) {}
}
