package dev.gatun.claims.heads;

import dev.gatun.experiment.RunSetting;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.HeadForm;

/**
 * One training run of the comparison of heads: a GPT-2 style model that ends in the head.
 *
 * @param head the head's name, the arm
 * @param form the head
 * @param vocabulary V
 * @param width D
 * @param layers blocks
 * @param heads attention heads
 * @param length tokens per window
 * @param batch windows per step
 * @param steps training steps
 * @param learningRate peak rate of AdamW, the same for all heads
 * @param warmupSteps steps of linear warm-up, before a cosine to a tenth
 * @param windows held-out windows of the loss and the logit gradient
 * @param contexts of them at which the Jacobian is taken, more than D
 * @param seed of initial weights, batches and measured contexts
 */
public record HeadFamilySetting(
    String head,
    HeadForm form,
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
    int contexts,
    long seed)
    implements RunSetting {

  @Override
  public String arm() {
    return head;
  }

  @Override
  public TransformerConfig model() {
    return TransformerConfig.gpt2(vocabulary, width, layers, heads, length).withHead(form);
  }

  @Override
  public long measurements() {
    return 2;
  }

  /** Evenly spread rows of the measured windows. */
  long[] rows() {
    long[] rows = new long[contexts];
    for (int i = 0; i < contexts; i++) {
      rows[i] = (long) i * windows * length / contexts;
    }
    return rows;
  }
}
