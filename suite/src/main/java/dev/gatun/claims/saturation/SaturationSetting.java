package dev.gatun.claims.saturation;

import dev.gatun.backend.Backend;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.RunSetting;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.HeadForm;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.TrainingMemory;
import dev.gatun.model.TransformerConfig;
import dev.gatun.results.Run;
import dev.gatun.tensor.ElementType;
import java.util.List;

/**
 * One training run behind B3 and B4: a GPT-2 style model with a head of its own (untied), trained
 * on the corpus and measured on held-out contexts of its seed's.
 *
 * @param size of the model
 * @param bias of its logits
 * @param training on the corpus
 * @param windows measured windows: n = windows·length contexts
 * @param checkpoints steps after which the model is measured; 0 is untrained
 * @param seed of initial weights, batches, measured contexts and null models
 */
public record SaturationSetting(
    ModelSize size,
    OutputBias bias,
    UsualTraining training,
    int windows,
    List<Integer> checkpoints,
    long seed)
    implements RunSetting {

  /** Keeps a copy of the list. */
  public SaturationSetting {
    checkpoints = List.copyOf(checkpoints);
  }

  /** As in {@code d16}, or {@code control-log-unigram-d16} with a bias. */
  @Override
  public String arm() {
    String width = "d" + size.width();
    return bias == OutputBias.NONE ? width : "%s%s-%s".formatted(Run.CONTROL, bias.label(), width);
  }

  @Override
  public TransformerConfig model() {
    return size.gpt2(new HeadForm.Linear(false, bias));
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

  /** The same with a bias. */
  SaturationSetting withBias(OutputBias other) {
    return new SaturationSetting(size, other, training, windows, checkpoints, seed);
  }
}
