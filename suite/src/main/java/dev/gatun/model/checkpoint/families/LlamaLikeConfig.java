package dev.gatun.model.checkpoint.families;

import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.Activation;
import dev.gatun.model.TransformerConfig.AttentionForm;
import dev.gatun.model.TransformerConfig.Biases;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.Norm;
import dev.gatun.model.TransformerConfig.OtherLayers;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Llama, and the families that took over its fields; what each does otherwise stands beside it. */
enum LlamaLikeConfig implements FamilyConfig {
  /** Llama 1 to 3 and what is built as they are: TinyLlama, SmolLM. */
  LLAMA(Family.LLAMA, "Llama", BlockForm.NORM_BEFORE, QueryKeyNorm.NONE, 1e-6) {
    @Override
    void requireOwn(ConfigFields fields) {
      // Above 1 the products are cut, and summed in another order.
      fields.require("pretraining_tp", "1");
      fields.requireFlag("rope_interleaved", false);
    }

    @Override
    Biases biases(ConfigFields fields) {
      return Biases.of(fields.flag("attention_bias", false), fields.flag("mlp_bias", false));
    }

    @Override
    void writeOwn(TransformerConfig config, Map<String, Object> fields) {
      fields.put("head_dim", config.headWidth());
      fields.put("attention_bias", config.biases().queryKeyValue());
      fields.put("mlp_bias", config.biases().mlp());
    }
  },

  /** Qwen2 and Qwen2.5's dense models. */
  QWEN2(Family.QWEN2, "Qwen2", BlockForm.NORM_BEFORE, QueryKeyNorm.NONE, 1e-6) {
    @Override
    Biases biases(ConfigFields fields) {
      return new Biases(true, false, false);
    }

    @Override
    int keyValueHeads(ConfigFields fields, int heads) {
      return fields.count("num_key_value_heads");
    }

    @Override
    OtherLayers otherLayers(ConfigFields fields, int layers, Positions positions) {
      return windowOfLastLayers(fields, layers, positions);
    }

    @Override
    void writeOwn(TransformerConfig config, Map<String, Object> fields) {
      writeWindowOfSomeLayers(config, fields);
    }
  },

  /** Mistral 7B and what is built as it is. */
  MISTRAL(Family.MISTRAL, "Mistral", BlockForm.NORM_BEFORE, QueryKeyNorm.NONE, 1e-6) {
    @Override
    Biases biases(ConfigFields fields) {
      return Biases.NONE;
    }

    @Override
    int keyValueHeads(ConfigFields fields, int heads) {
      return fields.count("num_key_value_heads", 8);
    }

    @Override
    OtherLayers otherLayers(ConfigFields fields, int layers, Positions positions) {
      OptionalInt window = WindowFields.width(fields, OptionalInt.of(4096));
      return WindowFields.read(fields, layers, window, _ -> true, positions);
    }

    @Override
    void writeOwn(TransformerConfig config, Map<String, Object> fields) {
      fields.put("head_dim", config.headWidth());
      WindowFields.writeWidth(config, fields);
    }
  },

  /** Qwen3's dense models. */
  QWEN3(Family.QWEN3, "Qwen3", BlockForm.NORM_BEFORE, QueryKeyNorm.PER_HEAD, 1e-6) {
    @Override
    OtherLayers otherLayers(ConfigFields fields, int layers, Positions positions) {
      return windowOfLastLayers(fields, layers, positions);
    }

    /** Where transformers has a default of its own, 32 and 128, it is no guess at this model's. */
    @Override
    int keyValueHeads(ConfigFields fields, int heads) {
      return fields.count("num_key_value_heads");
    }

    @Override
    int headWidth(ConfigFields fields, int width, int heads) {
      return fields.count("head_dim");
    }

    @Override
    void writeOwn(TransformerConfig config, Map<String, Object> fields) {
      fields.put("head_dim", config.headWidth());
      fields.put("attention_bias", config.biases().queryKeyValue());
      writeWindowOfSomeLayers(config, fields);
    }
  },

