package dev.gatun.claims.signal;

import dev.gatun.backend.Backend;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.RunSetting;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.HeadForm;
import dev.gatun.model.TrainingMemory;
import dev.gatun.model.TransformerConfig;
import dev.gatun.tensor.ElementType;
import java.util.List;

/**
 * One training run on text that is drawn from a known source: a GPT-2 style model with a head of
 * its own (untied), measured on fixed contexts from the same source.
 *
 * @param size of the model
 * @param order n of the n-grams that the source draws from
 * @param training on the source
 * @param windows measured windows: N = windows·length contexts
 * @param checkpoints steps after which the gradient is taken apart; 0 is untrained
 * @param seed of initial weights, text, measured contexts and random heads
 */
record SignalSetting(
    ModelSize size,
    int order,
    UsualTraining training,
    int windows,
    List<Integer> checkpoints,
    long seed)
    implements RunSetting {
  private static final int BIGRAM = 2;

  /** Keeps a copy of the list. */
  SignalSetting {
    checkpoints = List.copyOf(checkpoints);
  }

  /** As in {@code d32}, or {@code order3-d32} where the source is no bigram. */
  @Override
  public String arm() {
    String width = "d" + size.width();
    return order == BIGRAM ? width : "order%s-%s".formatted(order, width);
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
   * Head inputs of all contexts; W, C·W and the random head with a basis of each in f64; and a
   * chunk of G, of its parts, and of the probabilities of the source, in f64.
   */
  @Override
  public long measurementBytes(Backend backend) {
    long f64 = ElementType.F64.byteSize();
    long head = f64 * size.vocabulary() * size.width();
    long chunk = backend.workingSetBytes() * (f64 / backend.real().byteSize());
    return TrainingMemory.ofEvaluation(
            model(), contexts(), backend.real(), backend.workingSetBytes())
        + 5 * head
        + 4 * chunk;
  }

  /** N. */
  int contexts() {
    return windows * size.length();
  }
}
