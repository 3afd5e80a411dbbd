package dev.gatun.claims.bottleneck;

import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.UsualTraining;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

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
  public static BottleneckPlan of(Tier tier, long firstSeed) {
    return switch (tier) {
      case QUICK -> quick(firstSeed);
      case DESK -> desk(firstSeed);
      case PAPER -> paper(firstSeed);
    };
  }

  /** The same runs with another head. */
  BottleneckPlan withHead(HeadChoice head) {
    return new BottleneckPlan(settings.stream().map(setting -> setting.withHead(head)).toList());
  }

  /**
   * D/V of 0.023, 0.031, 0.063 and 0.086 at V = 1,024, five seeds each. All of it has to fit
   * minutes of two cores, and half of V with half of D costs a quarter in training and an eighth in
   * singular values. At D/V = 0.094 the interval of five seeds crossed the paper's 94.5 % in a
   * trial.
   */
  public static BottleneckPlan quick(long firstSeed) {
    var spectra = List.of(0, 150);
    var anatomy = List.of(150);
    var models =
        new Models(
            width -> new ModelSize(1024, width, 2, 4, 128),
            16,
            150,
            20,
            32,
            List.of(0, 30, 75, 110, 150));
    return bySeed(
        firstSeed,
        List.of(
            models.width(24, spectra, anatomy),
            models.width(32, spectra, anatomy),
            models.width(64, spectra, anatomy),
            models.width(88, spectra, anatomy)));
  }

  /**
   * D/V of 0.021, 0.031, 0.063 and 0.094 at V = 8,192 over ten times the tokens of the quick tier,
   * so that the later checkpoints come when the loss has flattened; and of 0.020 and 0.031 at V =
   * 32,768, shorter. One width has its gradient taken apart, at eigenvectors of order 8,192.
   */
  public static BottleneckPlan desk(long firstSeed) {
    var spectra = List.of(1500);
    var models =
        new Models(
            width -> new ModelSize(8192, width, 2, 4, 128),
            8,
            1500,
            100,
            128,
            List.of(0, 300, 750, 900, 1050, 1200, 1350, 1500));
    var wider =
        new Models(
            width -> new ModelSize(32_768, width, 2, 4, 128),
            8,
            150,
            20,
            32,
            List.of(0, 50, 100, 150));
    return bySeed(
        firstSeed,
        List.of(
            models.width(168, spectra),
            models.width(256, spectra, spectra),
            models.width(512, spectra),
            models.width(768, spectra),
            wider.width(656, List.of()),
            wider.width(1024, List.of())));
  }

  /**
   * D/V of 0.021, 0.031, 0.047, 0.063 and 0.083 at the paper's V = 49,152 with its 6 layers and up
   * to its width of 4,096, in batches that fit a GPU of 80 GB. Its 11 B tokens are cut to 0.16 B a
   * run; the corpus should have as many. One width has its gradient taken apart, on 65,536
   * contexts, more than V as near full rank needs them, in batches from 128 on: eigenvalues of
   * order 49,152 twice and eigenvectors once for every seed.
   */
  private static BottleneckPlan paper(long firstSeed) {
    var end = List.of(20_000);
    var models = paperModels(64);
    return bySeed(
        firstSeed,
        List.of(
            paperModels(128).width(1024, end, end),
            models.width(1536, List.of()),
            models.width(2304, List.of()),
            models.width(3072, List.of()),
            models.width(4096, List.of())));
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
  private static BottleneckPlan bySeed(
      long firstSeed, List<LongFunction<BottleneckSetting>> models) {
    return new BottleneckPlan(
        LongStream.range(firstSeed, firstSeed + SEEDS)
            .boxed()
            .flatMap(seed ->
                models.stream()
                    .map(model -> model.apply(seed))
                    .map(setting -> seed == firstSeed ? setting : setting.withoutSpectra()))
            .toList());
  }

  /** Settings that differ in their width and seed. */
  private record Models(
      IntFunction<ModelSize> sizes,
      int batch,
      int steps,
      int warmUpSteps,
      int windows,
      List<Integer> checkpoints) {

    LongFunction<BottleneckSetting> width(int width, List<Integer> spectra) {
      return width(width, spectra, List.of());
    }

    LongFunction<BottleneckSetting> width(int width, List<Integer> spectra, List<Integer> anatomy) {
      return seed ->
          new BottleneckSetting(
              sizes.apply(width),
              HeadChoice.LINEAR,
              new UsualTraining(batch, steps, RATE_TIMES_WIDTH / width, warmUpSteps),
              windows,
              checkpoints,
              spectra,
              anatomy,
              seed);
    }
  }
}
