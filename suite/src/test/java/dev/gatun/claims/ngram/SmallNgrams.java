package dev.gatun.claims.ngram;

import dev.gatun.backend.Backend;
import dev.gatun.data.SmallText;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import java.nio.file.Path;
import java.util.List;

/** B6 at a size for tests, with the arms of the quick tier that its checks read: V = 512. */
final class SmallNgrams {
  private SmallNgrams() {}

  static NgramPlan plan(long firstSeed) {
    return NgramPlan.of(512, List.of(3, 5), List.of(4, 1), firstSeed);
  }

  static B6NextTokenRank claim(NgramMeasures measures) {
    return new B6NextTokenRank(new NgramExperiment(measures, (_, seeds) -> plan(seeds.first())));
  }

  static ClaimContext context(Backend backend, Path output, ProgressListener listener) {
    return new ClaimContext(
        backend, Tier.QUICK, Seeds.from(7), () -> SmallText.corpus(1_500_000), listener, output);
  }
}
