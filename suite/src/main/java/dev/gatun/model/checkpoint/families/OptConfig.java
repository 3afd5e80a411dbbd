package dev.gatun.model.checkpoint.families;

import dev.gatun.model.AttentionForm;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.Biases;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.Norm;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** OPT; in its 350m model norms come after each sum, and the token embedding is narrow. */
record OptConfig() implements FamilyConfig {
  /** Rows of the table of positions before the first, kept from fairseq. */
  private static final int OFFSET = 2;

  @Override
  public Family family() {
    return Family.OPT;
  }

  @Override
  public String modelType() {
    return "opt";
  }

  @Override
  public String languageModel() {
    return "OPTForCausalLM";
  }

  @Override
  public String backbone() {
    return "OPTModel";
  }

  @Override
  public TransformerConfig read(ConfigFields fields) {
    fields.requireFlag("_remove_final_layer_norm", false);
    fields.requireFlag("layer_norm_elementwise_affine", true);
    int vocabulary = fields.count("vocab_size");
    int width = fields.count("hidden_size");
    int embeddingWidth = fields.count("word_embed_proj_dim", width);
    int heads = fields.count("num_attention_heads");
    int headWidth = TransformerConfig.headWidth(width, heads);
    boolean biased = fields.flag("enable_bias", true);
    return new TransformerConfig(
        Family.OPT,
        vocabulary,
        width,
        fields.count("num_hidden_layers"),
        heads,
        heads,
        headWidth,
        fields.count("ffn_dim"),
        fields.count("max_position_embeddings"),
        new Positions.Learned(OFFSET),
        fields.flag("do_layer_norm_before", true) ? BlockForm.NORM_BEFORE : BlockForm.NORM_OF_SUM,
        Norm.LAYER,
        1e-5,
        QueryKeyNorm.NONE,
        ActivationNames.read(fields, "activation_function", "relu"),
        Biases.of(biased, biased),
        AttentionForm.usual(headWidth),
        1,
        OptionalDouble.empty(),
        PaddingToken.read(fields, Family.OPT, vocabulary),
        HeadFields.read(fields, true),
        embeddingWidth == width ? OptionalInt.empty() : OptionalInt.of(embeddingWidth));
  }

  @Override
  public void write(TransformerConfig config, Map<String, Object> fields) {
    fields.put("hidden_size", config.width());
    fields.put("word_embed_proj_dim", config.embeddingWidth());
    fields.put("num_attention_heads", config.heads());
    fields.put("num_hidden_layers", config.layers());
    fields.put("ffn_dim", config.mlpWidth());
    fields.put("max_position_embeddings", config.contextLength());
    fields.put("do_layer_norm_before", config.blockForm() == BlockForm.NORM_BEFORE);
    fields.put("activation_function", ActivationNames.of(config.activation()));
    fields.put("enable_bias", config.biases().mlp());
    PaddingToken.write(config, fields);
    // Gatun trains without.
    fields.put("dropout", 0.0);
  }
}
