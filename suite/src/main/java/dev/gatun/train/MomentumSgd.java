package dev.gatun.train;

import dev.gatun.backend.Backend;
import dev.gatun.backend.StepNumbers;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.Parameters;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Tensor;
import java.util.Map;

/**
 * Gradient descent with momentum over the flat buffer of a model's parameters: velocity ←
 * momentum·velocity + gradient, parameter ← (1 − rate·decay)·parameter − rate·velocity.
 */
final class MomentumSgd implements Optimiser {
  private final Backend backend;
  private final Parameters parameters;
  private final TrainingConfig.MomentumSgdSettings settings;
  private final TensorScope scope;
  private final Tensor velocity; // laid out as the parameters

  MomentumSgd(Backend backend, Parameters parameters, TrainingConfig.MomentumSgdSettings settings) {
    this.backend = backend;
    this.parameters = parameters;
    this.settings = settings;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      velocity = scope.zeros(backend.real(), parameters.values().size());
      opened.keep();
    }
  }

  @Override
  public Map<String, Tensor> state() {
    return Map.of("velocity", velocity);
  }

  @Override
  public boolean isRecordable() {
    return false;
  }

  @Override
  public void step(Tensor numbers) {
    StepNumbers step = StepNumbers.of(backend.toDoubles(numbers));
    if (!step.isHeld()) {
      update(step.learningRate(), step.gradientScale());
    }
  }

  private void update(double learningRate, double gradientScale) {
    backend.scale(settings.momentum(), velocity);
    backend.axpy(gradientScale, parameters.gradients(), velocity);
    Optimiser.forEachGroup(
        parameters,
        settings,
        (from, to, decay) -> {
          Tensor values = parameters.values().slice(from, to - from);
          if (decay > 0) {
            backend.scale(1 - learningRate * decay, values);
          }
          backend.axpy(-learningRate, velocity.slice(from, to - from), values);
        });
  }

  @Override
  public void close() {
    scope.close();
  }
}
