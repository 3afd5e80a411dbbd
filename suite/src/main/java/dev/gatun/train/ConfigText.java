package dev.gatun.train;

import dev.gatun.io.NearestName;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.toml.TomlMapper;

/** A parsed TOML file of flat sections, with typed access to values and errors that name lines. */
final class ConfigText {
  private final String name;
  private final List<String> lines;
  private final JsonNode root;

  /**
   * Parses a file.
   *
   * @param name of the file, for messages
   * @throws ConfigException if it is not TOML
   */
  ConfigText(String name, String text) {
    this.name = name;
    this.lines = text.lines().toList();
    try {
      this.root = new TomlMapper().readTree(text);
    } catch (JacksonException e) {
      String problem = e.getOriginalMessage().lines().findFirst().orElse("not TOML");
      // Jackson notices a second value only after the end of its line.
      int line = e.getLocation().getLineNr() - (problem.startsWith("Duplicate key") ? 1 : 0);
      throw new ConfigException("%s, line %s: %s".formatted(name, line, problem), e);
    }
  }

  /** Checks that there are no other sections. */
  void requireSections(Collection<String> known) {
    for (Map.Entry<String, JsonNode> property : root.properties()) {
      String section = property.getKey();
      if (!known.contains(section)) {
        throw new ConfigException(
            "%s: unknown section or key '%s'%s"
                .formatted(name, section, NearestName.hint(section, known)));
      }
      if (!property.getValue().isObject()) {
        throw new ConfigException("%s: '%s' must be a section".formatted(name, section));
      }
    }
  }

  /** A section whose keys are all known; an absent section is empty. */
  Section section(String section, Collection<String> known) {
    for (String key : root.path(section).propertyNames()) {
      if (!known.contains(key)) {
        throw new ConfigException(
            "%s: unknown key '%s' in [%s]%s"
                .formatted(place(section, key), key, section, NearestName.hint(key, known)));
      }
    }
    return new Section(section);
  }

  /** File and line of a key: Jackson's TOML tree knows no places, but sections are flat. */
  private String place(String section, String key) {
    String current = "";
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.startsWith("[")) {
        current = line.substring(1, Math.max(1, line.indexOf(']'))).strip();
      } else if (current.equals(section)
          && line.startsWith(key)
          && line.substring(key.length()).stripLeading().startsWith("=")) {
        return name + ", line " + (i + 1);
      }
    }
    return name;
  }

  /** Typed values of one section. */
  final class Section {
    private final String section;

    private Section(String section) {
      this.section = section;
    }

    boolean has(String key) {
      return root.path(section).has(key);
    }

    int integer(String key) {
      long value = longInteger(key);
      if (value != (int) value) {
        throw wrong(key, "a smaller whole number");
      }
      return (int) value;
    }

    int integer(String key, int otherwise) {
      return has(key) ? integer(key) : otherwise;
    }

    long longInteger(String key) {
      JsonNode node = required(key);
      if (!node.isIntegralNumber() || !node.canConvertToLong()) {
        throw wrong(key, "a whole number");
      }
      return node.longValue();
    }

    long longInteger(String key, long otherwise) {
      return has(key) ? longInteger(key) : otherwise;
    }

    double number(String key) {
      JsonNode node = required(key);
      if (!node.isNumber()) {
        throw wrong(key, "a number");
      }
      return node.doubleValue();
    }

    double number(String key, double otherwise) {
      return has(key) ? number(key) : otherwise;
    }

    boolean flag(String key, boolean otherwise) {
      if (!has(key)) {
        return otherwise;
      }
      if (!required(key).isBoolean()) {
        throw wrong(key, "true or false");
      }
      return required(key).booleanValue();
    }

    String text(String key) {
      if (!required(key).isString()) {
        throw wrong(key, "a text in quotes");
      }
      return required(key).stringValue();
    }

    String text(String key, String otherwise) {
      return has(key) ? text(key) : otherwise;
    }

    /** One of some words. */
    String choice(String key, String otherwise, List<String> choices) {
      String value = text(key, otherwise);
      if (!choices.contains(value)) {
        throw new ConfigException(
            "%s: '%s' is \"%s\", but must be one of %s%s"
                .formatted(
                    place(section, key),
                    key,
                    value,
                    String.join(", ", choices),
                    NearestName.hint(value, choices)));
      }
      return value;
    }

    /** What is wrong with a value that has the right type. */
    ConfigException invalid(IllegalArgumentException e) {
      return new ConfigException("%s, [%s]: %s".formatted(name, section, e.getMessage()), e);
    }

    private JsonNode required(String key) {
      JsonNode node = root.path(section).path(key);
      if (node.isMissingNode()) {
        throw new ConfigException("%s: [%s] needs a value for '%s'".formatted(name, section, key));
      }
      return node;
    }

    private ConfigException wrong(String key, String wanted) {
      return new ConfigException(
          "%s: '%s' is %s, but must be %s"
              .formatted(place(section, key), key, required(key), wanted));
    }
  }
}
