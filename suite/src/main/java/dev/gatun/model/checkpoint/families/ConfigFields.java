package dev.gatun.model.checkpoint.families;

import dev.gatun.io.Notes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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

  private static final String USUAL =
      "config.json leaves out %s; the usual value of its architecture is taken";
  private static final String INERT =
      "config.json has fields that change nothing of what is computed, and they are ignored: %s";
  private static final String EMPTY =
      "config.json has unknown fields that are null, false or empty, and they are ignored: %s";
  private static final String IGNORED = "fields of config.json are ignored as was asked: %s";

  private final String prefix;
  private final JsonNode root;
  private final Set<String> ignored;
  private final Notes notes;
  private final Set<String> asked = new LinkedHashSet<>();
  private Map<String, Integer> usual = Map.of();

  /**
   * All fields of a file.
   *
   * @param ignored unknown fields that a user wants to be passed over, whatever they hold
   */
  ConfigFields(JsonNode root, Set<String> ignored, Notes notes) {
    this("", root, ignored, notes);
    if (!root.isObject()) {
      throw new IllegalArgumentException("not a JSON object");
    }
  }

  private ConfigFields(String prefix, JsonNode root, Set<String> ignored, Notes notes) {
    this.prefix = prefix;
    this.root = root;
    this.ignored = ignored;
    this.notes = notes;
  }

  /** Counts that are taken, with a note, where the file leaves them out. */
  void take(Map<String, Integer> usualCounts) {
    usual = usualCounts;
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

  /** The numbers of a list. */
  List<Double> numbers(String name) {
    if (!has(name)) {
      throw new IllegalArgumentException(prefix + name + " is missing");
    }
    JsonNode node = node(name);
    if (!node.isArray() || !node.valueStream().allMatch(JsonNode::isNumber)) {
      throw wrong(name, "not a list of numbers");
    }
    return node.valueStream().map(JsonNode::doubleValue).toList();
  }

  /** A count of at least 1; the usual one, with a note, where it is missing. */
  int count(String name) {
    JsonNode node = node(name);
    if (node.isMissingNode()) {
      Integer otherwise = usual.get(name);
      if (otherwise == null) {
        throw new IllegalArgumentException(prefix + name + " is missing");
      }
      noteUsual(name, otherwise);
      return otherwise;
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

  /** A finite number; the usual one, with a note, where it is missing. */
  double number(String name, double otherwise) {
    if (node(name).isMissingNode()) {
      noteUsual(name, otherwise);
      return otherwise;
    }
    return number(name);
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
    return Optional.of(new ConfigFields(prefix + name + ".", node(name), ignored, notes));
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

  /** Notes that the file leaves a field out, and what is taken in its place. */
  void noteUsual(String name, Object taken) {
    notes.add(USUAL, "%s%s (%s)".formatted(prefix, name, taken));
  }

  /** Notes something else about a field; see {@link Notes#add}. */
  void note(String kind, String name) {
    notes.add(kind, prefix + name);
  }

  /**
   * Passes over the fields that were not asked for: those of transformers that change nothing of
   * what is computed without a word, others with a note.
   *
   * @throws IllegalArgumentException naming the first that may change something
   */
  void passOthers(List<String> inert) {
    for (String name : asked) {
      if (ignored.contains(prefix + name) && root.has(name)) {
        throw new IllegalArgumentException(
            "--ignore-field %s%s: this field says what the model computes; only unknown fields can be ignored"
                .formatted(prefix, name));
      }
    }
    root.properties().stream()
        .filter(field -> !asked.contains(field.getKey()) && !inert.contains(field.getKey()))
        .forEach(field -> pass(field.getKey(), field.getValue()));
  }

  private void pass(String name, JsonNode value) {
    if (InertFields.OF_OTHERS.contains(name)) {
      note(INERT, name);
    } else if (isEmpty(value)) {
      note(EMPTY, cut(name));
    } else if (ignored.contains(prefix + name)) {
      note(IGNORED, cut(name));
    } else {
      throw new IllegalArgumentException(
          "%1$s%2$s is %3$s, a field that Gatun does not know; it may change what the model computes; if it does not, add --ignore-field %1$s%2$s"
              .formatted(prefix, cut(name), shown(value)));
    }
  }

  private static boolean isEmpty(JsonNode value) {
    return value.isNull()
        || value.isBoolean() && !value.booleanValue()
        || value.isString() && value.stringValue().isEmpty()
        || value.isContainer() && value.isEmpty();
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
