package dev.gatun.model.checkpoint.families;

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
import java.util.OptionalInt;

/**
 * Llama, and the families that took over its fields: Qwen3 (queries and keys normalised head by
 * head) and OLMo 2 (queries and keys normalised whole, norms after attention and MLP).
 */
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
    boolean mlpBiased(ConfigFields fields) {
      return fields.flag("mlp_bias", false);
    }

    @Override
    void writeOwn(TransformerConfig config, Map<String, Object> fields) {
      fields.put("head_dim", config.headWidth());
      fields.put("mlp_bias", config.biases().mlp());
    }
  },

  /** Qwen3's dense models. */
  QWEN3(Family.QWEN3, "Qwen3", BlockForm.NORM_BEFORE, QueryKeyNorm.PER_HEAD, 1e-6) {
    @Override
    void requireOwn(ConfigFields fields) {
      fields.requireFlag("use_sliding_window", false);
      // Of no effect without: which layers would have the window, and its width.
      fields.has("max_window_layers");
      fields.has("sliding_window");
      for (String type : fields.texts("layer_types")) {
        if (!type.equals("full_attention")) {
          throw fields.unsupported("layer_types", "full_attention in every layer");
        }
      }
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
      fields.put("use_sliding_window", false);
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
      if (config.headWidth() * config.heads() != config.width()) {
        fields.put("head_dim", config.headWidth());
      }
    }
  };

  private static final RotaryFields ROTARY =
      new RotaryFields("rope_theta", "partial_rotary_factor", 1);

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

  /** Puts those fields. */
  abstract void writeOwn(TransformerConfig config, Map<String, Object> fields);

  boolean mlpBiased(ConfigFields fields) {
    return false;
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
    fields.require("hidden_act", "silu", "swish");
    int vocabulary = fields.count("vocab_size");
    int width = fields.count("hidden_size");
    int heads = fields.count("num_attention_heads");
    return new TransformerConfig(
        family,
        vocabulary,
        width,
        fields.count("num_hidden_layers"),
        heads,
        keyValueHeads(fields, heads),
        headWidth(fields, width, heads),
        fields.count("intermediate_size"),
        fields.count("max_position_embeddings"),
        rotary(fields),
        blockForm,
        Norm.RMS,
        fields.number("rms_norm_eps", usualEpsilon),
        queryKeyNorm,
        Activation.SWIGLU,
        new Biases(fields.flag("attention_bias", false), mlpBiased(fields)),
        paddingToken(fields, vocabulary),
        HeadFields.read(fields, false));
  }

  private static Positions.Rotary rotary(ConfigFields fields) {
    Positions.Rotary rotary = ROTARY.read(fields);
    if (rotary.fraction() != 1) {
      throw new IllegalArgumentException(
          "partial_rotary_factor is %s, which is not supported; 1 is".formatted(rotary.fraction()));
    }
    return rotary;
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
    if (!(config.positions() instanceof Positions.Rotary rotary)
        || rotary.fraction() != 1
        || config.blockForm() != blockForm
        || config.norm() != Norm.RMS
        || config.queryKeyNorm() != queryKeyNorm
        || config.activation() != Activation.SWIGLU
        || config.biases().mlp() && this != LLAMA) {
      throw FamilyConfig.cannotDescribe(config);
    }
    fields.put("hidden_size", config.width());
    fields.put("num_attention_heads", config.heads());
    fields.put("num_key_value_heads", config.keyValueHeads());
    fields.put("num_hidden_layers", config.layers());
    fields.put("intermediate_size", config.mlpWidth());
    fields.put("max_position_embeddings", config.contextLength());
    ROTARY.write(rotary, fields);
    fields.put("rms_norm_eps", config.normEpsilon());
    fields.put("hidden_act", "silu");
    fields.put("attention_bias", config.biases().attention());
    fields.put(
        "pad_token_id",
        config.paddingToken().isPresent() ? config.paddingToken().getAsInt() : null);
    writeOwn(config, fields);
  }
}
