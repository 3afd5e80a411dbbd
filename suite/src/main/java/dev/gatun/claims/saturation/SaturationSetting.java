package dev.gatun.claims.saturation;

import dev.gatun.backend.Backend;
import dev.gatun.experiment.RunSetting;
import dev.gatun.model.TrainingMemory;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.tensor.ElementType;
import java.util.List;

/**
 * One training run of {@link SaturationExperiment}: a GPT-2 style model with a head of its own
 * (untied), trained on the corpus and measured on held-out contexts of its seed's.
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
 * @param windows measured windows: n = windows·length contexts
 * @param checkpoints steps after which the model is measured; 0 is untrained
 * @param seed of initial weights, batches, measured contexts and null models
 */
public record SaturationSetting(
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
    long seed)
    implements RunSetting {

  /** Keeps a copy of the list. */
  public SaturationSetting {
    checkpoints = List.copyOf(checkpoints);
  }

  /** As in {@code d16}. */
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
  public long measurements() {
    return checkpoints.size();
  }

  /**
   * Activations and logits of the measured windows; in f64 the head and its null, both centred too,
   * states as nulls, and a Gram matrix.
   */
  @Override
  public long measurementBytes(Backend backend) {
    long f64 = ElementType.F64.byteSize();
    return TrainingMemory.ofEvaluation(
            model(), contexts(), backend.real(), backend.workingSetBytes())
        + f64 * width * (4L * vocabulary + width + contexts());
  }

  /** n. */
  public int contexts() {
    return windows * length;
  }
}
