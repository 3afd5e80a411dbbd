package dev.gatun.model.checkpoint.families;

import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.Map;

/** OLMo 2. */
final class Olmo2Config extends LlamaLikeConfig {
  Olmo2Config() {
    super(Family.OLMO2, "Olmo2", BlockForm.NORM_AFTER, QueryKeyNorm.WHOLE, 1e-5);
  }

  @Override
  void writeOwn(TransformerConfig config, Map<String, Object> fields) {
    fields.put("attention_bias", config.biases().queryKeyValue());
    if (config.headWidth() * config.heads() != config.width()) {
      fields.put("head_dim", config.headWidth());
    }
  }
}
