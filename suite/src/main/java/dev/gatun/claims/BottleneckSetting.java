package dev.gatun.claims;

import java.util.List;

/**
 * One training run of the gradient-bottleneck experiment: a GPT-2 style model with a head of its
 * own (untied), trained on the corpus and measured on fixed held-out contexts.
 *
 * @param vocabulary V
 * @param width D
 * @param layers blocks
 * @param heads attention heads
 * @param length tokens per window
 * @param batch windows per step
 * @param steps training steps
 * @param learningRate peak rate of AdamW
 * @param warmupSteps steps of linear warm-up, before a cosine to a tenth
 * @param windows measured windows: N = windows·length contexts
 * @param checkpoints steps after which the head is measured; 0 is untrained
 * @param spectrumSteps those at which all singular values are taken
 * @param seed of initial weights, batches, measured contexts and random heads
 */
public record BottleneckSetting(
    int vocabulary,
    int width,
    int layers,
    int heads,
    int length,
    int batch,
    int steps,
    double learningRate,
    int warmupSteps,
    int windows,
    List<Integer> checkpoints,
    List<Integer> spectrumSteps,
    long seed) {

  /** Keeps copies of the lists. */
  public BottleneckSetting {
    checkpoints = List.copyOf(checkpoints);
    spectrumSteps = List.copyOf(spectrumSteps);
    if (!checkpoints.containsAll(spectrumSteps)) {
      throw new IllegalArgumentException(
          "spectra at steps %s need checkpoints there, which are %s"
              .formatted(spectrumSteps, checkpoints));
    }
  }

  /** As in {@code d48}: what sets a run apart from others of its plan, but for the seed. */
  public String arm() {
    return "d" + width;
  }

  /** N. */
  public int contexts() {
    return windows * length;
  }
}
