package dev.gatun.experiment;

import dev.gatun.model.HeadForm;
import dev.gatun.model.TransformerConfig;

/**
 * The extents of a model of an experiment.
 *
 * @param vocabulary V
 * @param width D
 * @param layers blocks
 * @param heads attention heads
 * @param length tokens per sequence
 */
public record ModelSize(int vocabulary, int width, int layers, int heads, int length) {
  /** A GPT-2 style model of this size that ends in a head. */
  public TransformerConfig gpt2(HeadForm head) {
    return TransformerConfig.gpt2(vocabulary, width, layers, heads, length).withHead(head);
  }

  /** A Llama style one, with an MLP of 4·width and a key/value head for each query head. */
  public TransformerConfig llama(HeadForm head) {
    return TransformerConfig.llama(vocabulary, width, layers, heads, heads, 4 * width, length)
        .withHead(head);
  }

  /** The same with classes beside the vocabulary. */
  public ModelSize withMoreTokens(int classes) {
    return new ModelSize(vocabulary + classes, width, layers, heads, length);
  }
}
