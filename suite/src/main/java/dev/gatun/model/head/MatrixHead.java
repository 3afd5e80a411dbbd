package dev.gatun.model.head;

import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.Tensor;

/** A head whose logits are L = H·Wᵀ with one matrix W [V, D] for all contexts. */
public sealed interface MatrixHead extends Head permits LinearHead, FactorisedHead {
  @Override
  Tensor weights(TensorScope scope);

  @Override
  void streamGradientColumns(Tensor hidden, Tensor targets, double scale, BlockVisitor consumer);
}
