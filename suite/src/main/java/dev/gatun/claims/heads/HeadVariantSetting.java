package dev.gatun.claims.heads;

import dev.gatun.backend.Backend;
import dev.gatun.experiment.RunSetting;
import dev.gatun.model.TrainingMemory;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.model.head.HeadBackward;
import java.util.List;
import java.util.OptionalInt;

/**
 * One training run of {@link HeadVariantExperiment}: a GPT-2 style model with some head, trained on
 * the corpus and evaluated on held-out windows of its seed's.
 *
 * @param arm names the head, and the rate where rates are compared
 * @param vocabulary V of the tokenizer
 * @param neverClasses classes beside those
 * @param width D
 * @param layers blocks
 * @param heads attention heads
 * @param head its form
 * @param backward its backward pass
 * @param length tokens per window
 * @param batch windows per step
 * @param steps training steps
 * @param learningRate peak rate of AdamW
 * @param warmupSteps steps of linear warm-up, before a cosine to a tenth
 * @param windows held-out windows of an evaluation
 * @param evaluations steps after which it is evaluated; 0 is untrained
 * @param trial whether it only tries its learning rate
 * @param seed of initial weights, batches and held-out windows
 */
public record HeadVariantSetting(
    String arm,
    int vocabulary,
    int neverClasses,
    int width,
    int layers,
    int heads,
    HeadForm head,
    HeadBackward backward,
    int length,
    int batch,
    long steps,
    double learningRate,
    int warmupSteps,
    int windows,
    List<Long> evaluations,
    boolean trial,
    long seed)
    implements RunSetting {

  /** Keeps a copy of the list. */
  public HeadVariantSetting {
    evaluations = List.copyOf(evaluations);
  }

  @Override
  public TransformerConfig model() {
    return TransformerConfig.gpt2(vocabulary + neverClasses, width, layers, heads, length)
        .withHead(head);
  }

  @Override
  public OptionalInt corpusVocabulary() {
    return OptionalInt.of(vocabulary);
  }

  @Override
  public long measurements() {
    return evaluations.size();
  }

  /** Held-out windows are evaluated by batches of the size that is trained on. */
  @Override
  public long measurementBytes(Backend backend) {
    return TrainingMemory.ofEvaluation(
        model(), batch * length, backend.real(), backend.workingSetBytes());
  }
}
