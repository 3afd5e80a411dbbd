package dev.gatun.io;

import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * How JSON is written: values in the order in which their maps and records have them, and null for
 * a number that is not finite. A map whose order differs between two processes has no place in it;
 * {@link Ordered} makes those that keep it.
 */
public final class Json {
  private static final JsonMapper LINE = JsonMapper.builder().addModule(finite()).build();

  private static final JsonMapper INDENTED =
      JsonMapper.builder()
          .addModule(finite())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private Json() {}

  private static SimpleModule finite() {
    return new SimpleModule()
        .addSerializer(Double.class, new FiniteOrNull())
        .addSerializer(Double.TYPE, new FiniteOrNull());
  }

  private static final class FiniteOrNull extends StdSerializer<Double> {
    FiniteOrNull() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator json, SerializationContext context) {
      if (Double.isFinite(value)) {
        json.writeNumber(value);
      } else {
        json.writeNull();
      }
    }
  }

  /** A value on one line. */
  public static String line(Object value) {
    return LINE.writeValueAsString(value);
  }

  /** A value over several lines, for people; the components of records are in snake case. */
  public static String indented(Object value) {
    return INDENTED.writeValueAsString(value);
  }

  /**
   * The values of an object and of all objects in it by their path, as {@code model.width}.
   *
   * @throws IllegalArgumentException if it is not JSON
   */
  public static Map<String, String> leaves(String object) {
    Map<String, String> leaves = new TreeMap<>();
    try {
      LINE.readTree(object).properties().forEach(p -> add(p.getKey(), p.getValue(), leaves));
    } catch (JacksonException e) {
      throw new IllegalArgumentException("'" + object + "' is not JSON", e);
    }
    return leaves;
  }

  private static void add(String path, JsonNode node, Map<String, String> leaves) {
    if (node.isObject()) {
      node.properties().forEach(p -> add(path + "." + p.getKey(), p.getValue(), leaves));
    } else {
      leaves.put(path, node.isString() ? node.stringValue() : node.toString());
    }
  }
}
