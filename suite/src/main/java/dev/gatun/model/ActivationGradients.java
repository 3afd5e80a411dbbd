package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/** The buffers of one backward pass; every block uses the same ones. */
final class ActivationGradients implements AutoCloseable {
  final Tensor hidden; // [N, E], gradient of the head's input
  final Optional<Tensor> narrowEmbedding; // [N, E]
  final Tensor residual; // [N, D], gradient of the residual stream, accumulated downwards
  final Tensor branch; // [N, D], between a branch and its norm
  final Tensor packed; // [N, (heads + 2·kv)·hd]
  final Tensor attended; // [N, heads·hd]
  final Optional<Tensor> queriesOrKeys; // [N, heads·hd], before their norm
  final Tensor preActivation; // [N, F], or [N, 2F] when gated
  final Tensor activated; // [N, F]
  private final TensorScope scope;

  ActivationGradients(Backend backend, Activations activations) {
    try (var opened = new CloseStack()) {
      scope = opened.own(backend.newScope());
      ElementType real = backend.real();
      Activations.Block block = activations.blocks.getFirst();
      hidden = like(real, activations.hidden);
      narrowEmbedding = activations.stream().narrowEmbedding.map(narrow -> like(real, narrow));
      residual = like(real, block.middle);
      branch = like(real, block.middle);
      packed = like(real, block.packed);
      attended = like(real, block.attended);
      queriesOrKeys =
          block.queriesAndKeys.stream().findFirst().map(queries -> like(real, queries.input()));
      preActivation = like(real, block.preActivation);
      activated = like(real, block.activated);
      opened.keep();
    }
  }

  private Tensor like(ElementType real, Tensor other) {
    return scope.zeros(real, other.shape().extents());
  }

  @Override
  public void close() {
    scope.close();
  }
}
