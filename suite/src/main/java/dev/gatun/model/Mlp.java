package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.Elementwise;
import dev.gatun.backend.Gate;
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
      case GELU_TANH -> elementwise(Elementwise.GELU_TANH, kept);
      case GELU -> elementwise(Elementwise.GELU, kept);
      case RELU -> elementwise(Elementwise.RELU, kept);
      case SWIGLU -> gated(Gate.SILU, kept);
      case GEGLU -> gated(Gate.GELU_TANH, kept);
    }
  }

  private void elementwise(Elementwise form, Activations.Block kept) {
    backend.elementwise(form, kept.preActivation, kept.activated);
  }

  private void gated(Gate gate, Activations.Block kept) {
    backend.gated(gate, kept.preActivation, kept.activated);
  }

  /** From {@code gradients.activated} to dX [N, D], overwritten. */
  void backward(Tensor x, Activations.Block kept, ActivationGradients gradients, Tensor dX) {
    switch (activation) {
      case GELU_TANH -> elementwiseBackward(Elementwise.GELU_TANH, kept, gradients);
      case GELU -> elementwiseBackward(Elementwise.GELU, kept, gradients);
      case RELU -> elementwiseBackward(Elementwise.RELU, kept, gradients);
      case SWIGLU -> gatedBackward(Gate.SILU, kept, gradients);
      case GEGLU -> gatedBackward(Gate.GELU_TANH, kept, gradients);
    }
    input.backward(gradients.preActivation, x, dX);
  }

  private void elementwiseBackward(
      Elementwise form, Activations.Block kept, ActivationGradients gradients) {
    backend.elementwiseBackward(
        form, kept.preActivation, gradients.activated, gradients.preActivation);
  }

  private void gatedBackward(Gate gate, Activations.Block kept, ActivationGradients gradients) {
    backend.gatedBackward(gate, kept.preActivation, gradients.activated, gradients.preActivation);
  }

  /** From F back to the width D. */
  Linear output() {
    return output;
  }
}
