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

/** Phi-3, with fused projections. */
final class Phi3Config extends LlamaLikeConfig {
  Phi3Config() {
    super(Family.PHI3, "Phi3", BlockForm.NORM_BEFORE, QueryKeyNorm.NONE, 1e-5);
  }

  @Override
  void requireOwn(ConfigFields fields) {
    // Phi-4-mini has both, and transformers reads neither of them.
    fields.require("full_attn_mod", "1");
    fields.require("interpolate_factor", "1");
  }

  @Override
  Biases biases(ConfigFields fields) {
    // Some files say so, and transformers has none whatever they say.
    fields.requireFlag("attention_bias", false);
    return Biases.NONE;
  }

  @Override
  Positions positions(ConfigFields fields) {
    return ROTARY.read(fields, nested -> LongRopeFields.read(fields, nested));
  }

  @Override
  OtherLayers otherLayers(ConfigFields fields, int layers, Positions positions) {
    OptionalInt window = WindowFields.width(fields, OptionalInt.empty());
    return WindowFields.read(fields, layers, window, _ -> true, positions);
  }

  @Override
  void writePositions(TransformerConfig config, Map<String, Object> fields) {
    ROTARY.write((Positions.Rotary) config.positions(), fields);
    fields.put("partial_rotary_factor", ((Positions.Rotary) config.positions()).fraction());
  }

  @Override
  void writeOwn(TransformerConfig config, Map<String, Object> fields) {
    WindowFields.writeWidth(config, fields);
  }
}
