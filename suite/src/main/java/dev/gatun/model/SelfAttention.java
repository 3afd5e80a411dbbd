package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/**
 * Causal self-attention of a block: queries, keys and values, a norm of queries and keys where
 * there is one, rotary positions likewise, attention and the {@link #output} layer.
 */
final class SelfAttention {
  private final Backend backend;
  private final Linear queryKeyValue;
  private final Optional<QueryKeyNormalisation> norm;
  private final Linear output;

  SelfAttention(Backend backend, TransformerConfig config, Parameters parameters, int layer) {
    this.backend = backend;
    ParameterNames names = parameters.layout().names();
    boolean biased = config.biases().attention();
    queryKeyValue =
        new Linear(
            backend,
            parameters,
            names.queryKeyValue(layer)[0],
            config.attention(1, 1).packedWidth(),
            biased);
    norm =
        config.queryKeyNorm() == QueryKeyNorm.NONE
            ? Optional.empty()
            : Optional.of(new QueryKeyNormalisation(backend, config, parameters, layer));
    output = new Linear(backend, parameters, names.attentionOutput(layer), config.width(), biased);
  }

  /** From x [N, D] to {@code kept.attended} [N, heads·hd], which {@link #output} takes. */
  void forward(Tensor x, Activations pass, Activations.Block kept) {
    queryKeyValue.forward(x, kept.packed);
    norm.ifPresent(n -> n.forward(kept));
    pass.rotary.ifPresent(t -> backend.rotary(pass.attention, t.cos(), t.sin(), kept.packed));
    backend.attention(pass.attention, kept.packed, kept.attended, kept.normalisers);
  }

  /** From {@code gradients.attended} to dX [N, D], overwritten. */
  void backward(
      Tensor x,
      Activations pass,
      Activations.Block kept,
      ActivationGradients gradients,
      Tensor dX) {
    backend.attentionBackward(
        pass.attention,
        kept.packed,
        kept.attended,
        kept.normalisers,
        gradients.attended,
        gradients.packed);
    pass.rotary.ifPresent(
        t -> backend.rotaryBackward(pass.attention, t.cos(), t.sin(), gradients.packed));
    norm.ifPresent(n -> n.backward(kept, gradients));
    queryKeyValue.backward(gradients.packed, x, dX);
  }

  /** From all heads back to the width D. */
  Linear output() {
    return output;
  }
}
