package dev.gatun.experiment;

/**
 * A claim cannot be measured at a tier yet; its checks stay without evidence and so are skipped.
 */
public final class UnsupportedTierException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Names the claim, the tier and what there is instead. */
  public UnsupportedTierException(String claim, Tier tier) {
    super(
        "claim %s has no %s tier yet; run it with --tier %s"
            .formatted(claim, tier.label(), Tier.QUICK.label()));
  }
}
