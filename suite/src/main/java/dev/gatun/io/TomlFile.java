package dev.gatun.io;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.type.LogicalType;
import tools.jackson.dataformat.toml.TomlMapper;

/**
 * Files in TOML: their keys are a record's components in snake case, unless the record is annotated
 * otherwise, and what does not fit is answered with the file, the place in it, and what would fit.
 *
 * @param type the record that a file is
 * @param wrong makes the exception for a file that is wrong, from one line and its cause
 * @param <T> the record that a file is
 */
public record TomlFile<T>(
    Class<T> type, BiFunction<String, Throwable, ? extends RuntimeException> wrong) {
  private static final TomlMapper TOML =
      TomlMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .withCoercionConfig(
              LogicalType.Textual,
              text ->
                  Stream.of(
                          CoercionInputShape.Boolean,
                          CoercionInputShape.Integer,
                          CoercionInputShape.Float)
                      .forEach(shape -> text.setCoercion(shape, CoercionAction.Fail)))
          .build();

  /**
   * What a file says. Throws what {@link #wrong} makes if that does not fit.
   *
   * @param name of the file, for messages
   */
  public T parse(String name, String text) {
    try {
      return TOML.treeToValue(TOML.readTree(text), type);
    } catch (JacksonException e) {
      throw wrong.apply("%s, %s: %s".formatted(name, place(e, text), reason(e, text)), e);
    }
  }

  /** The line if it can be found, since values have none; else the keys that lead there. */
  private static String place(JacksonException e, String text) {
    if (e.getLocation().getLineNr() > 0) {
      // Jackson notices a second value only after the end of its line.
      boolean late = e.getOriginalMessage().startsWith("Duplicate key");
      return "line " + (e.getLocation().getLineNr() - (late ? 1 : 0));
    }
    List<String> keys =
        e.getPath().stream()
            .map(part ->
                part.getPropertyName() == null
                    ? Integer.toString(part.getIndex() + 1)
                    : part.getPropertyName())
            .toList();
    if (keys.isEmpty()) {
      return "top level";
    }
    int line = keys.size() == 2 ? line(text, keys.getFirst(), keys.getLast()) : 0;
    return line > 0 ? "line " + line : String.join(" ", keys);
  }

  /** The line of a key in a section of its own; 0 if it is not there. */
  private static int line(String text, String section, String key) {
    List<String> lines = text.lines().map(String::strip).toList();
    int from = lines.indexOf("[" + section + "]");
    for (int i = from + 1; from >= 0 && i < lines.size() && !lines.get(i).startsWith("["); i++) {
      if (lines.get(i).startsWith(key)
          && lines.get(i).substring(key.length()).stripLeading().startsWith("=")) {
        return i + 1;
      }
    }
    return 0;
  }

  private static String reason(JacksonException e, String text) {
    if (e instanceof UnrecognizedPropertyException unknown) {
      var valid = unknown.getKnownPropertyIds().stream().map(Object::toString).toList();
      String key = unknown.getPropertyName();
      return "unknown key %s; the nearest is %s".formatted(key, NearestName.of(key, valid));
    }
    if (e instanceof InputCoercionException) {
      return mustBe(e, text, "a smaller whole number");
    }
    if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
      return reason(mismatch, text);
    }
    if (e.getCause() instanceof IllegalArgumentException cause) {
      return cause.getMessage();
    }
    return e.getOriginalMessage().lines().findFirst().orElse("not TOML");
  }

  private static String reason(MismatchedInputException e, String text) {
    Class<?> wanted = e.getTargetType();
    JsonNode value = valueAt(e, text);
    if (wanted.isEnum() && value.isString()) {
      var valid =
          Stream.of(wanted.getEnumConstants())
              .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
              .toList();
      return "unknown %s %s; the nearest is %s"
          .formatted(
              e.getPath().getLast().getPropertyName(),
              value.stringValue(),
              NearestName.of(value.stringValue(), valid));
    }
    if (wanted.isEnum() || wanted == String.class) {
      return mustBe(e, text, "a text in quotes");
    }
    if (List.of(long.class, Long.class, int.class, Integer.class).contains(wanted)) {
      return mustBe(e, text, "a whole number");
    }
    if (List.of(double.class, Double.class).contains(wanted)) {
      return mustBe(e, text, "a number");
    }
    if (List.of(boolean.class, Boolean.class).contains(wanted)) {
      return mustBe(e, text, "true or false");
    }
    return wanted.isRecord()
        ? mustBe(e, text, "a section")
        : e.getOriginalMessage().lines().findFirst().orElse("not what belongs here");
  }

  private static String mustBe(JacksonException e, String text, String wanted) {
    String key =
        e.getPath().stream()
            .map(JacksonException.Reference::getPropertyName)
            .filter(Objects::nonNull)
            .reduce((_, last) -> last)
            .orElse("the file");
    return "%s is %s, but must be %s".formatted(key, valueAt(e, text), wanted);
  }

  private static JsonNode valueAt(JacksonException e, String text) {
    JsonNode node = TOML.readTree(text);
    for (JacksonException.Reference part : e.getPath()) {
      node =
          part.getPropertyName() == null
              ? node.path(part.getIndex())
              : node.path(part.getPropertyName());
    }
    return node;
  }
}
