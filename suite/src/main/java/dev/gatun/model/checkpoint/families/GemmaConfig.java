package dev.gatun.model.checkpoint.families;

import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.Activation;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.Norm;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.Map;

/** Gemma: every RMSNorm has 1 + its weight, and embeddings are multiplied by √D. */
class GemmaConfig extends LlamaLikeConfig {
  GemmaConfig() {
    this(Family.GEMMA, "Gemma", BlockForm.NORM_BEFORE, QueryKeyNorm.NONE);
  }

  GemmaConfig(Family family, String name, BlockForm blockForm, QueryKeyNorm queryKeyNorm) {
    super(family, name, blockForm, queryKeyNorm, 1e-6);
  }

  @Override
  void requireOwn(ConfigFields fields) {
    if (fields.has("use_bidirectional_attention")) {
      fields.requireFlag("use_bidirectional_attention", false);
    }
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

  /** √width, rounded to the F32 that transformers holds it in. */
  @Override
  double embeddingScale(int width) {
    return (float) Math.sqrt(width);
  }

  @Override
  boolean tiedByDefault() {
    return true;
  }

  @Override
  void writeOwn(TransformerConfig config, Map<String, Object> fields) {
    fields.put("head_dim", config.headWidth());
    fields.put("hidden_act", "gelu_pytorch_tanh");
    fields.put("attention_bias", config.biases().queryKeyValue());
  }

  /** The gated unit that a field names; the first spelling is what it is without the field. */
  static Activation geglu(ConfigFields fields, String name, String... spellings) {
    fields.require(name, spellings);
    return Activation.GEGLU;
  }

  /** What Gemma 2 and 3 both write. */
  static void writeWindowed(TransformerConfig config, Map<String, Object> fields) {
    fields.put("head_dim", config.headWidth());
    fields.put("hidden_activation", "gelu_pytorch_tanh");
    fields.put("attention_bias", config.biases().queryKeyValue());
    // A whole number, because transformers takes no other.
    fields.put("query_pre_attn_scalar", (int) config.attentionForm().scoreVariance());
    putCap(config.logitCap(), "final_logit_softcapping", fields);
    WindowFields.write(config, fields);
  }
}
