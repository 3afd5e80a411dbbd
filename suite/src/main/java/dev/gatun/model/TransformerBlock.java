package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.Gelu;
import dev.gatun.model.TransformerConfig.Activation;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/** One block: x + attention(norm(x)), then x + mlp(norm(x)), with its backward pass. */
final class TransformerBlock {
  private final Backend backend;
  private final Activation activation;
  private final Optional<RotaryTables> rotary;
  private final Normalisation attentionNorm;
  private final Linear queryKeyValue;
  private final Linear attentionOutput;
  private final Normalisation mlpNorm;
  private final Linear mlpInput;
  private final Linear mlpOutput;

  TransformerBlock(
      Backend backend,
      TransformerConfig config,
      Parameters parameters,
      int layer,
      Optional<RotaryTables> rotary) {
    this.backend = backend;
    this.activation = config.activation();
    this.rotary = rotary;
    ParameterNames names = parameters.layout().names();
    attentionNorm = Normalisation.of(backend, config, parameters, names.attentionNorm(layer));
    mlpNorm = Normalisation.of(backend, config, parameters, names.mlpNorm(layer));
    boolean biased = config.biases();
    int packedWidth = config.attention(1, 1).packedWidth();
    int mlpOutputs = activation.isGated() ? 2 * config.mlpWidth() : config.mlpWidth();
    queryKeyValue =
        new Linear(backend, parameters, names.queryKeyValue(layer)[0], packedWidth, biased);
    attentionOutput =
        new Linear(backend, parameters, names.attentionOutput(layer), config.width(), biased);
    mlpInput = new Linear(backend, parameters, names.mlpInput(layer)[0], mlpOutputs, biased);
    mlpOutput = new Linear(backend, parameters, names.mlpOutput(layer), config.width(), biased);
  }

  /** From x [N, D] to the block's output; x may be that output (evaluation). */
  void forward(Tensor x, Activations pass, Activations.Block kept) {
    attentionNorm.forward(x, kept.attentionInput, kept.attentionStatistics);
    queryKeyValue.forward(kept.attentionInput, kept.packed);
    rotary.ifPresent(t ->
        backend.rotary(pass.attention, t.cos(pass.length()), t.sin(pass.length()), kept.packed));
    backend.attention(pass.attention, kept.packed, kept.attended, kept.logSumExp);
    backend.copy(x, kept.middle);
    attentionOutput.forwardAdding(kept.attended, kept.middle);

    mlpNorm.forward(kept.middle, kept.mlpInput, kept.mlpStatistics);
    mlpInput.forward(kept.mlpInput, kept.preActivation);
    switch (activation) {
      case GELU_TANH -> backend.gelu(Gelu.TANH, kept.preActivation, kept.activated);
      case GELU -> backend.gelu(Gelu.EXACT, kept.preActivation, kept.activated);
      case SWIGLU -> backend.swiglu(kept.preActivation, kept.activated);
    }
    backend.copy(kept.middle, kept.output);
    mlpOutput.forwardAdding(kept.activated, kept.output);
  }

  /**
   * On entry {@code gradients.residual} is the gradient of the block's output, on return that of
   * its input x.
   */
  void backward(Tensor x, Activations pass, Activations.Block kept, ActivationGradients gradients) {
    Tensor residual = gradients.residual;
    mlpOutput.backward(residual, kept.activated, gradients.activated);
    switch (activation) {
      case GELU_TANH -> geluBackward(Gelu.TANH, kept, gradients);
      case GELU -> geluBackward(Gelu.EXACT, kept, gradients);
      case SWIGLU ->
          backend.swigluBackward(kept.preActivation, gradients.activated, gradients.preActivation);
    }
    mlpInput.backward(gradients.preActivation, kept.mlpInput, gradients.normed);
    mlpNorm.backward(gradients.normed, kept.middle, kept.mlpStatistics, residual);

    attentionOutput.backward(residual, kept.attended, gradients.attended);
    backend.attentionBackward(
        pass.attention,
        kept.packed,
        kept.attended,
        kept.logSumExp,
        gradients.attended,
        gradients.packed);
    rotary.ifPresent(t ->
        backend.rotaryBackward(
            pass.attention, t.cos(pass.length()), t.sin(pass.length()), gradients.packed));
    queryKeyValue.backward(gradients.packed, kept.attentionInput, gradients.normed);
    attentionNorm.backward(gradients.normed, x, kept.attentionStatistics, residual);
  }

  private void geluBackward(Gelu form, Activations.Block kept, ActivationGradients gradients) {
    backend.geluBackward(form, kept.preActivation, gradients.activated, gradients.preActivation);
  }
}
