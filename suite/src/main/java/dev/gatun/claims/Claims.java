package dev.gatun.claims;

import dev.gatun.claims.bottleneck.A10EnergyMovesToTail;
import dev.gatun.claims.bottleneck.A1GradientSuppression;
import dev.gatun.claims.bottleneck.A2LogitStepRank;
import dev.gatun.claims.bottleneck.A3UnreachableGradient;
import dev.gatun.claims.bottleneck.A4RankGrowsWithBatch;
import dev.gatun.claims.bottleneck.A5PoorDirection;
import dev.gatun.claims.bottleneck.A9FlatThroughTraining;
import dev.gatun.claims.bottleneck.BottleneckExperiment;
import dev.gatun.claims.frozen.B5RankConstrainedHead;
import dev.gatun.claims.frozen.B8WErrorThreshold;
import dev.gatun.claims.frozen.FrozenExperiment;
import dev.gatun.claims.heads.A7HeadRank;
import dev.gatun.claims.heads.A8TwoDimensionsSuffice;
import dev.gatun.claims.heads.C1BackwardRank;
import dev.gatun.claims.heads.C2OrthogonalPart;
import dev.gatun.claims.heads.C3NeverTargetClasses;
import dev.gatun.claims.heads.H1OtherHeads;
import dev.gatun.claims.heads.HeadFamilyExperiment;
import dev.gatun.claims.heads.HeadVariantExperiment;
import dev.gatun.claims.ngram.B6NextTokenRank;
import dev.gatun.claims.saturation.B1ScalingLawExcess;
import dev.gatun.claims.saturation.B2LatePerplexity;
import dev.gatun.claims.saturation.B3Anisotropy;
import dev.gatun.claims.saturation.B4SpectralSaturation;
import dev.gatun.claims.saturation.SaturationExperiment;
import dev.gatun.claims.spamlang.A6SpamLang;
import dev.gatun.claims.spamlang.SpamLangHeads;
import dev.gatun.claims.theorem.B7TheoremBound;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.HeadChoice;
import java.util.List;

/** All claims that can be measured, in the order of their ids. */
public final class Claims {
  /** Those whose measurements any head has; H1 takes all heads anyway. */
  private static final List<String> OF_ANY_HEAD = List.of("A4", "A6", "A7");

  private Claims() {}

  /** New instances of all; those that read the same experiment share it. */
  public static List<Claim> all() {
    return all(HeadChoice.LINEAR);
  }

  /**
   * The same with a head: those that are about what only the linear head has are left out for
   * others.
   */
  public static List<Claim> all(HeadChoice head) {
    return claims(head).stream()
        .filter(claim -> head.isLinear() || OF_ANY_HEAD.contains(claim.id()))
        .toList();
  }

  private static List<Claim> claims(HeadChoice head) {
    var bottleneck = new BottleneckExperiment(head);
    var heads = new HeadVariantExperiment();
    var saturation = new SaturationExperiment();
    var frozen = new FrozenExperiment();
    return List.of(
        new A1GradientSuppression(bottleneck),
        new A2LogitStepRank(bottleneck),
        new A3UnreachableGradient(bottleneck),
        new A4RankGrowsWithBatch(bottleneck),
        new A5PoorDirection(bottleneck),
        new A6SpamLang(head),
        new A7HeadRank(heads, head),
        new A8TwoDimensionsSuffice(),
        new A9FlatThroughTraining(bottleneck),
        new A10EnergyMovesToTail(bottleneck),
        new B1ScalingLawExcess(),
        new B2LatePerplexity(),
        new B3Anisotropy(saturation),
        new B4SpectralSaturation(saturation),
        new B5RankConstrainedHead(frozen),
        new B6NextTokenRank(),
        new B7TheoremBound(),
        new B8WErrorThreshold(frozen),
        new C1BackwardRank(heads),
        new C2OrthogonalPart(heads),
        new C3NeverTargetClasses(heads),
        new H1OtherHeads(new HeadFamilyExperiment(), List.of(new SpamLangHeads())));
  }

  /** Ids of all. */
  public static List<String> ids() {
    return all().stream().map(Claim::id).toList();
  }
}
