package dev.gatun.model;

import dev.gatun.model.TransformerConfig.Activation;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.model.TransformerConfig.Norm;
import dev.gatun.model.TransformerConfig.Positions;
import dev.gatun.safetensors.SafetensorsException;
import dev.gatun.safetensors.StrictJson;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes the {@code config.json} of a Hugging Face checkpoint folder. */
final class CheckpointConfig {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Path file;
  private final JsonNode root;

  private CheckpointConfig(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * The model that a configuration describes.
   *
   * @throws SafetensorsException if it is unreadable, of an unknown architecture, or asks for
   *     something that Gatun does not do
   */
  static TransformerConfig read(Path file) {
    try {
      return new CheckpointConfig(file, StrictJson.tree(file)).transformer();
    } catch (IllegalArgumentException e) {
      throw new SafetensorsException(file, e.getMessage(), e);
    }
  }

  private TransformerConfig transformer() {
    return switch (text("model_type", "none")) {
      case "gpt2" -> gpt2();
      case "llama" -> llama();
      case String other ->
          throw new SafetensorsException(
              file, "unknown architecture '" + other + "'; known are gpt2 and llama");
    };
  }

  private TransformerConfig gpt2() {
    require("scale_attn_weights", true, true);
    require("scale_attn_by_inverse_layer_idx", false, false);
    require("add_cross_attention", false, false);
    int width = integer("n_embd");
    int heads = integer("n_head");
    return new TransformerConfig(
        Family.GPT2,
        integer("vocab_size"),
        width,
        integer("n_layer"),
        heads,
        heads,
        TransformerConfig.headWidth(width, heads),
        root.path("n_inner").isNumber() ? integer("n_inner") : 4 * width,
        integer("n_positions"),
        new Positions.Learned(),
        Norm.LAYER,
        number("layer_norm_epsilon", 1e-5),
        gelu(text("activation_function", "gelu_new")),
        true,
        head(true));
  }

  private TransformerConfig llama() {
    require("attention_bias", false, false);
    require("mlp_bias", false, false);
    String activation = text("hidden_act", "silu");
    if (!activation.equals("silu")) {
      throw unsupported("hidden_act", activation, "silu");
    }
    int width = integer("hidden_size");
    int heads = integer("num_attention_heads");
    return new TransformerConfig(
        Family.LLAMA,
        integer("vocab_size"),
        width,
        integer("num_hidden_layers"),
        heads,
        root.path("num_key_value_heads").isNumber() ? integer("num_key_value_heads") : heads,
        root.path("head_dim").isNumber()
            ? integer("head_dim")
            : TransformerConfig.headWidth(width, heads),
        integer("intermediate_size"),
        integer("max_position_embeddings"),
        rotary(),
        Norm.RMS,
        number("rms_norm_eps", 1e-6),
        Activation.SWIGLU,
        false,
        head(false));
  }

  /** Newer files nest {@code rope_parameters}; older ones have {@code rope_theta} at the top. */
  private Positions rotary() {
    JsonNode scaling =
        root.path("rope_parameters").isObject()
            ? root.path("rope_parameters")
            : root.path("rope_scaling");
    String type = scaling.path("rope_type").asString(scaling.path("type").asString("default"));
    if (!type.equals("default")) {
      throw unsupported("rope_type", type, "default");
    }
    JsonNode theta = scaling.path("rope_theta");
    return new Positions.Rotary(
        theta.isNumber() ? theta.doubleValue() : number("rope_theta", 10_000));
  }

  private HeadForm head(boolean tiedByDefault) {
    boolean tied = flag("tie_word_embeddings", tiedByDefault);
    String usual = root.path("gatun_head_rank").isNumber() ? "factorised" : "linear";
    return switch (text("gatun_head", usual)) {
      case "linear" -> new HeadForm.Linear(tied);
      case "factorised" -> new HeadForm.Factorised(integer("gatun_head_rank"));
      case "sigsoftmax" -> new HeadForm.Sigsoftmax(tied);
      case "mixture-of-softmaxes" -> new HeadForm.MixtureOfSoftmaxes(integer("gatun_head_parts"));
      case "multiple-hidden" -> new HeadForm.MultipleHidden(integer("gatun_head_parts"));
      case "class-factored" -> new HeadForm.ClassFactored(integer("gatun_head_parts"));
      case String other -> throw unsupported("gatun_head", other, HeadForm.LABELS);
    };
  }

  private Activation gelu(String name) {
    return switch (name) {
      case "gelu_new", "gelu_pytorch_tanh" -> Activation.GELU_TANH;
      case "gelu" -> Activation.GELU;
      default -> throw unsupported("activation_function", name, "gelu_new or gelu");
    };
  }

  private int integer(String key) {
    JsonNode node = root.path(key);
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw new SafetensorsException(
          file, node.isMissingNode() ? key + " is missing" : key + " is " + node + ", not a count");
    }
    return node.intValue();
  }

