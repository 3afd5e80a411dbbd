package dev.gatun.train;

import dev.gatun.backend.Backend;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.Parameters;

/**
 * Says what a step that would have spoiled the parameters met. The loss and the gradient's norm are
 * there anyway; only when one is not finite are the tensors searched for the culprit.
 */
final class DivergenceGuard {
  private DivergenceGuard() {}

  /** The error of a step whose gradients were computed and not applied. */
  static DivergedException diverged(LanguageModel model, long step, double loss) {
    return new DivergedException(
        "step %s: %s; the loss is %s. The parameters are those before this step; try a lower learning rate, a warm-up, or clipping"
            .formatted(step, culprit(model), loss));
  }

  private static String culprit(LanguageModel model) {
    Backend backend = model.backend();
    Parameters parameters = model.parameters();
    for (String name : parameters.names()) {
      if (backend.firstNonFinite(parameters.value(name)) >= 0) {
        return "parameter " + name + " is not finite";
      }
    }
    for (String name : parameters.names()) {
      if (backend.firstNonFinite(parameters.gradient(name)) >= 0) {
        return "the gradient of " + name + " is not finite";
      }
    }
    return "the sum of the losses is not finite, though every gradient is";
  }
}
