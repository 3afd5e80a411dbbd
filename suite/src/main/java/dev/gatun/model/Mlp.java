package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.Elementwise;
import dev.gatun.model.TransformerConfig.Activation;
import dev.gatun.tensor.Tensor;

/** The MLP of a block: a linear layer, its activation and the {@link #output} layer. */
final class Mlp {
  private final Backend backend;
  private final Activation activation;
  private final Linear input;
  private final Linear output;

  Mlp(Backend backend, TransformerConfig config, Parameters parameters, int layer) {
    this.backend = backend;
    this.activation = config.activation();
    ParameterNames names = parameters.layout().names();
    boolean biased = config.biases().mlp();
    int outputs = activation.isGated() ? 2 * config.mlpWidth() : config.mlpWidth();
    input = new Linear(backend, parameters, names.mlpInput(layer)[0], outputs, biased);
    output = new Linear(backend, parameters, names.mlpOutput(layer), config.width(), biased);
  }

  /** From x [N, D] to {@code kept.activated} [N, F], which {@link #output} takes. */
  void forward(Tensor x, Activations.Block kept) {
    input.forward(x, kept.preActivation);
    switch (activation) {
      case GELU_TANH ->
          backend.elementwise(Elementwise.GELU_TANH, kept.preActivation, kept.activated);
      case GELU -> backend.elementwise(Elementwise.GELU, kept.preActivation, kept.activated);
      case SWIGLU -> backend.swiglu(kept.preActivation, kept.activated);
    }
  }

  /** From {@code gradients.activated} to dX [N, D], overwritten. */
  void backward(Tensor x, Activations.Block kept, ActivationGradients gradients, Tensor dX) {
    switch (activation) {
      case GELU_TANH -> elementwiseBackward(Elementwise.GELU_TANH, kept, gradients);
      case GELU -> elementwiseBackward(Elementwise.GELU, kept, gradients);
      case SWIGLU ->
          backend.swigluBackward(kept.preActivation, gradients.activated, gradients.preActivation);
    }
    input.backward(gradients.preActivation, x, dX);
  }

  private void elementwiseBackward(
      Elementwise form, Activations.Block kept, ActivationGradients gradients) {
    backend.elementwiseBackward(
        form, kept.preActivation, gradients.activated, gradients.preActivation);
  }

  /** From F back to the width D. */
  Linear output() {
    return output;
  }
}
