package dev.gatun.claims;

import dev.gatun.claims.bottleneck.BottleneckExperiment;
import dev.gatun.claims.frozen.B5RankConstrainedHead;
import dev.gatun.claims.frozen.B8WErrorThreshold;
import dev.gatun.claims.frozen.FrozenExperiment;
import dev.gatun.claims.heads.A8TwoDimensionsSuffice;
import dev.gatun.claims.heads.EfficiencyFactors;
import dev.gatun.claims.heads.HeadFamilyExperiment;
import dev.gatun.claims.heads.HeadVariantExperiment;
import dev.gatun.claims.heads.HeadVariantSetting;
import dev.gatun.claims.heads.TokensOverLinear;
import dev.gatun.claims.ngram.B6NextTokenRank;
import dev.gatun.claims.saturation.B1ScalingLawExcess;
import dev.gatun.claims.saturation.B2LatePerplexity;
import dev.gatun.claims.saturation.PublishedEntropies;
import dev.gatun.claims.saturation.SaturationTraining;
import dev.gatun.claims.signal.SignalExperiment;
import dev.gatun.claims.spamlang.SpamLangHeads;
import dev.gatun.claims.spamlang.SpamLangRun;
import dev.gatun.claims.spamlang.SpamLangSetting;
import dev.gatun.claims.theorem.B7TheoremBound;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.Sweep;
import dev.gatun.experiment.SweepClaim;
import dev.gatun.experiment.SweepRuns;
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
    Sweep<HeadVariantSetting> variants = HeadVariantExperiment.newSweep();
    var ranks = HeadVariantExperiment.ranks(variants, head);
    var heads = new HeadFamilyExperiment();
    SweepRuns<?> saturation = SaturationTraining.runs();
    var frozen = new FrozenExperiment();
    SweepRuns<SpamLangSetting> spamLang = SpamLangRun.runs(head);
    return List.of(
        new SweepClaim("A1", bottleneck.runs()),
        new SweepClaim("A2", bottleneck.withSpectra()),
        new SweepClaim("A3", bottleneck.withSpectra(), bottleneck.reachableGradient()),
        new SweepClaim("A4", bottleneck.withRanks(), bottleneck.gaussianGradient()),
        new SweepClaim("A5", bottleneck.withAnatomy()),
        new SweepClaim("A6", spamLang),
        new SweepClaim("A7", ranks, new EfficiencyFactors(ranks, head)),
        new A8TwoDimensionsSuffice(),
        new SweepClaim("A9", bottleneck.runs()),
        new SweepClaim("A10", bottleneck.withAnatomy()),
        new B1ScalingLawExcess(),
        new B2LatePerplexity(),
        new SweepClaim("B3", saturation),
        new SweepClaim("B4", saturation.withSpectra(), new PublishedEntropies()),
        new B5RankConstrainedHead(frozen),
        new B6NextTokenRank(),
        new B7TheoremBound(),
        new B8WErrorThreshold(frozen),
        new SweepClaim("C1", HeadVariantExperiment.backward(variants)),
        new SweepClaim("C2", HeadVariantExperiment.orthogonal(variants)),
        new SweepClaim("C3", HeadVariantExperiment.never(variants)),
        new SweepClaim("G1", SignalExperiment.runs()),
        new SweepClaim("G2", bottleneck.cosineOfSpread()),
        new SweepClaim("G3", bottleneck.runs(), heads.matrices()),
        new SweepClaim("G4", HeadVariantExperiment.hiddenGradients(variants)),
        new SweepClaim("G5", SpamLangRun.coverageLaw(spamLang)),
        new SweepClaim("H1", heads, new TokensOverLinear(heads), new SpamLangHeads()));
  }

  public static List<String> ids() {
    return all().stream().map(Claim::id).toList();
  }
}
