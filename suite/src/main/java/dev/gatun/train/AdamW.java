package dev.gatun.train;

import dev.gatun.backend.AdamWConstants;
import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.Parameters;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** AdamW over the flat buffer of a model's parameters: one call per weight-decay group. */
final class AdamW implements Optimiser {
  private final Backend backend;
  private final Parameters parameters;
  private final TrainingConfig.AdamWSettings settings;
  private final TensorScope scope;
  private final Tensor firstMoment; // laid out as the parameters
  private final Tensor secondMoment; // laid out as the parameters

  AdamW(Backend backend, Parameters parameters, TrainingConfig.AdamWSettings settings) {
    this.backend = backend;
    this.parameters = parameters;
    this.settings = settings;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      long size = parameters.values().size();
      firstMoment = scope.zeros(backend.real(), size);
      secondMoment = scope.zeros(backend.real(), size);
      opened.keep();
    }
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    state.put("first_moment", firstMoment);
    state.put("second_moment", secondMoment);
    return state;
  }

  @Override
  public void step(Tensor numbers) {
    Optimiser.forEachGroup(
        parameters, settings, (from, to, decay) -> update(numbers, from, to, decay));
  }

  private void update(Tensor numbers, long from, long to, double decay) {
    backend.adamW(
        new AdamWConstants(settings.beta1(), settings.beta2(), settings.epsilon(), decay),
        numbers,
        parameters.values().slice(from, to - from),
        parameters.gradients().slice(from, to - from),
        firstMoment.slice(from, to - from),
        secondMoment.slice(from, to - from));
  }

  @Override
  public boolean isRecordable() {
    return true;
  }

  @Override
  public void close() {
    scope.close();
  }
}
