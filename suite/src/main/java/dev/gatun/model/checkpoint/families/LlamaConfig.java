package dev.gatun.model.checkpoint.families;

import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.Biases;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.Map;

/** Llama 1 to 3 and what is built as they are: TinyLlama, SmolLM. */
final class LlamaConfig extends LlamaLikeConfig {
  LlamaConfig() {
    super(Family.LLAMA, "Llama", BlockForm.NORM_BEFORE, QueryKeyNorm.NONE, 1e-6);
  }

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
}
