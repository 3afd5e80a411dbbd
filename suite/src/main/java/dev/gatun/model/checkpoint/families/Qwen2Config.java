package dev.gatun.model.checkpoint.families;

import dev.gatun.model.AttentionForm.OtherLayers;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.Biases;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.Map;

/** Qwen2 and Qwen2.5's dense models. */
final class Qwen2Config extends LlamaLikeConfig {
  Qwen2Config() {
    super(Family.QWEN2, "Qwen2", BlockForm.NORM_BEFORE, QueryKeyNorm.NONE, 1e-6);
  }

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
    return WindowFields.ofLastLayers(fields, layers, positions);
  }

  @Override
  void writeOwn(TransformerConfig config, Map<String, Object> fields) {
    WindowFields.writeIfUsed(config, fields);
  }
}
