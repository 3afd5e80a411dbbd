package dev.gatun.claims.saturation;

import dev.gatun.backend.Backend;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.RunSetting;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.TrainingMemory;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.tensor.ElementType;
import java.util.List;

/**
 * One training run behind B3 and B4: a GPT-2 style model with a head of its own (untied), trained
 * on the corpus and measured on held-out contexts of its seed's.
 *
 * @param size of the model
 * @param training on the corpus
 * @param windows measured windows: n = windows·length contexts
 * @param checkpoints steps after which the model is measured; 0 is untrained
 * @param seed of initial weights, batches, measured contexts and null models
 */
public record SaturationSetting(
    ModelSize size, UsualTraining training, int windows, List<Integer> checkpoints, long seed)
    implements RunSetting {

  /** Keeps a copy of the list. */
  public SaturationSetting {
    checkpoints = List.copyOf(checkpoints);
  }

  /** As in {@code d16}. */
  @Override
  public String arm() {
    return "d" + size.width();
  }

  @Override
  public TransformerConfig model() {
    return size.gpt2(new HeadForm.Linear(false));
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
        + f64 * size.width() * (4L * size.vocabulary() + size.width() + contexts());
  }

  public int contexts() {
    return windows * size.length();
  }
}
