package dev.gatun.model;

import dev.gatun.tensor.Tensor;

/** Sees the residual stream between the blocks. */
@FunctionalInterface
public interface LayerVisitor {
  LayerVisitor NONE = (_, _) -> {};

  /**
   * The residual stream before the final norm.
   *
   * @param layer blocks that it went through: 0 is the embedding
   * @param hidden of all sequences [batch·length, D]; not to be changed, and valid during this call
   *     alone
   */
  void visit(int layer, Tensor hidden);
}
