package dev.gatun.model.checkpoint.families;

import dev.gatun.model.TransformerConfig.Activation;

/** What transformers calls the activations of MLPs without gates. */
final class ActivationNames {
  private ActivationNames() {}

  static Activation read(ConfigFields fields, String name, String otherwise) {
    return switch (fields.text(name, otherwise)) {
      case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh" -> Activation.GELU_TANH;
      case "gelu", "gelu_python" -> Activation.GELU;
      case "relu" -> Activation.RELU;
      default -> throw fields.unsupported(name, "gelu_new, gelu or relu");
    };
  }

  static String of(Activation activation) {
    return switch (activation) {
      case GELU_TANH -> "gelu_new";
      case GELU -> "gelu";
      case RELU -> "relu";
      case SWIGLU, GEGLU ->
          throw new IllegalArgumentException(activation + " has gates, and this family has none");
    };
  }
}
