package dev.gatun.model.checkpoint.families;

import dev.gatun.model.AttentionForm;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.Activation;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Gemma 3's text models: as Gemma 2, with norms of queries and keys, and rotary positions of its
 * own for windows.
 */
final class Gemma3Config extends GemmaConfig {
  Gemma3Config() {
    super(Family.GEMMA3, "Gemma3", BlockForm.NORM_AROUND, QueryKeyNorm.PER_HEAD);
  }

  @Override
  public String modelType() {
    return "gemma3_text";
  }

  @Override
  public String backbone() {
    return "Gemma3TextModel";
  }

  @Override
  void requireOwn(ConfigFields fields) {
    super.requireOwn(fields);
    fields.require("attn_logit_softcapping", "null");
  }

  @Override
  Activation activation(ConfigFields fields) {
    return geglu(fields, "hidden_activation", "gelu_pytorch_tanh");
  }

  @Override
  Positions positions(ConfigFields fields) {
    return LayeredRotary.full(fields);
  }

  @Override
  AttentionForm attention(ConfigFields fields, int layers, int headWidth, Positions positions) {
    OptionalInt window = WindowFields.width(fields, OptionalInt.of(4096));
    int pattern = fields.count("sliding_window_pattern", 6);
    return new AttentionForm(
        fields.number("query_pre_attn_scalar", 256),
        OptionalDouble.empty(),
        WindowFields.read(
            fields,
            layers,
            window,
            layer -> (layer + 1) % pattern != 0,
            LayeredRotary.sliding(fields)));
  }

  @Override
  OptionalDouble logitCap(ConfigFields fields) {
    return cap(fields, "final_logit_softcapping");
  }

  @Override
  void writePositions(TransformerConfig config, Map<String, Object> fields) {
    LayeredRotary.write(config, fields);
  }

  @Override
  void writeOwn(TransformerConfig config, Map<String, Object> fields) {
    writeWindowed(config, fields);
  }
}
