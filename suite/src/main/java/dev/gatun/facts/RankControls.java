package dev.gatun.facts;

import java.util.List;

/** What arXiv 2608.16671 reports of validation losses over the exact model's, in nats. */
public record RankControls(
    List<RankLoss> rankLossOverExact, List<WidthLoss> withoutOrthogonalPartLossOverExact) {

  /** The numbers that ship with Gatun. */
  public static RankControls shipped() {
    return FactsFile.json("2608.16671-controls.json", RankControls.class);
  }

  /**
   * The loss that a lower rank costs, with its 95 % interval, of no width where none is printed.
   *
   * @param pass {@code backward} for the rank of the backward pass, {@code forward} for the head's
   */
  public record RankLoss(String pass, int rank, int width, double loss, double low, double high) {}

  /** The loss that a model of this width has without the orthogonal part of its gradient. */
  public record WidthLoss(int width, double loss) {}
}
