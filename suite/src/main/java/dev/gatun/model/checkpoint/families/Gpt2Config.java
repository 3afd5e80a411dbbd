package dev.gatun.model.checkpoint.families;

import dev.gatun.model.AttentionForm;
import dev.gatun.model.AttentionForm.OtherLayers;
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

/** GPT-2. */
record Gpt2Config() implements FamilyConfig {
  @Override
  public Family family() {
    return Family.GPT2;
  }

  @Override
  public String modelType() {
    return "gpt2";
  }

  @Override
  public String languageModel() {
    return "GPT2LMHeadModel";
  }

  @Override
  public String backbone() {
    return "GPT2Model";
  }

  @Override
  public TransformerConfig read(ConfigFields fields) {
    fields.requireFlag("add_cross_attention", false);
    fields.token("pad_token_id", OptionalInt.empty());
    int width = fields.count("n_embd");
    int heads = fields.count("n_head");
    int headWidth = TransformerConfig.headWidth(width, heads);
    return new TransformerConfig(
        Family.GPT2,
        fields.count("vocab_size"),
        width,
        fields.count("n_layer"),
        heads,
        heads,
        headWidth,
        fields.count("n_inner", 4 * width),
        fields.count("n_positions"),
        new Positions.Learned(),
        BlockForm.NORM_BEFORE,
        Norm.LAYER,
        fields.number("layer_norm_epsilon", 1e-5),
        QueryKeyNorm.NONE,
        ActivationNames.read(fields, "activation_function", "gelu_new"),
        Biases.ALL,
        attention(fields, headWidth),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        HeadFields.read(fields, true));
  }

  private static AttentionForm attention(ConfigFields fields, int headWidth) {
    return new AttentionForm(
        fields.flag("scale_attn_weights", true) ? headWidth : 1,
        fields.flag("scale_attn_by_inverse_layer_idx", false),
        OptionalDouble.empty(),
        OtherLayers.NONE,
        OptionalDouble.empty());
  }

  @Override
  public void write(TransformerConfig config, Map<String, Object> fields) {
    fields.put("n_embd", config.width());
    fields.put("n_head", config.heads());
    fields.put("n_layer", config.layers());
    fields.put("n_inner", config.mlpWidth());
    fields.put("n_positions", config.contextLength());
    fields.put("layer_norm_epsilon", config.normEpsilon());
    fields.put("activation_function", ActivationNames.of(config.activation()));
    if (!config.attentionForm().equals(AttentionForm.usual(config.headWidth()))) {
      fields.put(
          "scale_attn_weights", config.attentionForm().scoreVariance() == config.headWidth());
      fields.put("scale_attn_by_inverse_layer_idx", config.attentionForm().byLayer());
    }
    // Gatun trains without.
    fields.put("attn_pdrop", 0.0);
    fields.put("embd_pdrop", 0.0);
    fields.put("resid_pdrop", 0.0);
  }
}
