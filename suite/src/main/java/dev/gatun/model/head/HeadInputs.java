package dev.gatun.model.head;

import dev.gatun.tensor.Tensor;

/**
 * What a head sees of a batch; valid until the next evaluation pass of the model.
 *
 * @param hidden hidden states H [N, D] after the final norm
 * @param targets next tokens [N] I32, −1 where there is none
 * @param contexts rows that have a target
 */
public record HeadInputs(Tensor hidden, Tensor targets, long contexts) {
  /** Factor that makes losses and gradients means over contexts: 1 / contexts. */
  public double meanScale() {
    return 1.0 / contexts;
  }
}
