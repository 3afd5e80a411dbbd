package dev.gatun.model.checkpoint.families;

import dev.gatun.model.AttentionForm;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.Norm;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.Map;

/** OLMo 1: LayerNorm without weights, and a limit of queries, keys and values. */
final class OlmoConfig extends LlamaLikeConfig {
  OlmoConfig() {
    super(Family.OLMO, "Olmo", BlockForm.NORM_BEFORE, QueryKeyNorm.NONE, 1e-5);
  }

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
  void writeOwn(TransformerConfig config, Map<String, Object> fields) {
    fields.put("attention_bias", config.biases().queryKeyValue());
    putCap(config.attentionForm().clip(), "clip_qkv", fields);
    fields.remove("rms_norm_eps");
  }
}
