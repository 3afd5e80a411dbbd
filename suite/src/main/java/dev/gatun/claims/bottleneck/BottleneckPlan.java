package dev.gatun.claims.bottleneck;

import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.HeadForm.OutputBias;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongFunction;

/**
 * The runs of the gradient-bottleneck experiment at a tier: every width with every seed.
 *
 * @param settings in the order in which they run: all widths of the first seed, then of the next
 */
public record BottleneckPlan(List<BottleneckSetting> settings) {
  private static final int SEEDS = 5;

  /** The best rate falls as the width grows (Yang et al., arXiv 2203.03466): 3e-3 at 64. */
  private static final double RATE_TIMES_WIDTH = 0.192;

  /** Keeps a copy of the list. */
  public BottleneckPlan {
    settings = List.copyOf(settings);
  }

  /** The plan of a tier. */
  public static BottleneckPlan of(Tier tier, Seeds seeds) {
    return switch (tier) {
      case QUICK -> quick(seeds);
      case DESK -> desk(seeds);
      case PAPER -> paper(seeds);
    };
  }

  /** The same runs with another head; those with a bias are the linear head's alone. */
  BottleneckPlan withHead(HeadChoice head) {
    return new BottleneckPlan(
        settings.stream()
            .filter(setting -> head.isLinear() || setting.bias() == OutputBias.NONE)
            .map(setting -> setting.withHead(head))
            .toList());
  }

  /**
   * Two D/V of the paper's figure, 0.031 and 0.063, at V = 1,024, five seeds each. All of it has to
   * fit minutes of two cores, and half of V with half of D costs a quarter in training and an
   * eighth in singular values. One width has two controls, whose head has a bias: the frequencies
   * of the tokens, or a learned one. It has the ranks of batches of up to 10,240 contexts too, ten
   * for each token.
   */
  public static BottleneckPlan quick(Seeds seeds) {
    var spectra = List.of(0, 150);
    var anatomy = List.of(150);
    var models =
        new Models(
            width -> new ModelSize(1024, width, 2, 4, 128),
            12,
            150,
            20,
            32,
            List.of(0, 75, 110, 150));
    return bySeed(
        seeds,
        List.of(
            models.arm(32, new Measured(spectra, anatomy, 0)),
            models.arm(64, new Measured(spectra, anatomy, 80)),
            models.arm(64, new Measured(List.of(), anatomy, 0), OutputBias.LOG_UNIGRAM),
            models.arm(64, new Measured(List.of(), anatomy, 0), OutputBias.LEARNED)));
  }

  /**
   * Twice and four times the quick tier's V over ten times its tokens at one D/V, 0.031, so that V
   * alone differs; and 20 million tokens at V = 2,048 and D/V of 0.016, for what is flat through
   * training. D = 64 has the two controls of the quick tier. The largest V has the ranks of batches
   * of up to 16,384 contexts, four for each token. Runs that take longest begin first. All take
   * about 45 minutes of two cores.
   */
  public static BottleneckPlan desk(Seeds seeds) {
    var end = List.of(1125);
    var twice = ofTenTimesTheTokens(2048);
    var largest = ofTenTimesTheTokens(4096);
    var longest =
        new Models(
            width -> new ModelSize(2048, width, 2, 4, 128),
            32,
            5000,
            250,
            32,
            List.of(0, 1250, 2500, 3000, 3500, 4000, 4500, 5000));
    return bySeed(
        seeds,
        List.of(
            largest.arm(128, new Measured(end, end, 128)),
            longest.arm(32, new Measured(List.of(), List.of(5000), 0)),
            twice.arm(64, new Measured(end, end, 0)),
            twice.arm(64, new Measured(List.of(), end, 0), OutputBias.LOG_UNIGRAM),
            twice.arm(64, new Measured(List.of(), end, 0), OutputBias.LEARNED)));
  }

  private static Models ofTenTimesTheTokens(int vocabulary) {
    return new Models(
        width -> new ModelSize(vocabulary, width, 2, 4, 128),
        16,
        1125,
        100,
        32,
        List.of(0, 375, 750, 900, 1125));
  }

  /**
   * D/V of 0.021, 0.031, 0.047, 0.063 and 0.083 at the paper's V = 49,152 with its 6 layers and up
   * to its width of 4,096, in batches that fit a GPU of 80 GB. Its 11 B tokens are cut to 0.16 B a
   * run; the corpus should have as many. One width has its gradient taken apart, at eigenvectors of
   * order 49,152, and the ranks of batches of up to 65,536 contexts, whose decompositions take 90
   * GB.
   */
  private static BottleneckPlan paper(Seeds seeds) {
    var end = List.of(20_000);
    var models = paperModels(64);
    return bySeed(
        seeds,
        List.of(
            paperModels(128).arm(1024, new Measured(end, end, 128)),
            models.arm(1536, Measured.NOTHING_MORE),
            models.arm(2304, Measured.NOTHING_MORE),
            models.arm(3072, Measured.NOTHING_MORE),
            models.arm(4096, Measured.NOTHING_MORE)));
  }

  private static Models paperModels(int windows) {
    return new Models(
        width -> new ModelSize(49_152, width, 6, width / 64, 512),
        16,
        20_000,
        1000,
        windows,
        List.of(0, 2000, 5000, 10_000, 12_000, 14_000, 16_000, 18_000, 20_000));
  }

  /** All models of the first seed, then of the next; only the first seed takes all spectra. */
  private static BottleneckPlan bySeed(Seeds seeds, List<LongFunction<BottleneckSetting>> models) {
    return new BottleneckPlan(
        seeds
            .of(SEEDS)
            .boxed()
            .flatMap(seed ->
                models.stream()
                    .map(model -> model.apply(seed))
                    .map(setting -> seed == seeds.first() ? setting : setting.withoutSpectra()))
            .toList());
  }

  /**
   * What is measured of an arm besides its projection.
   *
   * @param spectrumSteps of the first seed
   * @param rankWindows windows of the batch whose ranks are taken
   */
  private record Measured(
      List<Integer> spectrumSteps, List<Integer> anatomySteps, int rankWindows) {
    static final Measured NOTHING_MORE = new Measured(List.of(), List.of(), 0);
  }

  /** Settings that differ in their width and seed. */
  private record Models(
      IntFunction<ModelSize> sizes,
      int batch,
      int steps,
      int warmUpSteps,
      int windows,
      List<Integer> checkpoints) {

    LongFunction<BottleneckSetting> arm(int width, Measured measured) {
      return arm(width, measured, OutputBias.NONE);
    }

    LongFunction<BottleneckSetting> arm(int width, Measured measured, OutputBias bias) {
      return seed ->
          new BottleneckSetting(
              sizes.apply(width),
              HeadChoice.LINEAR,
              bias,
              new UsualTraining(batch, steps, RATE_TIMES_WIDTH / width, warmUpSteps),
              windows,
              checkpoints,
              measured.spectrumSteps,
              measured.anatomySteps,
              measured.rankWindows,
              seed);
    }
  }
}
