package dev.gatun.model.checkpoint.families;

import dev.gatun.model.TransformerConfig.Activation;

/** What transformers calls the two forms of GELU. */
final class GeluNames {
  private GeluNames() {}

  static Activation read(ConfigFields fields, String name, String otherwise) {
    return switch (fields.text(name, otherwise)) {
      case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh" -> Activation.GELU_TANH;
      case "gelu", "gelu_python" -> Activation.GELU;
      default -> throw fields.unsupported(name, "gelu_new or gelu");
    };
  }

  static String of(Activation activation) {
    return switch (activation) {
      case GELU_TANH -> "gelu_new";
      case GELU -> "gelu";
      case SWIGLU -> throw new IllegalArgumentException("SwiGLU is no form of GELU");
    };
  }
}
