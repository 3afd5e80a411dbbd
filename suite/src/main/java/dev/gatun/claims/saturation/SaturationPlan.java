package dev.gatun.claims.saturation;

import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.train.TrainingConfig.AdamWSettings;
import dev.gatun.train.TrainingConfig.WeightDecayOn;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The runs of {@link SaturationExperiment} at a tier: every width on the same tokens, with every
 * seed but for wide models at the desk.
 *
 * @param settings in the order in which they run: all widths of the first seed, then of the next
 */
record SaturationPlan(List<SaturationSetting> settings) {
  private static final int SEEDS = 5;
  private static final int WIDE_SEEDS = 3;

  /**
   * Pythia's, but for its rate: 0.1, which is more usual, keeps a narrow head flatter for longer.
   */
  static final AdamWSettings ADAM_W =
      new AdamWSettings(0.9, 0.95, 1e-8, 0.01, WeightDecayOn.MATRICES);

  /** Early checkpoints: token frequencies are learnt within the first hundred steps. */
  private static final List<Integer> EARLY = List.of(0, 8, 16, 32, 64, 128);

  /** Keeps a copy of the list. */
  SaturationPlan {
    settings = List.copyOf(settings);
  }

  static SaturationPlan of(Tier tier, Seeds seeds) {
    return switch (tier) {
      case QUICK -> quick(seeds);
      case DESK -> desk(seeds);
      case PAPER -> paper(seeds);
    };
  }

  /**
   * D 4 and 64 at V 1,024 over 0.16 million tokens, each with the frequencies of the tokens in its
   * output bias too: a spike forms, and nothing saturates.
   */
  static SaturationPlan quick(Seeds seeds) {
    return bySeed(seeds, withBias(small(320, 5, 4, 64)));
  }

  /**
   * The same models over 25.6 million tokens. A token of D 64 costs several times as much as one of
   * D 4, so that there are three seeds of it.
   */
  static SaturationPlan desk(Seeds seeds) {
    List<SaturationSetting> all = bySeed(seeds, withBias(small(50_000, 25, 4, 64))).settings;
    return new SaturationPlan(
        all.stream()
            .filter(it -> it.size().width() == 4 || it.seed() < seeds.first() + WIDE_SEEDS)
            .toList());
  }

  /** Each model, then the same with its output bias fixed at the logarithm of the frequencies. */
  private static Stream<LongFunction<SaturationSetting>> withBias(
      List<LongFunction<SaturationSetting>> models) {
    return Stream.concat(
        models.stream(),
        models.stream().map(model -> seed -> model.apply(seed).withBias(OutputBias.LOG_UNIGRAM)));
  }

  private static List<LongFunction<SaturationSetting>> small(int steps, int points, int... widths) {
    return Arrays.stream(widths)
        .<LongFunction<SaturationSetting>>mapToObj(width ->
            seed ->
                new SaturationSetting(
                    new ModelSize(1024, width, 2, width == 4 ? 2 : 4, 32),
                    OutputBias.NONE,
                    new UsualTraining(16, steps, 3e-3, 50, ADAM_W),
                    32,
                    checkpoints(steps, points),
                    seed))
        .toList();
  }

  /**
   * The widths, layers, heads and rates of Pythia 14M to 410M (Biderman et al., arXiv 2304.01373)
   * at GPT-2's full vocabulary, over 0.33 billion tokens: a GPU's days, and a thousandth of what
   * Pythia was trained on. Its own checkpoints are measured by {@code gatun measure}.
   */
  static SaturationPlan paper(Seeds seeds) {
    return bySeed(
        seeds,
        Stream.of(
            pythia(128, 6, 4, 1e-3),
            pythia(256, 6, 8, 1e-3),
            pythia(512, 6, 8, 1e-3),
            pythia(768, 12, 12, 6e-4),
            pythia(1024, 24, 16, 3e-4)));
  }

  private static LongFunction<SaturationSetting> pythia(
      int width, int layers, int heads, double rate) {
    int steps = 20_000;
    return seed ->
        new SaturationSetting(
            new ModelSize(50_257, width, layers, heads, 512),
            OutputBias.NONE,
            new UsualTraining(32, steps, rate, 200, ADAM_W),
            16,
            checkpoints(steps, 20),
            seed);
  }

  /** The early ones, and so many more, evenly spaced to the end. */
  static List<Integer> checkpoints(int steps, int points) {
    IntStream even = IntStream.rangeClosed(1, points).map(i -> i * (steps / points));
    return IntStream.concat(EARLY.stream().mapToInt(step -> step), even)
        .filter(step -> step <= steps)
        .sorted()
        .distinct()
        .boxed()
        .toList();
  }

  private static SaturationPlan bySeed(
      Seeds seeds, Stream<LongFunction<SaturationSetting>> models) {
    List<LongFunction<SaturationSetting>> all = models.toList();
    return new SaturationPlan(
        seeds
            .of(SEEDS)
            .boxed()
            .flatMap(seed -> all.stream().map(model -> model.apply(seed)))
            .toList());
  }
}
