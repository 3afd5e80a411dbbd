package dev.gatun.model.checkpoint.families;

import dev.gatun.io.Ordered;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The fields of rotary positions that differ between layers with and without a window (Gemma 3), in
 * both spellings: {@code rope_parameters} with an object for each kind of layer, and the older
 * {@code rope_theta}, {@code rope_scaling} and {@code rope_local_base_freq}.
 */
final class LayeredRotary {
  private static final String NESTED = "rope_parameters";
  private static final String FULL = "full_attention";
  private static final String SLIDING = "sliding_attention";
  private static final RotaryFields OLDER =
      new RotaryFields("rope_theta", "partial_rotary_factor", 1, 1_000_000);

  private LayeredRotary() {}

  /** The positions in layers without a window. */
  static Positions full(ConfigFields fields) {
    Optional<ConfigFields> nested = nested(fields);
    return nested.isPresent() ? of(nested.get(), FULL, 1_000_000) : OLDER.read(fields);
  }

  /** The positions in layers with a window. */
  static Positions sliding(ConfigFields fields) {
    Optional<ConfigFields> nested = nested(fields);
    return nested.isPresent()
        ? of(nested.get(), SLIDING, 10_000)
        : new Positions.Rotary(fields.number("rope_local_base_freq", 10_000));
  }

  private static Optional<ConfigFields> nested(ConfigFields fields) {
    Optional<ConfigFields> nested = fields.object(NESTED);
    nested.ifPresent(kinds -> {
      kinds.object(FULL);
      kinds.object(SLIDING);
      kinds.passOthers(List.of());
    });
    return nested;
  }

  private static Positions of(ConfigFields kinds, String kind, double usualTheta) {
    return kinds
        .object(kind)
        .<Positions>map(own -> {
          double theta = own.number("rope_theta", usualTheta);
          Positions.Scaling scaling = RotaryFields.scaling(own);
          own.passOthers(List.of());
          return new Positions.Rotary(theta, 1, scaling);
        })
        .orElse(new Positions.Rotary(usualTheta));
  }

  /** In the newer spelling. */
  static void write(TransformerConfig config, Map<String, Object> fields) {
    fields.put(
        NESTED,
        Ordered.map(
            Map.entry(FULL, kind(config, config.positions())),
            Map.entry(SLIDING, kind(config, config.attentionForm().others().positions()))));
  }

  private static Map<String, Object> kind(TransformerConfig config, Positions positions) {
    return switch (positions) {
      case Positions.Rotary(double theta, _, Positions.Linear(double factor)) ->
          Ordered.map(
              Map.entry("rope_type", "linear"),
              Map.entry("rope_theta", theta),
              Map.entry("factor", factor));
      case Positions.Rotary(double theta, _, _) ->
          Ordered.map(Map.entry("rope_type", "default"), Map.entry("rope_theta", theta));
      // No layer is of this kind.
      case Positions _ ->
          Ordered.map(Map.entry("rope_type", "default"), Map.entry("rope_theta", 10_000.0));
    };
  }
}
