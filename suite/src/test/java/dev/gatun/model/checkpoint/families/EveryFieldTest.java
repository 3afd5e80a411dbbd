package dev.gatun.model.checkpoint.families;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.gatun.io.Notes;
import dev.gatun.model.TransformerConfig;
import dev.gatun.safetensors.SafetensorsException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Walks every field of every known configuration, those of transformers and those of the fixtures:
 * each is used, or checked, or listed as changing nothing.
 */
class EveryFieldTest {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final JsonNodeFactory VALUES = JsonNodeFactory.instance;

  /**
   * Fields that have no effect on these families: their embeddings have no padding index, their
   * rotary positions no scaling, and a list says which layers have no positions.
   */
  private static final Map<String, Set<String>> WITHOUT_EFFECT =
      Map.of(
          "gpt2", Set.of("pad_token_id"),
          "gpt_neo", Set.of("pad_token_id"),
          "gpt_neox", Set.of("pad_token_id"),
          "phi3", Set.of("original_max_position_embeddings"),
          "smollm3", Set.of("no_rope_layer_interval", "pretraining_tp"));

  /** Dropout and initialisation under names of their own, which a family reads and passes over. */
  private static final List<String> OF_TRAINING =
      List.of("dropout", "layerdrop", "init_std", "resid_dropout", "embed_dropout");

  /** Fields that say something only where the list is missing that follows from them. */
  private static final List<String> SAID_BY_A_LIST =
      List.of(
          "_sliding_window_pattern",
          "sliding_window_pattern",
          "no_rope_layer_interval",
          "attention_types");

  /** A length that is read by the scalings that Gatun refuses. */
  private static final String TRAINED_LENGTH = "original_max_position_embeddings";

  /** Fields that have an effect together, and each only beside certain others. */
  private static final List<String> OF_A_WINDOW =
      List.of("use_sliding_window", "sliding_window", "max_window_layers");

  @TempDir Path folder;

  static Stream<String> configurations() throws IOException {
    Map<String, JsonNode> all = new LinkedHashMap<>(ofTransformers());
    Path fixtures = Path.of("src", "test", "resources", "fixtures");
    try (Stream<Path> folders = Files.list(fixtures)) {
      folders
          .map(fixture -> fixture.resolve("config.json"))
          .filter(Files::exists)
          .sorted()
          .forEach(file -> all.put(file.toString(), MAPPER.readTree(file)));
    }
    return all.values().stream().map(JsonNode::toString);
  }

  static Map<String, JsonNode> ofTransformers() throws IOException {
    try (InputStream in = EveryFieldTest.class.getResourceAsStream("configurations.json")) {
      Map<String, JsonNode> configurations = new LinkedHashMap<>();
      MAPPER.readTree(in).properties().forEach(p -> configurations.put(p.getKey(), p.getValue()));
      return configurations;
    }
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void everyFieldIsUsedOrCheckedOrInert(String json) {
    ObjectNode whole = (ObjectNode) MAPPER.readTree(json);
    TransformerConfig config = read(whole).orElseGet(() -> fail("is refused: " + json));
    Set<String> without =
        WITHOUT_EFFECT.getOrDefault(whole.path("model_type").stringValue(), Set.of());
    for (String name : whole.propertyNames()) {
      if (OF_A_WINDOW.contains(name)
          || OF_TRAINING.contains(name)
          || SAID_BY_A_LIST.contains(name)
          || name.equals(TRAINED_LENGTH)) {
        continue;
      }
      List<JsonNode> others = others(whole.get(name));
      if (InertFields.NAMES.contains(name) || without.contains(name)) {
        others.forEach(other -> {
          if (!without.contains(name) || other.isIntegralNumber()) {
            assertEquals(Optional.of(config), read(with(whole, name, other)), name);
          }
        });
      } else {
        assertTrue(
            others.stream()
                .anyMatch(other -> !read(with(whole, name, other)).equals(Optional.of(config))),
            name + " is neither used nor checked nor listed as changing nothing");
        others.stream()
            .filter(other -> sameKind(whole.get(name), other))
            .forEach(other ->
                assertTrue(
                    !read(with(whole, name, other)).equals(Optional.of(config)),
                    name + " has no effect as " + other));
      }
    }
  }

  @Test
  void aPaddingTokenThatIsNotNamedIsTheOneOfTransformers() throws IOException {
    ofTransformers()
        .forEach((family, json) -> {
          ObjectNode without = (ObjectNode) json.deepCopy();
          without.remove("pad_token_id");
          assertEquals(read((ObjectNode) json), read(without), family);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen2", "qwen3"})
  void everyFieldOfAWindowIsUsed(String family) throws IOException {
    ObjectNode whole = (ObjectNode) ofTransformers().get(family);
    whole.remove("layer_types");
    whole.put("use_sliding_window", true).put("sliding_window", 4096).put("max_window_layers", 28);
    TransformerConfig config = read(whole).orElseThrow();
    for (String name : OF_A_WINDOW) {
      for (JsonNode other : others(whole.get(name))) {
        assertNotEquals(Optional.of(config), read(with(whole, name, other)), name + " " + other);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void everyFieldOfARotaryScalingIsUsedOrChecked(String json) {
    ObjectNode whole = (ObjectNode) MAPPER.readTree(json);
    TransformerConfig config = read(whole).orElseThrow();
    for (String name : List.of("rope_parameters", "rope_scaling")) {
      if (whole.path(name).isObject()) {
        ObjectNode scaling = (ObjectNode) whole.get(name);
        for (String inner : scaling.propertyNames()) {
          for (JsonNode other : others(scaling.get(inner))) {
            if (sameKind(scaling.get(inner), other)) {
              ObjectNode changed = with(whole, name, with(scaling, inner, other));
              assertTrue(
                  !read(changed).equals(Optional.of(config)),
                  "%s.%s has no effect as %s".formatted(name, inner, other));
            }
          }
        }
      }
    }
  }

  private static boolean sameKind(JsonNode value, JsonNode other) {
    return value.getNodeType() == other.getNodeType();
  }

  private static ObjectNode with(ObjectNode object, String name, JsonNode value) {
    ObjectNode copy = object.deepCopy();
    copy.set(name, value);
    return copy;
  }

  /** Other values than this one, some of another type. */
  private static List<JsonNode> others(JsonNode value) {
    return Stream.<JsonNode>of(
            VALUES.booleanNode(!value.isBoolean() || !value.booleanValue()),
            value.isIntegralNumber()
                ? VALUES.numberNode(value.intValue() + 3)
                : VALUES.numberNode(value.isNumber() ? value.doubleValue() / 2 + 0.0625 : 3),
            VALUES.stringNode("other"),
            VALUES.arrayNode().add("other"),
            VALUES.objectNode().put("other", 7))
        .filter(other -> !other.equals(value))
        .toList();
  }

  private Optional<TransformerConfig> read(ObjectNode json) {
    try {
      Path file = Files.writeString(folder.resolve("config.json"), json.toString());
      return Optional.of(CheckpointConfig.read(file, Set.of(), new Notes()));
    } catch (SafetensorsException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
