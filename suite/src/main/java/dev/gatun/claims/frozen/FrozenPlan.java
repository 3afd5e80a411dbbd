package dev.gatun.claims.frozen;

import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.HeadForm.OutputBias;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * The runs of the frozen-backbone experiment at a tier: one for each seed, and of the first seeds
 * one more whose logits have the frequencies of the tokens as their bias, which the head then need
 * not hold.
 *
 * @param settings in the order in which they run
 */
record FrozenPlan(List<FrozenSetting> settings) {
  private static final int SEEDS = 5;
  private static final int BIASED_SEEDS = 3;

  /** The best rate falls as the width grows (Yang et al., arXiv 2203.03466): 3e-3 at 64. */
  private static final double RATE_TIMES_WIDTH = 0.192;

  private static final int BATCH = 16;
  private static final double WARM_UP = 0.3;

  /** Keeps a copy of the list. */
  FrozenPlan {
    settings = List.copyOf(settings);
  }

  static FrozenPlan of(Tier tier, Seeds seeds) {
    return switch (tier) {
      case QUICK -> quick(seeds);
      case DESK -> desk(seeds);
      case PAPER -> paper(seeds);
    };
  }

  /**
   * V 1,024, D 32, two layers and 0.4 M tokens; 196,608 hidden states in steps of 1,024. Sizes and
   * rates were tried on seeds 101 and 102. With 65,536 states, in steps of 64, the full head ends
   * 0.2 nats above the one that it begins as; here it ends 0.07 below, and a head A·B of full rank
   * within 0.013 of it. Rates of 0.003 and less are worse at every rank.
   */
  static FrozenPlan quick(Seeds seeds) {
    return seeds(
        seeds,
        SEEDS,
        BIASED_SEEDS,
        seed ->
            setting(
                new ModelSize(1024, 32, 2, 4, 64),
                400,
                192,
                1024,
                List.of(2, 4, 8, 16, 32),
                List.of(0.01, 0.03),
                HeadStart.CUT,
                256,
                seed));
  }

  /**
   * V 2,048, D 64, four layers and 7.2 M tokens, 17 times as many as at the quick tier; 1.0 M
   * hidden states, a file of 0.27 GB for each run, in steps of 2,048.
   */
  static FrozenPlan desk(Seeds seeds) {
    return seeds(
        seeds,
        SEEDS,
        BIASED_SEEDS,
        seed ->
            setting(
                new ModelSize(2048, 64, 4, 4, 128),
                3500,
                500,
                2048,
                List.of(2, 4, 8, 16, 32, 64),
                List.of(0.01, 0.03),
                HeadStart.CUT,
                256,
                seed));
  }

  /**
   * The shape of Pythia-410m, D 1,024 and 24 layers, with GPT-2's V 50,257, trained here on 0.33 B
   * tokens: where the paper takes a published model, which had 300 B. Its ranks, its entries, and
   * rates around those it chose; 39 M hidden states, a file of 161 GB.
   */
  static FrozenPlan paper(Seeds seeds) {
    return seeds(
        seeds,
        1,
        1,
        seed ->
            setting(
                new ModelSize(50_257, 1024, 24, 16, 1024),
                20_000,
                2400,
                2048,
                List.of(32, 64, 128, 256, 512, 768, 1024),
                List.of(0.001, 0.002, 0.005, 0.01, 0.02, 0.05),
                HeadStart.NORMAL,
                64,
                seed));
  }

  private static FrozenPlan seeds(
      Seeds seeds, int count, int biased, LongFunction<FrozenSetting> setting) {
    return new FrozenPlan(
        Stream.concat(
                seeds.of(count).mapToObj(setting),
                seeds.of(biased).mapToObj(setting).map(it -> it.withBias(OutputBias.LOG_UNIGRAM)))
            .toList());
  }

  private static FrozenSetting setting(
      ModelSize size,
      long steps,
      long batches,
      int contexts,
      List<Integer> ranks,
      List<Double> rates,
      HeadStart start,
      int windows,
      long seed) {
    return new FrozenSetting(
        size,
        OutputBias.NONE,
        new UsualTraining(
            BATCH, steps, RATE_TIMES_WIDTH / size.width(), Math.round(WARM_UP * steps)),
        batches,
        contexts,
        ranks,
        rates,
        start,
        windows,
        seed);
  }
}
