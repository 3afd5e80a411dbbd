package dev.gatun.model.checkpoint.families;

import dev.gatun.model.AttentionForm;
import dev.gatun.model.AttentionForm.OtherLayers;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.Activation;
import dev.gatun.model.TransformerConfig.Biases;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.Norm;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** Llama, and the families that took over its fields; what each does otherwise is in its class. */
abstract non-sealed class LlamaLikeConfig implements FamilyConfig {
  static final RotaryFields ROTARY =
      new RotaryFields("rope_theta", "partial_rotary_factor", 1, 10_000);

  private final Family family;
  private final String name;
  private final BlockForm blockForm;
  private final QueryKeyNorm queryKeyNorm;
  private final double usualEpsilon;

  LlamaLikeConfig(
      Family family,
      String name,
      BlockForm blockForm,
      QueryKeyNorm queryKeyNorm,
      double usualEpsilon) {
    this.family = family;
    this.name = name;
    this.blockForm = blockForm;
    this.queryKeyNorm = queryKeyNorm;
    this.usualEpsilon = usualEpsilon;
  }

  /** Refuses what Gatun does not do of the fields that this family alone has. */
  void requireOwn(ConfigFields fields) {}

  abstract void writeOwn(TransformerConfig config, Map<String, Object> fields);

  Biases biases(ConfigFields fields) {
    return Biases.of(fields.flag("attention_bias", false), false);
  }

  OtherLayers otherLayers(ConfigFields fields, int layers, Positions positions) {
    return OtherLayers.NONE;
  }

  AttentionForm attention(ConfigFields fields, int layers, int headWidth, Positions positions) {
    return AttentionForm.usual(headWidth, otherLayers(fields, layers, positions));
  }

  Positions positions(ConfigFields fields) {
    Positions.Rotary rotary = ROTARY.read(fields);
    if (rotary.fraction() != 1) {
      throw new IllegalArgumentException(
          "partial_rotary_factor is %s, which is not supported; 1 is".formatted(rotary.fraction()));
    }
    return rotary;
  }

  void writePositions(TransformerConfig config, Map<String, Object> fields) {
    ROTARY.write((Positions.Rotary) config.positions(), fields);
  }

  double epsilon(ConfigFields fields) {
    return fields.number("rms_norm_eps", usualEpsilon);
  }

  OptionalDouble logitCap(ConfigFields fields) {
    return OptionalDouble.empty();
  }

  /** A cap that may be missing or null, which is none. */
  static OptionalDouble cap(ConfigFields fields, String name) {
    return fields.has(name) ? OptionalDouble.of(fields.number(name)) : OptionalDouble.empty();
  }

  /** A cap that may be null, which is none. */
  static OptionalDouble cap(ConfigFields fields, String name, double usual) {
    return fields.isNull(name)
        ? OptionalDouble.empty()
        : OptionalDouble.of(fields.number(name, usual));
  }

  static void putCap(OptionalDouble cap, String name, Map<String, Object> fields) {
    fields.put(name, cap.isPresent() ? cap.getAsDouble() : null);
  }

  int keyValueHeads(ConfigFields fields, int heads) {
    return fields.count("num_key_value_heads", heads);
  }

  int headWidth(ConfigFields fields, int width, int heads) {
    return fields.has("head_dim")
        ? fields.count("head_dim")
        : TransformerConfig.headWidth(width, heads);
  }

  Norm norm() {
    return Norm.RMS;
  }

  Activation activation(ConfigFields fields) {
    fields.require("hidden_act", "silu", "swish");
    return Activation.SWIGLU;
  }

  double embeddingScale(int width) {
    return 1;
  }

  boolean tiedByDefault() {
    return false;
  }

  @Override
  public Family family() {
    return family;
  }

  @Override
  public String modelType() {
    return name.toLowerCase(Locale.ROOT);
  }

  @Override
  public String languageModel() {
    return name + "ForCausalLM";
  }

  @Override
  public String backbone() {
    return name + "Model";
  }

  @Override
  public TransformerConfig read(ConfigFields fields) {
    requireOwn(fields);
    int vocabulary = fields.count("vocab_size");
    int width = fields.count("hidden_size");
    int layers = fields.count("num_hidden_layers");
    int heads = fields.count("num_attention_heads");
    int headWidth = headWidth(fields, width, heads);
    Positions positions = positions(fields);
    return new TransformerConfig(
        family,
        vocabulary,
        width,
        layers,
        heads,
        keyValueHeads(fields, heads),
        headWidth,
        fields.count("intermediate_size"),
        fields.count("max_position_embeddings"),
        positions,
        blockForm,
        norm(),
        epsilon(fields),
        queryKeyNorm,
        activation(fields),
        biases(fields),
        attention(fields, layers, headWidth, positions),
        embeddingScale(width),
        logitCap(fields),
        PaddingToken.read(fields, family, vocabulary),
        HeadFields.read(fields, tiedByDefault()));
  }

  @Override
  public void write(TransformerConfig config, Map<String, Object> fields) {
    if (!(config.positions() instanceof Positions.Rotary)) {
      throw FamilyConfig.cannotDescribe(config);
    }
    fields.put("hidden_size", config.width());
    fields.put("num_attention_heads", config.heads());
    fields.put("num_key_value_heads", config.keyValueHeads());
    fields.put("num_hidden_layers", config.layers());
    fields.put("intermediate_size", config.mlpWidth());
    fields.put("max_position_embeddings", config.contextLength());
    writePositions(config, fields);
    fields.put("rms_norm_eps", config.normEpsilon());
    if (config.activation() == Activation.SWIGLU) {
      fields.put("hidden_act", "silu");
    }
    PaddingToken.write(config, fields);
    writeOwn(config, fields);
  }
}
