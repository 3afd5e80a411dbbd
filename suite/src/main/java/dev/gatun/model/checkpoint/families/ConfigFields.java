package dev.gatun.model.checkpoint.families;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The fields of a configuration, each asked for by name and type. It remembers which were, so that
 * no field is passed over without a word. Everything throws {@link IllegalArgumentException} in one
 * line that names the field and its value.
 */
final class ConfigFields {
  private static final int LONGEST_VALUE = 80;
  private static final int MOST_TIMES = 1000;

  private final String prefix;
  private final JsonNode root;
  private final Set<String> asked = new LinkedHashSet<>();

  /** All fields of a file. */
  ConfigFields(JsonNode root) {
    this("", root);
    if (!root.isObject()) {
      throw new IllegalArgumentException("not a JSON object");
    }
  }

  private ConfigFields(String prefix, JsonNode root) {
    this.prefix = prefix;
    this.root = root;
  }

  /** Whether a field is there and not null. */
  boolean has(String name) {
    JsonNode node = node(name);
    return !node.isMissingNode() && !node.isNull();
  }

  /** Whether a field is there and null. */
  boolean isNull(String name) {
    return node(name).isNull();
  }

  /** The whole numbers of a list that may be missing or null. */
  List<Integer> wholeNumbers(String name) {
    if (!has(name)) {
      return List.of();
    }
    JsonNode node = node(name);
    if (!node.isArray() || !node.valueStream().allMatch(JsonNode::canConvertToInt)) {
      throw wrong(name, "not a list of whole numbers");
    }
    return node.valueStream().map(JsonNode::intValue).toList();
  }

  /** A count of at least 1. */
  int count(String name) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      throw new IllegalArgumentException(prefix + name + " is missing");
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1) {
      throw wrong(name, "not a count of at least 1");
    }
    return node.intValue();
  }

  /** A count that may be missing or null. */
  int count(String name, int otherwise) {
    return has(name) ? count(name) : otherwise;
  }

  /** A count of at least 1, or empty if it is null. */
  OptionalInt optionalCount(String name, OptionalInt otherwise) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      return otherwise;
    }
    return node.isNull() ? OptionalInt.empty() : OptionalInt.of(count(name));
  }

  /** The id of a token, or empty if it is null. */
  OptionalInt token(String name, OptionalInt otherwise) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      return otherwise;
    }
    if (node.isNull()) {
      return OptionalInt.empty();
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw wrong(name, "not a token");
    }
    return OptionalInt.of(node.intValue());
  }

  /** A finite number; one that is there. */
  double number(String name) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      throw new IllegalArgumentException(prefix + name + " is missing");
    }
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw wrong(name, "not a finite number");
    }
    return node.doubleValue();
  }

  /** A finite number that may be missing. */
  double number(String name, double otherwise) {
    return node(name).isMissingNode() ? otherwise : number(name);
  }

  /** A finite number that may be missing or null. */
  Optional<Double> optionalNumber(String name) {
    return has(name) ? Optional.of(number(name)) : Optional.empty();
  }

  /** True or false; may be missing. */
  boolean flag(String name, boolean otherwise) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      return otherwise;
    }
    if (!node.isBoolean()) {
      throw wrong(name, "not true or false");
    }
    return node.booleanValue();
  }

  /** A text that may be missing. */
  String text(String name, String otherwise) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      return otherwise;
    }
    if (!node.isString()) {
      throw wrong(name, "not a text");
    }
    return node.stringValue();
  }

  /** The texts of a list that may be missing or null. */
  List<String> texts(String name) {
    if (!has(name)) {
      return List.of();
    }
    JsonNode node = node(name);
    if (!node.isArray() || !node.valueStream().allMatch(JsonNode::isString)) {
      throw wrong(name, "not a list of texts");
    }
    return node.valueStream().map(JsonNode::stringValue).toList();
  }

  /** Texts as in [[["a", "b"], 2]], which says a, b, a, b; none if it is missing or null. */
  List<String> repeatedTexts(String name) {
    List<String> texts = new ArrayList<>();
    for (JsonNode part : has(name) ? node(name) : List.<JsonNode>of()) {
      JsonNode times = part.path(1);
      if (!part.path(0).valueStream().allMatch(JsonNode::isString)
          || !times.canConvertToInt()
          || times.intValue() < 1
          || times.intValue() > MOST_TIMES) {
        throw wrong(name, "not a list of texts with how often each list is repeated");
      }
      for (int i = 0; i < times.intValue(); i++) {
        part.path(0).valueStream().map(JsonNode::stringValue).forEach(texts::add);
      }
    }
    return texts;
  }

  /** The fields of an object that may be missing or null. */
  Optional<ConfigFields> object(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    if (!node(name).isObject()) {
      throw wrong(name, "not an object");
    }
    return Optional.of(new ConfigFields(prefix + name + ".", node(name)));
  }

  /** Refuses a flag of another value than the one that Gatun does, which is also the usual one. */
  void requireFlag(String name, boolean supported) {
    if (flag(name, supported) != supported) {
      throw unsupported(name, Boolean.toString(supported));
    }
  }

  /**
   * Refuses a field that is there, not null, and holds another text or number than one of these.
   */
  void require(String name, String... supported) {
    if (has(name) && Arrays.stream(supported).noneMatch(text -> text.equals(bare(node(name))))) {
      throw unsupported(name, String.join(" or ", supported));
    }
  }

  private static String bare(JsonNode node) {
    return node.isString() ? node.stringValue() : node.toString();
  }

  IllegalArgumentException unsupported(String name, String supported) {
    return new IllegalArgumentException(
        "%s%s is %s, which is not supported; %s is"
            .formatted(prefix, name, shown(node(name)), supported));
  }

  private IllegalArgumentException wrong(String name, String what) {
    return new IllegalArgumentException(
        "%s%s is %s, %s".formatted(prefix, name, shown(node(name)), what));
  }

  /** Refuses the first field that was not asked for, unless it is listed as changing nothing. */
  void refuseOthers(List<String> inert) {
    root.properties().stream()
        .filter(field -> !asked.contains(field.getKey()) && !inert.contains(field.getKey()))
        .findFirst()
        .ifPresent(field -> {
          throw new IllegalArgumentException(
              "%s%s is %s, a field that Gatun does not know; it may change what the model computes"
                  .formatted(prefix, cut(field.getKey()), shown(field.getValue())));
        });
  }

  private JsonNode node(String name) {
    asked.add(name);
    return root.path(name);
  }

  private static String shown(JsonNode value) {
    return cut(value.isString() ? value.stringValue() : value.toString());
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "…";
  }
}
