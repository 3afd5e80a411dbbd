package dev.gatun.claims.heads;

import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.ModelSize;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.model.head.HeadBackward;

/**
 * A head as an arm of {@link HeadVariantExperiment}: all else is equal between arms.
 *
 * @param arm its name
 * @param head forward
 * @param backward how the logit gradient flows back
 * @param neverClasses classes beside the vocabulary's that are never an input and never a target
 * @param rateOf arm whose chosen learning rate it trains with; its own name if it has one chosen
 */
record HeadVariant(
    String arm, HeadForm head, HeadBackward backward, int neverClasses, String rateOf) {
  /** The exact model: a plain head of its own, W [V, D]. */
  static final HeadVariant FULL =
      new HeadVariant("full", new HeadForm.Linear(false), HeadBackward.EXACT, 0, "full");

  /** W = A·B of a rank; the learning rate is its own. */
  static HeadVariant rank(int rank) {
    String arm = "rank" + rank;
    return new HeadVariant(arm, new HeadForm.Factorised(rank), HeadBackward.EXACT, 0, arm);
  }

  /** A head of any form in a model of a size; the learning rate is its own. */
  static HeadVariant of(HeadChoice head, ModelSize size) {
    String arm = head.label();
    return new HeadVariant(
        arm, head.of(size.vocabulary(), size.width()), HeadBackward.EXACT, 0, arm);
  }

  /** The exact model, but for a gradient of limited rank to its hidden states. */
  static HeadVariant backward(int rank) {
    return FULL.as("backward" + rank, new HeadBackward.RankLimited(rank), 0);
  }

  /** The exact model, whose head learns from no gradient outside its column space. */
  static HeadVariant withoutOrthogonalPart() {
    return FULL.as("no-orthogonal", new HeadBackward.WithoutOrthogonalPart(), 0);
  }

  /** The exact model with classes that never occur. */
  static HeadVariant never(int classes) {
    return FULL.as("never" + classes, HeadBackward.EXACT, classes);
  }

  private HeadVariant as(String name, HeadBackward other, int classes) {
    return new HeadVariant(name, head, other, classes, rateOf);
  }

  /** Whether a learning rate is chosen for it. */
  boolean hasOwnRate() {
    return arm.equals(rateOf);
  }
}
