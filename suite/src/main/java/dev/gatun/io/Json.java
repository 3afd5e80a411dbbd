package dev.gatun.io;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * How JSON is written: values in the order in which their maps and records have them. A map whose
 * order differs between two processes has no place in it; {@link Ordered} makes those that keep it.
 */
public final class Json {
  private static final JsonMapper INDENTED =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private Json() {}

  /** A value on one line. */
  public static String line(Object value) {
    return JsonMapper.shared().writeValueAsString(value);
  }

  /** A value over several lines, for people. */
  public static String indented(Object value) {
    return INDENTED.writeValueAsString(value);
  }
}
