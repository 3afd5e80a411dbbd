package dev.gatun.model.checkpoint.families;

import dev.gatun.model.AttentionForm.OtherLayers;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.Biases;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.Map;
import java.util.OptionalInt;

/** Mistral 7B and what is built as it is. */
final class MistralConfig extends LlamaLikeConfig {
  MistralConfig() {
    super(Family.MISTRAL, "Mistral", BlockForm.NORM_BEFORE, QueryKeyNorm.NONE, 1e-6);
  }

  @Override
  Biases biases(ConfigFields fields) {
    return Biases.NONE;
  }

  @Override
  int keyValueHeads(ConfigFields fields, int heads) {
    return fields.count("num_key_value_heads", 8);
  }

  @Override
  OtherLayers otherLayers(ConfigFields fields, int layers, Positions positions) {
    OptionalInt window = WindowFields.width(fields, OptionalInt.of(4096));
    return WindowFields.read(fields, layers, window, _ -> true, positions);
  }

  @Override
  void writeOwn(TransformerConfig config, Map<String, Object> fields) {
    fields.put("head_dim", config.headWidth());
    WindowFields.writeWidth(config, fields);
  }
}
