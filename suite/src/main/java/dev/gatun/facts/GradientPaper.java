package dev.gatun.facts;

import java.util.List;

/**
 * What arXiv 2603.10145 shows of the destroyed norm.
 *
 * @param grade how exact the numbers are, in the words of the expected values
 * @param text that its models were measured on
 */
public record GradientPaper(
    String grade,
    String text,
    List<DestroyedNorm> destroyedNorms,
    List<DestroyedNormRange> destroyedNormRanges) {

  /** The numbers that ship with Gatun. */
  public static GradientPaper shipped() {
    return FactsFile.json("2603.10145-figures.json", GradientPaper.class);
  }

  /** The destroyed share of the gradient's norm at a ratio of width and vocabulary, D/V. */
  public record DestroyedNorm(double widthOverVocabulary, double destroyedNorm) {}

  /** The range of that share over the steps of a model's training. */
  public record DestroyedNormRange(PublishedModel model, double low, double high) {}
}
