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

/** GPT-NeoX, the family of Pythia. */
record GptNeoXConfig() implements FamilyConfig {
  private static final RotaryFields ROTARY =
      new RotaryFields("rotary_emb_base", "rotary_pct", 0.25, 10_000);

  @Override
  public Family family() {
    return Family.GPT_NEOX;
  }

  @Override
  public String modelType() {
    return "gpt_neox";
  }

  @Override
  public String languageModel() {
    return "GPTNeoXForCausalLM";
  }

  @Override
  public String backbone() {
    return "GPTNeoXModel";
  }

  @Override
  public TransformerConfig read(ConfigFields fields) {
    fields.token("pad_token_id", OptionalInt.empty());
    int width = fields.count("hidden_size");
    int heads = fields.count("num_attention_heads");
    int headWidth = TransformerConfig.headWidth(width, heads);
    return new TransformerConfig(
        Family.GPT_NEOX,
        fields.count("vocab_size"),
        width,
        fields.count("num_hidden_layers"),
        heads,
        heads,
        headWidth,
        fields.count("intermediate_size"),
        fields.count("max_position_embeddings"),
        ROTARY.read(fields),
        fields.flag("use_parallel_residual", true) ? BlockForm.PARALLEL : BlockForm.NORM_BEFORE,
        Norm.LAYER,
        fields.number("layer_norm_eps", 1e-5),
        QueryKeyNorm.NONE,
        ActivationNames.read(fields, "hidden_act", "gelu"),
        Biases.of(fields.flag("attention_bias", true), true),
        AttentionForm.usual(headWidth),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        HeadFields.read(fields, false));
  }

  @Override
  public void write(TransformerConfig config, Map<String, Object> fields) {
    if (!(config.positions() instanceof Positions.Rotary rotary)) {
      throw FamilyConfig.cannotDescribe(config);
    }
    fields.put("hidden_size", config.width());
    fields.put("num_attention_heads", config.heads());
    fields.put("num_hidden_layers", config.layers());
    fields.put("intermediate_size", config.mlpWidth());
    fields.put("max_position_embeddings", config.contextLength());
    ROTARY.write(rotary, fields);
    fields.put("use_parallel_residual", config.blockForm() == BlockForm.PARALLEL);
    fields.put("layer_norm_eps", config.normEpsilon());
    fields.put("hidden_act", ActivationNames.of(config.activation()));
    fields.put("attention_bias", config.biases().queryKeyValue());
  }
}