  /** Gemma: every RMSNorm has 1 + its weight, and embeddings are multiplied by √D. */
  GEMMA(Family.GEMMA, "Gemma", BlockForm.NORM_BEFORE, QueryKeyNorm.NONE, 1e-6) {
    @Override
    void requireOwn(ConfigFields fields) {
      requireCausal(fields);
    }

    @Override
    int headWidth(ConfigFields fields, int width, int heads) {
      return fields.count("head_dim");
    }

    @Override
    int keyValueHeads(ConfigFields fields, int heads) {
      return fields.count("num_key_value_heads");
    }

    @Override
    Norm norm() {
      return Norm.RMS_PLUS_ONE;
    }

    /** Where it says gelu, transformers takes the tanh form too. */
    @Override
    Activation activation(ConfigFields fields) {
      fields.require("hidden_activation", "gelu_pytorch_tanh");
      return geglu(fields, "hidden_act", "gelu_pytorch_tanh", "gelu");
    }

    @Override
    double embeddingScale(int width) {
      return rootOf(width);
    }

    @Override
    boolean tiedByDefault() {
      return true;
    }

    @Override
    OptionalInt usualPaddingToken() {
      return OptionalInt.of(0);
    }

    @Override
    void writeOwn(TransformerConfig config, Map<String, Object> fields) {
      fields.put("head_dim", config.headWidth());
      fields.put("hidden_act", "gelu_pytorch_tanh");
      fields.put("attention_bias", config.biases().queryKeyValue());
    }
  },

  /** Gemma 2: as Gemma, with a norm before and one after attention and MLP, windows and caps. */
  GEMMA2(Family.GEMMA2, "Gemma2", BlockForm.NORM_AROUND, QueryKeyNorm.NONE, 1e-6) {
    @Override
    void requireOwn(ConfigFields fields) {
      requireCausal(fields);
    }

    @Override
    int headWidth(ConfigFields fields, int width, int heads) {
      return fields.count("head_dim");
    }

    @Override
    int keyValueHeads(ConfigFields fields, int heads) {
      return fields.count("num_key_value_heads");
    }

    @Override
    Norm norm() {
      return Norm.RMS_PLUS_ONE;
    }

    /** Some files also have hidden_act, which transformers does not read. */
    @Override
    Activation activation(ConfigFields fields) {
      fields.has("hidden_act");
      return geglu(fields, "hidden_activation", "gelu_pytorch_tanh");
    }

    @Override
    AttentionForm attention(ConfigFields fields, int layers, int headWidth, Positions positions) {
      OptionalInt window = WindowFields.width(fields, OptionalInt.of(4096));
      return new AttentionForm(
          fields.number("query_pre_attn_scalar", 256),
          cap(fields, "attn_logit_softcapping", 50),
          WindowFields.read(fields, layers, window, layer -> layer % 2 == 0, positions));
    }

    @Override
    double embeddingScale(int width) {
      return rootOf(width);
    }

    @Override
    OptionalDouble logitCap(ConfigFields fields) {
      return cap(fields, "final_logit_softcapping", 30);
    }

    @Override
    boolean tiedByDefault() {
      return true;
    }

    @Override
    OptionalInt usualPaddingToken() {
      return OptionalInt.of(0);
    }

    @Override
    void writeOwn(TransformerConfig config, Map<String, Object> fields) {
      fields.put("head_dim", config.headWidth());
      fields.put("hidden_activation", "gelu_pytorch_tanh");
      fields.put("attention_bias", config.biases().queryKeyValue());
      putScoreVariance(config, fields);
      putCap(config.attentionForm().scoreCap(), "attn_logit_softcapping", fields);
      putCap(config.logitCap(), "final_logit_softcapping", fields);
      WindowFields.write(config, fields);
    }
  },

