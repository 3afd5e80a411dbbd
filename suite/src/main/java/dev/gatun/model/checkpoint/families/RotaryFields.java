package dev.gatun.model.checkpoint.families;

import dev.gatun.io.Ordered;
import dev.gatun.model.Positions;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The fields of rotary positions, in all spellings: those of earlier versions of transformers
 * ({@code rope_scaling}, with theta and fraction beside it) and the newer {@code rope_parameters}
 * that holds everything. What is said twice must be the same.
 *
 * @param thetaName of theta beside {@code rope_scaling}
 * @param fractionName of the share of a head that turns, likewise
 * @param usualFraction where none is said
 * @param usualTheta where none is said
 */
record RotaryFields(
    String thetaName, String fractionName, double usualFraction, double usualTheta) {
  private static final String NESTED_FRACTION = "partial_rotary_factor";
  private static final String NESTED_THETA = "rope_theta";
  static final String TRAINED_LENGTH = "original_max_position_embeddings";

  private static final String WITHIN_THE_CONTEXT =
      "config.json scales rotary frequencies (%s) beyond the model's context alone, and longer"
          + " sequences are not measured";
  private static final String NOTHING_READS =
      "config.json has a length for other rotary scalings than its own, and it is ignored: %s";

  Positions.Rotary read(ConfigFields fields) {
    return read(fields, _ -> Optional.empty());
  }

  /**
   * Reads them.
   *
   * @param own reads a scaling that this family alone has; empty where the object has another
   */
  Positions.Rotary read(
      ConfigFields fields, Function<ConfigFields, Optional<Positions.Scaling>> own) {
    Map<String, Double> thetas = new LinkedHashMap<>();
    Map<String, Double> fractions = new LinkedHashMap<>();
    Map<String, Positions.Scaling> scalings = new LinkedHashMap<>();
    fields.optionalNumber(thetaName).ifPresent(theta -> thetas.put(thetaName, theta));
    fields.optionalNumber(fractionName).ifPresent(share -> fractions.put(fractionName, share));
    for (String name : new String[] {"rope_parameters", "rope_scaling"}) {
      fields
          .object(name)
          .ifPresent(nested -> {
            nested
                .optionalNumber(NESTED_THETA)
                .ifPresent(theta -> thetas.put(name + "." + NESTED_THETA, theta));
            nested
                .optionalNumber(NESTED_FRACTION)
                .ifPresent(fraction -> fractions.put(name + "." + NESTED_FRACTION, fraction));
            scalings.put(name, own.apply(nested).orElseGet(() -> scaling(nested)));
            nested.passOthers(List.of());
          });
    }
    repeated(fields, NESTED_THETA, thetas);
    repeated(fields, NESTED_FRACTION, fractions);
    if (thetas.isEmpty()) {
      fields.noteUsual(thetaName, usualTheta);
    }
    Positions.Scaling scaling = theOne(scalings, new Positions.Unscaled());
    requireTrainedLength(fields, scaling);
    return new Positions.Rotary(
        theOne(thetas, usualTheta), theOne(fractions, usualFraction), scaling);
  }

  /** The length beside the scaling, which transformers would take before the one in it. */
  private static void requireTrainedLength(ConfigFields fields, Positions.Scaling scaling) {
    switch (scaling) {
      case Positions.Llama3(_, _, _, int context) ->
          fields.require(TRAINED_LENGTH, Integer.toString(context));
      case Positions.LongRope _ -> {}
      case Positions.Unscaled _, Positions.Linear _ -> passTrainedLength(fields);
    }
  }

  private static void passTrainedLength(ConfigFields fields) {
    if (fields.has(TRAINED_LENGTH)) {
      fields.note(NOTHING_READS, TRAINED_LENGTH);
    }
  }

  /** Some versions of transformers wrote a number under a second name, and read it never. */
  private static void repeated(ConfigFields fields, String name, Map<String, Double> said) {
    if (said.containsKey(name) || !fields.has(name)) {
      return;
    }
    if (said.isEmpty()) {
      throw fields.unsupported(name, "this number under the family's own name");
    }
    said.put(name, fields.number(name));
  }

  static Positions.Scaling scaling(ConfigFields fields) {
    String name = fields.has("rope_type") ? "rope_type" : "type";
    String type = fields.text(name, "default");
    fields.require("type", type);
    return switch (type) {
      case "default" -> {
        passTrainedLength(fields);
        yield new Positions.Unscaled();
      }
      case "linear" -> {
        passTrainedLength(fields);
        yield new Positions.Linear(fields.number("factor"));
      }
      case "dynamic" -> {
        fields.number("factor");
        passTrainedLength(fields);
        fields.note(WITHIN_THE_CONTEXT, name + " dynamic");
        yield new Positions.Unscaled();
      }
      case "llama3" ->
          new Positions.Llama3(
              fields.number("factor"),
              fields.number("low_freq_factor"),
              fields.number("high_freq_factor"),
              fields.count(TRAINED_LENGTH));
      default -> throw fields.unsupported(name, "default, linear, dynamic or llama3");
    };
  }

  private static <T> T theOne(Map<String, T> said, T otherwise) {
    Set<T> values = new LinkedHashSet<>(said.values());
    if (values.size() > 1) {
      throw new IllegalArgumentException("not all of these can hold: " + said);
    }
    return values.isEmpty() ? otherwise : values.iterator().next();
  }

  /** In the older spelling, which newer versions read too. */
  void write(Positions.Rotary rotary, Map<String, Object> fields) {
    fields.put(thetaName, rotary.theta());
    if (usualFraction != 1) {
      fields.put(fractionName, rotary.fraction());
    }
    switch (rotary.scaling()) {
      case Positions.Unscaled _ -> {}
      case Positions.LongRope longRope -> LongRopeFields.write(longRope, fields);
      case Positions.Linear(double factor) ->
          fields.put(
              "rope_scaling",
              Ordered.map(Map.entry("rope_type", "linear"), Map.entry("factor", factor)));
      case Positions.Llama3(double factor, double low, double high, int context) ->
          fields.put(
              "rope_scaling",
              Ordered.map(
                  Map.entry("rope_type", "llama3"),
                  Map.entry("factor", factor),
                  Map.entry("low_freq_factor", low),
                  Map.entry("high_freq_factor", high),
                  Map.entry("original_max_position_embeddings", context)));
    }
  }
}
