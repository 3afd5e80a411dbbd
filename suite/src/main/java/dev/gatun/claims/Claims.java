package dev.gatun.claims;

import java.util.List;

/** All claims that can be measured, in the order of their ids. */
public final class Claims {
  private Claims() {}

  /** New instances of all; those that read the same experiment share it. */
  public static List<Claim> all() {
    var bottleneck = new BottleneckExperiment();
    var heads = new HeadVariantExperiment();
    return List.of(
        new A1GradientSuppression(bottleneck),
        new A2LogitStepRank(bottleneck),
        new A3UnreachableGradient(bottleneck),
        new A4RankGrowsWithBatch(bottleneck),
        new A5PoorDirection(bottleneck),
        new A6SpamLang(),
        new A7HeadRank(heads),
        new A8TwoDimensionsSuffice(),
        new A9FlatThroughTraining(bottleneck),
        new A10EnergyMovesToTail(bottleneck),
        new B1ScalingLawExcess(),
        new B2LatePerplexity(),
        new C1BackwardRank(heads),
        new C2OrthogonalPart(heads),
        new C3NeverTargetClasses(heads),
        new H1OtherHeads(new HeadFamilyExperiment()));
  }

  /** Ids of all. */
  public static List<String> ids() {
    return all().stream().map(Claim::id).toList();
  }
}
