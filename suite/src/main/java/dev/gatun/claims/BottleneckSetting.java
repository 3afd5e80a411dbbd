package dev.gatun.claims;

import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.HeadForm;
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
    long steps,
    double learningRate,
    int warmupSteps,
    int windows,
    List<Integer> checkpoints,
    List<Integer> spectrumSteps,
    long seed)
    implements RunSetting {

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

  /** As in {@code d48}. */
  @Override
  public String arm() {
    return "d" + width;
  }

  @Override
  public TransformerConfig model() {
    return TransformerConfig.gpt2(vocabulary, width, layers, heads, length)
        .withHead(new HeadForm.Linear(false));
  }

  @Override
  public int measurements() {
    return checkpoints.size();
  }

  /** N. */
  public int contexts() {
    return windows * length;
  }
}
