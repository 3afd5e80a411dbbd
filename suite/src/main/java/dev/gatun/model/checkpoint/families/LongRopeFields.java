package dev.gatun.model.checkpoint.families;

import dev.gatun.io.Ordered;
import dev.gatun.model.Positions;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The fields of Phi-3's rotary scaling. The length of the first training stands beside the scaling,
 * whatever the scaling itself says of it.
 */
final class LongRopeFields {
  private static final String SHORT = "short_factor";
  private static final String LONG = "long_factor";
  private static final String AMPLITUDE = "attention_factor";
  private static final int USUAL_LENGTH = 4096;

  /** All of its names; the first is today's. Transformers takes each for this scaling in Phi-3. */
  private static final String[] NAMES = {"longrope", "su", "yarn"};

  private LongRopeFields() {}

  /**
   * The scaling.
   *
   * @param fields of the whole configuration
   * @param nested those of a scaling; empty if it is another
   */
  static Optional<Positions.Scaling> read(ConfigFields fields, ConfigFields nested) {
    String type = nested.text(nested.has("rope_type") ? "rope_type" : "type", "default");
    if (!List.of(NAMES).contains(type)) {
      return Optional.empty();
    }
    nested.require("type", NAMES);
    int trained = fields.count(RotaryFields.TRAINED_LENGTH, USUAL_LENGTH);
    nested.require(RotaryFields.TRAINED_LENGTH, Integer.toString(trained));
    double factor =
        nested
            .optionalNumber("factor")
            .orElseGet(() -> (double) fields.count("max_position_embeddings") / trained);
    double amplitude = nested.optionalNumber(AMPLITUDE).orElseGet(() -> amplitude(factor, trained));
    return Optional.of(
        new Positions.LongRope(nested.numbers(SHORT), nested.numbers(LONG), trained, amplitude));
  }

  /** √(1 + ln factor / ln trained), which transformers takes where none is said. */
  private static double amplitude(double factor, int trained) {
    return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(trained));
  }

  static void write(Positions.LongRope scaling, Map<String, Object> fields) {
    fields.put(RotaryFields.TRAINED_LENGTH, scaling.context());
    fields.put(
        "rope_scaling",
        Ordered.map(
            Map.entry("rope_type", NAMES[0]),
            Map.entry(SHORT, scaling.shortFactors()),
            Map.entry(LONG, scaling.longFactors()),
            Map.entry(AMPLITUDE, scaling.amplitude())));
  }
}
