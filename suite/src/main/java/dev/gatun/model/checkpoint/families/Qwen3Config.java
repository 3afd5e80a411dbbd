package dev.gatun.model.checkpoint.families;

import dev.gatun.model.AttentionForm.OtherLayers;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.Map;

/** Qwen3's dense models. */
final class Qwen3Config extends LlamaLikeConfig {
  Qwen3Config() {
    super(Family.QWEN3, "Qwen3", BlockForm.NORM_BEFORE, QueryKeyNorm.PER_HEAD, 1e-6);
  }

  @Override
  OtherLayers otherLayers(ConfigFields fields, int layers, Positions positions) {
    return WindowFields.ofLastLayers(fields, layers, positions);
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
    WindowFields.writeIfUsed(config, fields);
  }
}
