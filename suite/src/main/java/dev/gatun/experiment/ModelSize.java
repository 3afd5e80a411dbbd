package dev.gatun.experiment;

import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.HeadForm;

/**
 * The extents of a GPT-2 style model of an experiment.
 *
 * @param vocabulary V
 * @param width D
 * @param layers blocks
 * @param heads attention heads
 * @param length tokens per sequence
 */
public record ModelSize(int vocabulary, int width, int layers, int heads, int length) {
  /** A model of this size that ends in a head. */
  public TransformerConfig gpt2(HeadForm head) {
    return TransformerConfig.gpt2(vocabulary, width, layers, heads, length).withHead(head);
  }

  /** The same with classes beside the vocabulary. */
  public ModelSize withMoreTokens(int classes) {
    return new ModelSize(vocabulary + classes, width, layers, heads, length);
  }
}