  /**
   * Gemma 3's text models: as Gemma 2, with norms of queries and keys, and rotary positions of its
   * own for windows.
   */
  GEMMA3(Family.GEMMA3, "Gemma3", BlockForm.NORM_AROUND, QueryKeyNorm.PER_HEAD, 1e-6) {
    @Override
    public String modelType() {
      return "gemma3_text";
    }

    @Override
    public String backbone() {
      return "Gemma3TextModel";
    }

    @Override
    void requireOwn(ConfigFields fields) {
      requireCausal(fields);
      fields.require("attn_logit_softcapping", "null");
    }

    @Override
    int headWidth(ConfigFields fields, int width, int heads) {
      return fields.count("head_dim");
    }

    @Override
    int keyValueHeads(ConfigFields fields, int heads) {
      return fields.count("num_key_value_heads");
    }

    @Override
    Norm norm() {
      return Norm.RMS_PLUS_ONE;
    }

    @Override
    Activation activation(ConfigFields fields) {
      return geglu(fields, "hidden_activation", "gelu_pytorch_tanh");
    }

    @Override
    Positions positions(ConfigFields fields) {
      return LayeredRotary.full(fields);
    }

    @Override
    AttentionForm attention(ConfigFields fields, int layers, int headWidth, Positions positions) {
      OptionalInt window = WindowFields.width(fields, OptionalInt.of(4096));
      int pattern = fields.count("sliding_window_pattern", 6);
      return new AttentionForm(
          fields.number("query_pre_attn_scalar", 256),
          OptionalDouble.empty(),
          WindowFields.read(
              fields,
              layers,
              window,
              layer -> (layer + 1) % pattern != 0,
              LayeredRotary.sliding(fields)));
    }

    @Override
    double embeddingScale(int width) {
      return rootOf(width);
    }

    @Override
    OptionalDouble logitCap(ConfigFields fields) {
      return cap(fields, "final_logit_softcapping");
    }

    @Override
    boolean tiedByDefault() {
      return true;
    }

    @Override
    OptionalInt usualPaddingToken() {
      return OptionalInt.of(0);
    }

    @Override
    void writePositions(TransformerConfig config, Map<String, Object> fields) {
      LayeredRotary.write(config, fields);
    }

    @Override
    void writeOwn(TransformerConfig config, Map<String, Object> fields) {
      fields.put("head_dim", config.headWidth());
      fields.put("hidden_activation", "gelu_pytorch_tanh");
      fields.put("attention_bias", config.biases().queryKeyValue());
      putScoreVariance(config, fields);
      putCap(config.logitCap(), "final_logit_softcapping", fields);
      WindowFields.write(config, fields);
    }
  },

  /** OLMo 1: LayerNorm without weights, and a limit of queries, keys and values. */
  OLMO(Family.OLMO, "Olmo", BlockForm.NORM_BEFORE, QueryKeyNorm.NONE, 1e-5) {
    @Override
    AttentionForm attention(ConfigFields fields, int layers, int headWidth, Positions positions) {
      return AttentionForm.usual(headWidth).clippedAt(cap(fields, "clip_qkv"));
    }

    @Override
    Norm norm() {
      return Norm.PLAIN_LAYER;
    }

    /** It has no field, and is always this. */
    @Override
    double epsilon(ConfigFields fields) {
      return 1e-5;
    }

    @Override
    OptionalInt usualPaddingToken() {
      return OptionalInt.of(1);
    }

    @Override
    void writeOwn(TransformerConfig config, Map<String, Object> fields) {
      fields.put("attention_bias", config.biases().queryKeyValue());
      putCap(config.attentionForm().clip(), "clip_qkv", fields);
      fields.remove("rms_norm_eps");
    }
  },

