package dev.gatun.claims.heads;

import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.ModelSize;
import dev.gatun.model.HeadForm;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.model.head.HeadBackward.Curvature;
import dev.gatun.model.head.HeadBackward.Directions;

/**
 * A head as an arm of {@link HeadVariantExperiment}: all else is equal between arms.
 *
 * @param arm its name
 * @param head forward
 * @param backward how the logit gradient flows back
 * @param neverClasses classes beside the vocabulary's that are never an input and never a target
 * @param rateOf arm whose chosen learning rate it trains with; its own name if it has one chosen
 * @param rateFactor on the learning rates that are tried for it
 */
record HeadVariant(
    String arm,
    HeadForm head,
    HeadBackward backward,
    int neverClasses,
    String rateOf,
    double rateFactor) {
  /** A head that sees a part of its gradient, or none, is best at several times the usual rate. */
  static final double STARVED = 4;

  /** Steps from one renewal of a limited backward pass to the next (arXiv 2608.16671). */
  private static final int RENEWAL = 20;

  /** Of a curvature: small beside its mean eigenvalue, and enough for rounding. */
  private static final double DAMPING = 0.1;

  private static final HeadForm PLAIN = new HeadForm.Linear(false);
  private static final HeadForm BIASED = new HeadForm.Linear(false, OutputBias.LEARNED);

  /** The exact model: a plain head of its own, W [V, D]. */
  static final HeadVariant FULL = of("full", PLAIN, HeadBackward.EXACT, 1);

  /** The exact model with an output bias that learns. */
  static final HeadVariant FULL_WITH_BIAS = of("full-bias", BIASED, HeadBackward.EXACT, 1);

  /** The exact model, whose head learns from no gradient outside its column space. */
  static final HeadVariant WITHOUT_ORTHOGONAL_PART =
      of("no-orthogonal", PLAIN, new HeadBackward.WithoutOrthogonalPart(), STARVED);

  /** The same with an output bias, which learns from the whole gradient. */
  static final HeadVariant WITHOUT_ORTHOGONAL_PART_WITH_BIAS =
      of("no-orthogonal-bias", BIASED, new HeadBackward.WithoutOrthogonalPart(), STARVED);

  /** The exact model, whose head learns nothing. */
  static final HeadVariant FROZEN = of("frozen", PLAIN, new HeadBackward.FrozenHead(), STARVED);

  private static HeadVariant of(
      String arm, HeadForm head, HeadBackward backward, double rateFactor) {
    return new HeadVariant(arm, head, backward, 0, arm, rateFactor);
  }

  /** W = A·B of a rank. */
  static HeadVariant rank(int rank) {
    return of("rank" + rank, new HeadForm.Factorised(rank), HeadBackward.EXACT, 1);
  }

  /** A head of any form in a model of a size. */
  static HeadVariant of(HeadChoice head, ModelSize size) {
    return of(head.label(), head.of(size.vocabulary(), size.width()), HeadBackward.EXACT, 1);
  }

  /** The exact model, but for a gradient of limited rank to its hidden states. */
  static HeadVariant backward(int rank) {
    return limited("backward" + rank, rank, Directions.LEADING);
  }

  /** The same through the directions in which the head is smallest. */
  static HeadVariant trailing(int rank) {
    return limited("trailing" + rank, rank, Directions.TRAILING);
  }

  /** The same through random directions. */
  static HeadVariant random(int rank) {
    return limited("random" + rank, rank, Directions.RANDOM);
  }

  /** The same as an arm of its own, whose learning rate is chosen for it. */
  HeadVariant tuned(double rateFactor) {
    String own = "tuned-" + arm;
    return new HeadVariant(own, head, backward, neverClasses, own, rateFactor);
  }

  /**
   * The exact model, but for a gradient to its hidden states that is divided by a curvature. Such
   * gradients are best at higher rates than the usual ones.
   */
  static HeadVariant preconditioned(String arm, Curvature curvature) {
    return of(arm, PLAIN, new HeadBackward.Preconditioned(curvature, DAMPING), 2);
  }

  /** A head whose forward pass has a lower rank, and its backward pass too unless it is wide. */
  static HeadVariant narrowForward(int rank, boolean wideBackward) {
    String arm = "narrow" + rank + (wideBackward ? "-wide-backward" : "");
    return of(arm, PLAIN, new HeadBackward.NarrowForward(rank, wideBackward), 1);
  }

  private static HeadVariant limited(String arm, int rank, Directions directions) {
    return of(arm, PLAIN, new HeadBackward.RankLimited(rank, directions, RENEWAL, true), 1);
  }

  /** The exact model with classes that never occur, at the exact model's learning rate. */
  static HeadVariant never(int classes) {
    return new HeadVariant("never" + classes, PLAIN, HeadBackward.EXACT, classes, FULL.arm, 1);
  }

  /** The same at the exact model's learning rate. */
  HeadVariant atUsualRate() {
    return new HeadVariant(arm, head, backward, neverClasses, FULL.arm, 1);
  }

  /** The same as an arm of other models, whose arms have names that begin in another way. */
  HeadVariant named(String before) {
    return new HeadVariant(before + arm, head, backward, neverClasses, before + rateOf, rateFactor);
  }

  /** Whether a learning rate is chosen for it. */
  boolean hasOwnRate() {
    return arm.equals(rateOf);
  }

  /** Whether the loss on the way is read, for the tokens that it takes to a loss. */
  boolean hasCurve() {
    return backward.equals(HeadBackward.EXACT) && neverClasses == 0 && !head.equals(BIASED);
  }
}
