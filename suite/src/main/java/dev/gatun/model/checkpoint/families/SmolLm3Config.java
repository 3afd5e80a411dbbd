package dev.gatun.model.checkpoint.families;

import dev.gatun.model.AttentionForm.OtherLayers;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.Biases;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** SmolLM3: rotary positions in most layers, and none in the others, which may have windows. */
final class SmolLm3Config extends LlamaLikeConfig {
  private static final RotaryFields OWN_ROTARY =
      new RotaryFields("rope_theta", "partial_rotary_factor", 1, 2_000_000);

  SmolLm3Config() {
    super(Family.SMOLLM3, "SmolLM3", BlockForm.NORM_BEFORE, QueryKeyNorm.NONE, 1e-6);
  }

  @Override
  void requireOwn(ConfigFields fields) {
    // The published files have both, and transformers reads neither of them.
    fields.has("max_window_layers");
    fields.has("pretraining_tp");
  }

  @Override
  Biases biases(ConfigFields fields) {
    return Biases.of(fields.flag("attention_bias", false), fields.flag("mlp_bias", false));
  }

  @Override
  int keyValueHeads(ConfigFields fields, int heads) {
    return fields.count("num_key_value_heads");
  }

  @Override
  Positions positions(ConfigFields fields) {
    return OWN_ROTARY.read(fields);
  }

  @Override
  OtherLayers otherLayers(ConfigFields fields, int layers, Positions positions) {
    List<Integer> without = layersWithoutRotary(fields, layers);
    boolean used = fields.flag("use_sliding_window", false);
    OptionalInt window = WindowFields.width(fields, OptionalInt.empty());
    OtherLayers windowed =
        WindowFields.read(
            fields,
            layers,
            used ? window : OptionalInt.empty(),
            without::contains,
            without.isEmpty() ? positions : new Positions.None());
    if (without.isEmpty() || windowed.layers().equals(without)) {
      return windowed;
    }
    if (!windowed.layers().isEmpty()) {
      throw fields.unsupported(
          "layer_types", "sliding_attention in just the layers without rotary positions");
    }
    return new OtherLayers(without, new Positions.None(), OptionalInt.empty());
  }

  private static List<Integer> layersWithoutRotary(ConfigFields fields, int layers) {
    int interval = fields.count("no_rope_layer_interval", 4);
    List<Integer> rotary = fields.wholeNumbers("no_rope_layers");
    if (!rotary.isEmpty() && rotary.size() < layers) {
      throw fields.unsupported(
          "no_rope_layers", "a number for each of %s layers".formatted(layers));
    }
    return IntStream.range(0, layers)
        .filter(layer -> rotary.isEmpty() ? (layer + 1) % interval == 0 : rotary.get(layer) == 0)
        .boxed()
        .toList();
  }

  @Override
  boolean tiedByDefault() {
    return true;
  }

  @Override
  void writePositions(TransformerConfig config, Map<String, Object> fields) {
    OWN_ROTARY.write((Positions.Rotary) config.positions(), fields);
  }

  @Override
  void writeOwn(TransformerConfig config, Map<String, Object> fields) {
    fields.put("attention_bias", config.biases().queryKeyValue());
    fields.put("mlp_bias", config.biases().mlp());
    OtherLayers others = config.attentionForm().others();
    List<Integer> without =
        others.positions() instanceof Positions.None ? others.layers() : List.of();
    fields.put(
        "no_rope_layers",
        IntStream.range(0, config.layers())
            .mapToObj(layer -> without.contains(layer) ? 0 : 1)
            .toList());
    WindowFields.writeIfUsed(config, fields);
  }
}
