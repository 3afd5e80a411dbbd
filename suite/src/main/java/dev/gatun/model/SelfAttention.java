package dev.gatun.model;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/**
 * Causal self-attention of a block: queries, keys and values, clipped where there is a limit, a
 * norm of queries and keys where there is one, rotary positions likewise, attention and the {@link
 * #output} layer.
 */
final class SelfAttention {
  private final Backend backend;
  private final TransformerConfig config;
  private final int layer;
  private final Linear queryKeyValue;
  private final Optional<QueryKeyNormalisation> norm;
  private final Linear output;

  SelfAttention(
      Backend backend,
      TensorScope scope,
      TransformerConfig config,
      Parameters parameters,
      int layer) {
    this.backend = backend;
    this.config = config;
    this.layer = layer;
    ParameterNames names = parameters.layout().names();
    queryKeyValue =
        new Linear(
            backend,
            parameters,
            names.queryKeyValue(layer)[0],
            config.attention(1, 1, layer).packedWidth(),
            config.biases().queryKeyValue());
    norm =
        config.queryKeyNorm() == QueryKeyNorm.NONE
            ? Optional.empty()
            : Optional.of(new QueryKeyNormalisation(backend, scope, config, parameters, layer));
    output =
        new Linear(
            backend,
            parameters,
            names.attentionOutput(layer),
            config.width(),
            config.biases().attentionOutput());
  }

  /** From x [N, D] to {@code kept.attended} [N, heads·hd], which {@link #output} takes. */
  void forward(Tensor x, Activations pass, Activations.Block kept) {
    queryKeyValue.forward(x, kept.unclipped.orElse(kept.packed));
    kept.unclipped.ifPresent(unclipped ->
        backend.clip(config.attentionForm().clip().orElseThrow(), unclipped, kept.packed));
    norm.ifPresent(n -> n.forward(kept));
    AttentionShape shape = shape(pass);
    rotary(pass).ifPresent(t -> backend.rotary(shape, t.cos(), t.sin(), kept.packed));
    backend.attention(shape, kept.packed, kept.attended, kept.normalisers);
  }

  private AttentionShape shape(Activations pass) {
    return config.attention(pass.batch(), pass.length(), layer);
  }

  private Optional<RotaryTables> rotary(Activations pass) {
    return config.isOther(layer) ? pass.otherRotary : pass.rotary;
  }

  /** From {@code gradients.attended} to dX [N, D], overwritten. */
  void backward(
      Tensor x,
      Activations pass,
      Activations.Block kept,
      ActivationGradients gradients,
      Tensor dX) {
    AttentionShape shape = shape(pass);
    backend.attentionBackward(
        shape, kept.packed, kept.attended, kept.normalisers, gradients.attended, gradients.packed);
    rotary(pass).ifPresent(t -> backend.rotaryBackward(shape, t.cos(), t.sin(), gradients.packed));
    norm.ifPresent(n -> n.backward(kept, gradients));
    kept.unclipped.ifPresent(unclipped ->
        backend.clipBackward(
            config.attentionForm().clip().orElseThrow(),
            unclipped,
            gradients.packed,
            gradients.packed));
    queryKeyValue.backward(gradients.packed, x, dX);
  }

  /** From all heads back to the width D. */
  Linear output() {
    return output;
  }
}
