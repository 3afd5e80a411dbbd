package dev.gatun.claims;

import java.util.ArrayList;
import java.util.List;

/**
 * The runs of the gradient-bottleneck experiment at a tier: every width with every seed.
 *
 * @param settings in the order in which they run: all widths of the first seed, then of the next
 */
public record BottleneckPlan(List<BottleneckSetting> settings) {
  private static final int VOCABULARY = 1024;
  private static final List<Integer> WIDTHS = List.of(24, 32, 64, 88);
  private static final int SEEDS = 5;
  private static final int STEPS = 150;
  private static final List<Integer> CHECKPOINTS = List.of(0, 30, 75, 110, 150);

  /** The best rate falls as the width grows (Yang et al., arXiv 2203.03466): 3e-3 at 64. */
  private static final double RATE_TIMES_WIDTH = 0.192;

  /** Seeds whose runs take all singular values; algebra needs no statistics. */
  private static final int SPECTRUM_SEEDS = 1;

  /** Keeps a copy of the list. */
  public BottleneckPlan {
    settings = List.copyOf(settings);
  }

  /** Those that take all singular values. */
  List<BottleneckSetting> withSpectra() {
    return settings.stream().filter(setting -> !setting.spectrumSteps().isEmpty()).toList();
  }

  /** Those whose gradient is taken apart. */
  List<BottleneckSetting> withAnatomy() {
    return settings.stream().filter(setting -> !setting.anatomySteps().isEmpty()).toList();
  }

  /**
   * D/V of 0.023, 0.031, 0.063 and 0.086 at V = 1,024, five seeds each. All of it has to fit
   * minutes of two cores, and half of V with half of D costs a quarter in training and an eighth in
   * singular values. Nearer to D/V = 0.1 the interval of five seeds would cross the paper's 94.5 %.
   */
  public static BottleneckPlan quick(long firstSeed) {
    List<BottleneckSetting> settings = new ArrayList<>();
    for (int i = 0; i < SEEDS; i++) {
      for (int width : WIDTHS) {
        List<Integer> spectra = i < SPECTRUM_SEEDS ? List.of(0, STEPS) : List.of();
        settings.add(
            new BottleneckSetting(
                VOCABULARY,
                width,
                2,
                4,
                128,
                16,
                STEPS,
                RATE_TIMES_WIDTH / width,
                20,
                32,
                CHECKPOINTS,
                spectra,
                List.of(STEPS),
                firstSeed + i));
      }
    }
    return new BottleneckPlan(settings);
  }
}
