package dev.gatun.model.checkpoint.families;

import dev.gatun.model.AttentionForm.OtherLayers;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The fields that say in which layers a query sees only the last tokens, and how many. */
final class WindowFields {
  private static final String FULL = "full_attention";
  private static final String SLIDING = "sliding_attention";

  private WindowFields() {}

  /** The width of the window; none if it is null. */
  static OptionalInt width(ConfigFields fields, OptionalInt usual) {
    return fields.optionalCount("sliding_window", usual);
  }

  /**
   * The layers that have a window.
   *
   * @param window its width; if none, no layer may have one
   * @param usual says which layers have it where {@code layer_types} is missing
   * @param positions how positions enter these layers
   */
  static OtherLayers read(
      ConfigFields fields,
      int layers,
      OptionalInt window,
      IntPredicate usual,
      Positions positions) {
    List<String> types = fields.texts("layer_types");
    if (!types.isEmpty()
        && (types.size() != layers || !List.of(FULL, SLIDING).containsAll(types))) {
      throw fields.unsupported(
          "layer_types", "%s or %s for each of %s layers".formatted(FULL, SLIDING, layers));
    }
    if (window.isEmpty() && types.contains(SLIDING)) {
      throw fields.unsupported("layer_types", FULL + " in every layer without sliding_window");
    }
    IntPredicate windowed = types.isEmpty() ? usual : layer -> types.get(layer).equals(SLIDING);
    List<Integer> others =
        window.isEmpty() ? List.of() : IntStream.range(0, layers).filter(windowed).boxed().toList();
    return others.isEmpty() ? OtherLayers.NONE : new OtherLayers(others, positions, window);
  }

  /** Writes the window of a model in which some layers have one. */
  static void write(TransformerConfig config, Map<String, Object> fields) {
    OtherLayers others = config.attentionForm().others();
    fields.put(
        "layer_types",
        IntStream.range(0, config.layers())
            .mapToObj(layer -> others.layers().contains(layer) ? SLIDING : FULL)
            .toList());
    writeWidth(config, fields);
  }

  /** Writes the window of a model in which all layers have one, or none has. */
  static void writeWidth(TransformerConfig config, Map<String, Object> fields) {
    OptionalInt window = config.attentionForm().others().window();
    fields.put("sliding_window", window.isPresent() ? window.getAsInt() : null);
  }

  /** A window of the layers from {@code max_window_layers} on, where it is used. */
  static OtherLayers ofLastLayers(ConfigFields fields, int layers, Positions positions) {
    boolean used = fields.flag("use_sliding_window", false);
    OptionalInt window = width(fields, OptionalInt.of(4096));
    double first = fields.has("max_window_layers") ? fields.number("max_window_layers") : 28;
    return read(
        fields, layers, used ? window : OptionalInt.empty(), layer -> layer >= first, positions);
  }

  static void writeIfUsed(TransformerConfig config, Map<String, Object> fields) {
    boolean used = config.attentionForm().others().window().isPresent();
    fields.put("use_sliding_window", used);
    if (used) {
      write(config, fields);
    }
  }
}
