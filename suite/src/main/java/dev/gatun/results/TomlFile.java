package dev.gatun.results;

import dev.gatun.io.NearestName;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.dataformat.toml.TomlMapper;

/**
 * Data files in TOML: their keys are a record's components in snake case, and what does not fit is
 * answered with the file, the place in it, and the nearest name that would.
 *
 * @param <T> the record that a file is
 */
public record TomlFile<T>(Class<T> type) {
  private static final TomlMapper TOML =
      TomlMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
          .build();

  /**
   * What a file says.
   *
   * @param name of the file, for messages
   * @throws UnreadableResultsException naming the file, the key, and the nearest valid key
   */
  public T parse(String name, String text) {
    try {
      return TOML.readValue(text, type);
    } catch (UnrecognizedPropertyException e) {
      var valid = e.getKnownPropertyIds().stream().map(Object::toString).toList();
      throw new UnreadableResultsException(
          "%s, %s: unknown key %s; the nearest is %s"
              .formatted(
                  name, place(e), e.getPropertyName(), NearestName.of(e.getPropertyName(), valid)),
          e);
    } catch (JacksonException e) {
      throw new UnreadableResultsException("%s, %s: %s".formatted(name, place(e), reason(e)), e);
    }
  }

  /** The line for what is not TOML; else the keys that lead there, since values have no lines. */
  private static String place(JacksonException e) {
    if (e.getLocation().getLineNr() > 0) {
      return "line " + e.getLocation().getLineNr();
    }
    String keys =
        e.getPath().stream()
            .map(part ->
                part.getPropertyName() == null
                    ? Integer.toString(part.getIndex() + 1)
                    : part.getPropertyName())
            .collect(Collectors.joining(" "));
    return keys.isEmpty() ? "top level" : keys;
  }

  private static String reason(JacksonException e) {
    if (e instanceof InvalidFormatException format && format.getTargetType().isEnum()) {
      var valid =
          Stream.of(format.getTargetType().getEnumConstants())
              .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
              .toList();
      String value = String.valueOf(format.getValue());
      return "unknown %s %s; the nearest is %s"
          .formatted(e.getPath().getLast().getPropertyName(), value, NearestName.of(value, valid));
    }
    if (e.getCause() instanceof IllegalArgumentException cause) {
      return cause.getMessage();
    }
    return e.getOriginalMessage().lines().findFirst().orElse("not TOML");
  }
}