  private double number(String key, double otherwise) {
    JsonNode node = root.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return otherwise;
    }
    if (!node.isNumber()) {
      throw new SafetensorsException(file, key + " is " + node + ", not a number");
    }
    return node.doubleValue();
  }

  private String text(String key, String otherwise) {
    JsonNode node = root.path(key);
    return node.isString() ? node.stringValue() : otherwise;
  }

  private boolean flag(String key, boolean otherwise) {
    JsonNode node = root.path(key);
    return node.isBoolean() ? node.booleanValue() : otherwise;
  }

  private void require(String key, boolean otherwise, boolean supported) {
    boolean value = flag(key, otherwise);
    if (value != supported) {
      throw unsupported(key, value, supported);
    }
  }

  private SafetensorsException unsupported(String key, Object value, Object supported) {
    return new SafetensorsException(
        file, "%s is %s, which is not supported; %s is".formatted(key, value, supported));
  }

  /**
   * The configuration as JSON, as {@link #read} reads it.
   *
   * @throws IllegalArgumentException if no checkpoint of the family can say it
   */
  static String write(TransformerConfig config) {
    Map<String, Object> fields = new LinkedHashMap<>();
    switch (config.family()) {
      case GPT2 -> describeGpt2(config, fields);
      case LLAMA -> describeLlama(config, fields);
    }
    fields.put("vocab_size", config.vocabulary());
    fields.put("tie_word_embeddings", config.isTied());
    describeHead(config.head(), fields);
    return MAPPER.writeValueAsString(fields) + "\n";
  }

  private static void describeHead(HeadForm head, Map<String, Object> fields) {
    if (head instanceof HeadForm.Linear) {
      return;
    }
    fields.put("gatun_head", head.label());
    switch (head) {
      case HeadForm.Linear _, HeadForm.Sigsoftmax _ -> {}
      case HeadForm.Factorised(int rank) -> fields.put("gatun_head_rank", rank);
      case HeadForm.MixtureOfSoftmaxes(int components) ->
          fields.put("gatun_head_parts", components);
      case HeadForm.MultipleHidden(int vectors) -> fields.put("gatun_head_parts", vectors);
      case HeadForm.ClassFactored(int classes) -> fields.put("gatun_head_parts", classes);
    }
  }

  private static void describeGpt2(TransformerConfig config, Map<String, Object> fields) {
    if (!(config.positions() instanceof Positions.Learned)
        || config.norm() != Norm.LAYER
        || config.activation().isGated()
        || !config.biases()
        || config.keyValueHeads() != config.heads()
        || config.headWidth() * config.heads() != config.width()) {
      throw new IllegalArgumentException("a GPT-2 checkpoint cannot describe " + config);
    }
    fields.put("model_type", "gpt2");
    fields.put("n_embd", config.width());
    fields.put("n_head", config.heads());
    fields.put("n_layer", config.layers());
    fields.put("n_inner", config.mlpWidth());
    fields.put("n_positions", config.contextLength());
    fields.put("layer_norm_epsilon", config.normEpsilon());
    fields.put("activation_function", config.activation() == Activation.GELU ? "gelu" : "gelu_new");
  }

  private static void describeLlama(TransformerConfig config, Map<String, Object> fields) {
    if (!(config.positions() instanceof Positions.Rotary(double theta))
        || config.norm() != Norm.RMS
        || !config.activation().isGated()
        || config.biases()) {
      throw new IllegalArgumentException("a Llama checkpoint cannot describe " + config);
    }
    fields.put("model_type", "llama");
    fields.put("hidden_size", config.width());
    fields.put("num_attention_heads", config.heads());
    fields.put("num_key_value_heads", config.keyValueHeads());
    fields.put("head_dim", config.headWidth());
    fields.put("num_hidden_layers", config.layers());
    fields.put("intermediate_size", config.mlpWidth());
    fields.put("max_position_embeddings", config.contextLength());
    fields.put("rope_parameters", Map.of("rope_type", "default", "rope_theta", theta));
    fields.put("rms_norm_eps", config.normEpsilon());
    fields.put("hidden_act", "silu");
  }
}
