package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.TransformerBlock.NormOfStream;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/** What makes the head's inputs of the last block's output: a norm, a projection, both or none. */
final class HeadInput {
  private final Backend backend;
  private final Optional<Normalisation> norm;
  private final Optional<Linear> projection;

  HeadInput(Backend backend, TensorScope scope, TransformerConfig config, Parameters parameters) {
    this.backend = backend;
    ParameterNames names = parameters.layout().names();
    norm =
        config.hasFinalNorm()
            ? Optional.of(Normalisation.of(backend, scope, config, parameters, names.finalNorm()))
            : Optional.empty();
    projection =
        config.narrowEmbedding().isPresent()
            ? Optional.of(
                new Linear(
                    backend, parameters, names.outputProjection(), config.embeddingWidth(), false))
            : Optional.empty();
  }

  /** The norm that it begins with, which whoever makes its input takes of it, if there is one. */
  Optional<NormOfStream> first(Activations pass) {
    return norm.map(n -> new NormOfStream(n, normalised(pass), pass.finalStatistics));
  }

  /** From x [N, D], of which {@link #first} was taken, to {@code pass.hidden} [N, E]. */
  void forward(Tensor x, Activations pass) {
    if (norm.isEmpty()) {
      backend.copy(x, normalised(pass));
    }
    projection.ifPresent(p -> p.forward(normalised(pass), pass.hidden));
  }

  private static Tensor normalised(Activations pass) {
    return pass.normalised.orElse(pass.hidden);
  }

  /** From {@code gradients.hidden} [N, E] to {@code gradients.residual} [N, D], overwritten. */
  void backward(Tensor x, Activations pass, ActivationGradients gradients) {
    Tensor dNormalised = projection.isPresent() ? gradients.branch : gradients.hidden;
    projection.ifPresent(
        p -> p.backward(gradients.hidden, pass.normalised.orElseThrow(), dNormalised));
    norm.ifPresentOrElse(
        n -> {
          backend.fill(gradients.residual, 0);
          n.backward(dNormalised, x, pass.finalStatistics, gradients.residual);
        },
        () -> backend.copy(dNormalised, gradients.residual));
  }
}