  /** Phi-3, with fused projections. */
  PHI3(Family.PHI3, "Phi3", BlockForm.NORM_BEFORE, QueryKeyNorm.NONE, 1e-5) {
    @Override
    void requireOwn(ConfigFields fields) {
      // Phi-4-mini has both, and transformers reads neither of them.
      fields.require("full_attn_mod", "1");
      fields.require("interpolate_factor", "1");
    }

    @Override
    Biases biases(ConfigFields fields) {
      // Some files say so, and transformers has none whatever they say.
      fields.requireFlag("attention_bias", false);
      return Biases.NONE;
    }

    @Override
    Positions positions(ConfigFields fields) {
      return ROTARY.read(fields, nested -> LongRopeFields.read(fields, nested));
    }

    @Override
    OtherLayers otherLayers(ConfigFields fields, int layers, Positions positions) {
      OptionalInt window = WindowFields.width(fields, OptionalInt.empty());
      return WindowFields.read(fields, layers, window, _ -> true, positions);
    }

    @Override
    OptionalInt usualPaddingToken() {
      return OptionalInt.of(32_000);
    }

    @Override
    void writePositions(TransformerConfig config, Map<String, Object> fields) {
      ROTARY.write((Positions.Rotary) config.positions(), fields);
      fields.put("partial_rotary_factor", ((Positions.Rotary) config.positions()).fraction());
    }

    @Override
    void writeOwn(TransformerConfig config, Map<String, Object> fields) {
      WindowFields.writeWidth(config, fields);
    }
  },

  /** SmolLM3: rotary positions in most layers, and none in the others, which may have windows. */
  SMOLLM3(Family.SMOLLM3, "SmolLM3", BlockForm.NORM_BEFORE, QueryKeyNorm.NONE, 1e-6) {
    @Override
    void requireOwn(ConfigFields fields) {
      // The published files have both, and transformers reads neither of them.
      fields.has("max_window_layers");
      fields.has("pretraining_tp");
    }

    @Override
    Biases biases(ConfigFields fields) {
      return Biases.of(fields.flag("attention_bias", false), fields.flag("mlp_bias", false));
    }

    @Override
    int keyValueHeads(ConfigFields fields, int heads) {
      return fields.count("num_key_value_heads");
    }

    @Override
    Positions positions(ConfigFields fields) {
      return SMOLLM3_ROTARY.read(fields);
    }

    @Override
    OtherLayers otherLayers(ConfigFields fields, int layers, Positions positions) {
      List<Integer> without = layersWithoutRotary(fields, layers);
      boolean used = fields.flag("use_sliding_window", false);
      OptionalInt window = WindowFields.width(fields, OptionalInt.empty());
      OtherLayers windowed =
          WindowFields.read(
              fields,
              layers,
              used ? window : OptionalInt.empty(),
              without::contains,
              without.isEmpty() ? positions : new Positions.None());
      if (without.isEmpty() || windowed.layers().equals(without)) {
        return windowed;
      }
      if (!windowed.layers().isEmpty()) {
        throw fields.unsupported(
            "layer_types", "sliding_attention in just the layers without rotary positions");
      }
      return new OtherLayers(without, new Positions.None(), OptionalInt.empty());
    }

    private static List<Integer> layersWithoutRotary(ConfigFields fields, int layers) {
      int interval = fields.count("no_rope_layer_interval", 4);
      List<Integer> rotary = fields.wholeNumbers("no_rope_layers");
      if (!rotary.isEmpty() && rotary.size() < layers) {
        throw fields.unsupported(
            "no_rope_layers", "a number for each of %s layers".formatted(layers));
      }
      return IntStream.range(0, layers)
          .filter(layer -> rotary.isEmpty() ? (layer + 1) % interval == 0 : rotary.get(layer) == 0)
          .boxed()
          .toList();
    }

    @Override
    boolean tiedByDefault() {
      return true;
    }

    @Override
    OptionalInt usualPaddingToken() {
      return OptionalInt.of(128_004);
    }

    @Override
    void writePositions(TransformerConfig config, Map<String, Object> fields) {
      SMOLLM3_ROTARY.write((Positions.Rotary) config.positions(), fields);
    }

    @Override
    void writeOwn(TransformerConfig config, Map<String, Object> fields) {
      fields.put("attention_bias", config.biases().queryKeyValue());
      fields.put("mlp_bias", config.biases().mlp());
      OtherLayers others = config.attentionForm().others();
      List<Integer> without =
          others.positions() instanceof Positions.None ? others.layers() : List.of();
      fields.put(
          "no_rope_layers",
          IntStream.range(0, config.layers())
              .mapToObj(layer -> without.contains(layer) ? 0 : 1)
              .toList());
      writeWindowOfSomeLayers(config, fields);
    }
  },

  /** OLMo 2. */
  OLMO2(Family.OLMO2, "Olmo2", BlockForm.NORM_AFTER, QueryKeyNorm.WHOLE, 1e-5) {
    /** What transformers takes where none is said. */
    @Override
    OptionalInt usualPaddingToken() {
      return OptionalInt.of(1);
    }

    @Override
    void writeOwn(TransformerConfig config, Map<String, Object> fields) {
      fields.put("attention_bias", config.biases().queryKeyValue());
      if (config.headWidth() * config.heads() != config.width()) {
        fields.put("head_dim", config.headWidth());
      }
    }
  };

  private static final RotaryFields ROTARY =
      new RotaryFields("rope_theta", "partial_rotary_factor", 1, 10_000);
  private static final RotaryFields SMOLLM3_ROTARY =
      new RotaryFields("rope_theta", "partial_rotary_factor", 1, 2_000_000);

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
  private static OptionalDouble cap(ConfigFields fields, String name) {
    return fields.has(name) ? OptionalDouble.of(fields.number(name)) : OptionalDouble.empty();
  }

  /** A cap that may be null, which is none. */
  private static OptionalDouble cap(ConfigFields fields, String name, double usual) {
    return fields.isNull(name)
        ? OptionalDouble.empty()
        : OptionalDouble.of(fields.number(name, usual));
  }

  /** As a whole number: transformers takes no other. */
  private static void putScoreVariance(TransformerConfig config, Map<String, Object> fields) {
    fields.put("query_pre_attn_scalar", (int) config.attentionForm().scoreVariance());
  }

  private static void putCap(OptionalDouble cap, String name, Map<String, Object> fields) {
    fields.put(name, cap.isPresent() ? cap.getAsDouble() : null);
  }

  /** A window of the layers from {@code max_window_layers} on, where it is used. */
  private static OtherLayers windowOfLastLayers(
      ConfigFields fields, int layers, Positions positions) {
    boolean used = fields.flag("use_sliding_window", false);
    OptionalInt window = WindowFields.width(fields, OptionalInt.of(4096));
    double first = fields.has("max_window_layers") ? fields.number("max_window_layers") : 28;
    return WindowFields.read(
        fields, layers, used ? window : OptionalInt.empty(), layer -> layer >= first, positions);
  }

  private static void writeWindowOfSomeLayers(
      TransformerConfig config, Map<String, Object> fields) {
    boolean used = config.attentionForm().others().window().isPresent();
    fields.put("use_sliding_window", used);
    if (used) {
      WindowFields.write(config, fields);
    }
  }

  int keyValueHeads(ConfigFields fields, int heads) {
    return fields.count("num_key_value_heads", heads);
  }

  int headWidth(ConfigFields fields, int width, int heads) {
    return fields.has("head_dim")
        ? fields.count("head_dim")
        : TransformerConfig.headWidth(width, heads);
  }

  OptionalInt usualPaddingToken() {
    return OptionalInt.empty();
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

  private static void requireCausal(ConfigFields fields) {
    if (fields.has("use_bidirectional_attention")) {
      fields.requireFlag("use_bidirectional_attention", false);
    }
  }

  /** The gated unit that a field names; the first spelling is what it is without the field. */
  private static Activation geglu(ConfigFields fields, String name, String... spellings) {
    fields.require(name, spellings);
    return Activation.GEGLU;
  }

  /** √width, rounded to the F32 that transformers holds it in. */
  private static double rootOf(int width) {
    return (float) Math.sqrt(width);
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
        paddingToken(fields, vocabulary),
        HeadFields.read(fields, tiedByDefault()));
  }

  /** A negative one counts from the end. */
  private OptionalInt paddingToken(ConfigFields fields, int vocabulary) {
    OptionalInt said = fields.token("pad_token_id", usualPaddingToken());
    if (said.isEmpty() || said.getAsInt() >= 0) {
      return said;
    }
    return OptionalInt.of(said.getAsInt() + vocabulary);
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
    fields.put(
        "pad_token_id",
        config.paddingToken().isPresent() ? config.paddingToken().getAsInt() : null);
    writeOwn(config, fields);
  }
}
