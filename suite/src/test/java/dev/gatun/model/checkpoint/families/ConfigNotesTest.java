package dev.gatun.model.checkpoint.families;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.io.Notes;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.safetensors.SafetensorsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What of a configuration is passed over with a note, and what is refused all the same. */
class ConfigNotesTest {
  private static final String INERT =
      "config.json has fields that change nothing of what is computed, and they are ignored: ";

  @TempDir Path folder;
  private final Notes notes = new Notes();

  private TransformerConfig read(String fields, String... ignored) throws IOException {
    ObjectNode llama = (ObjectNode) EveryFieldTest.ofTransformers().get("llama");
    llama.setAll((ObjectNode) JsonMapper.shared().readTree("{" + fields.replace('\'', '"') + "}"));
    return read(llama, ignored);
  }

  private TransformerConfig read(JsonNode json, String... ignored) throws IOException {
    Path file = Files.writeString(folder.resolve("config.json"), json.toString());
    return CheckpointConfig.read(file, Set.of(ignored), notes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'auto_map': {'AutoModel': 'x.Y'}                 | auto_map",
        "'custom_pipelines': {'a': 'b'}, 'num_steps': 12  | custom_pipelines, num_steps",
        "'num_steps': 'global_step320000'                 | num_steps",
        "'rope_parameters': {'rope_type': 'default', 'rope_theta': 10000.0, 'finetuned': true}"
            + " | rope_parameters.finetuned",
      })
  void fieldsThatChangeNothingAreNamedInOneNote(String fields, String names) throws IOException {
    assertEquals(read(""), read(fields));
    assertEquals(List.of(INERT + names), notes.lines());
  }

  @Test
  void unknownFieldsThatHoldNothingAreNamedInOneNote() throws IOException {
    assertEquals(read(""), read("'a': null, 'b': false, 'c': '', 'd': [], 'e': {}"));
    assertEquals(
        List.of(
            "config.json has unknown fields that are null, false or empty, and they are ignored:"
                + " a, b, c, d, e"),
        notes.lines());
  }

  @ParameterizedTest
  @CsvSource({"7", "true", "'x'", "[0]", "0"})
  void unknownFieldWithAValueIsRefusedUnlessItIsToBeIgnored(String value) throws IOException {
    SafetensorsException e =
        assertThrows(SafetensorsException.class, () -> read("'attention_sinks': " + quoted(value)));
    assertTrue(e.getMessage().contains("attention_sinks is"), e.getMessage());
    assertTrue(e.getMessage().endsWith("add --ignore-field attention_sinks"), e.getMessage());
    assertEquals(read(""), read("'attention_sinks': " + quoted(value), "attention_sinks"));
    assertEquals(
        List.of("fields of config.json are ignored as was asked: attention_sinks"), notes.lines());
  }

  private static String quoted(String value) {
    return value.equals("x") ? "'x'" : value;
  }

  @Test
  void unknownFieldOfAScalingIsIgnoredByItsWholeName() throws IOException {
    String scaling = "'rope_parameters': {'rope_type': 'default', 'rope_theta': 10000.0, 'x': 2}";
    assertThrows(SafetensorsException.class, () -> read(scaling, "x"));
    assertEquals(read(""), read(scaling, "rope_parameters.x"));
  }

  @Test
  void fieldThatGatunReadsIsNotIgnored() {
    SafetensorsException e =
        assertThrows(SafetensorsException.class, () -> read("'mlp_bias': true", "mlp_bias"));
    assertTrue(e.getMessage().contains("--ignore-field mlp_bias: this field says what"));
  }

  static Stream<Map.Entry<String, JsonNode>> families() throws IOException {
    return EveryFieldTest.ofTransformers().entrySet().stream();
  }

  @ParameterizedTest
  @MethodSource("families")
  void countsThatAreLeftOutAreThoseOfTransformersWithANote(Map.Entry<String, JsonNode> family)
      throws IOException {
    TransformerConfig whole = read(family.getValue());
    for (String name : UsualCounts.of(family.getKey()).keySet()) {
      var told = new Notes();
      ObjectNode without = ((ObjectNode) family.getValue()).deepCopy();
      int usual = without.remove(name).intValue();
      Path file = Files.writeString(folder.resolve("config.json"), without.toString());
      assertEquals(whole, CheckpointConfig.read(file, Set.of(), told), name);
      String note =
          "config.json leaves out %s (%s); the usual value of its architecture is taken"
              .formatted(name, usual);
      assertTrue(told.lines().contains(note), told.lines().toString());
    }
  }

  @Test
  void dynamicScalingIsNoneWithinTheContext() throws IOException {
    TransformerConfig config =
        read(
            "'rope_parameters': {'rope_type': 'dynamic', 'rope_theta': 10000.0, 'factor': 2.0,"
                + " 'original_max_position_embeddings': 2048}");
    assertEquals(new Positions.Rotary(10_000, 1, new Positions.Unscaled()), config.positions());
    assertEquals(2, notes.lines().size());
    assertTrue(notes.lines().getLast().contains("(rope_parameters.rope_type dynamic) beyond the"));
  }

  @Test
  void lengthOfAnotherScalingIsIgnoredOnlyWhereNothingReadsIt() throws IOException {
    assertEquals(read(""), read("'original_max_position_embeddings': 16384"));
    assertTrue(notes.lines().getFirst().endsWith("original_max_position_embeddings"));
    SafetensorsException e =
        assertThrows(
            SafetensorsException.class,
            () ->
                read(
                    "'original_max_position_embeddings': 16384, 'rope_parameters': {'rope_type':"
                        + " 'llama3', 'rope_theta': 5e5, 'factor': 8.0, 'low_freq_factor': 1.0,"
                        + " 'high_freq_factor': 4.0, 'original_max_position_embeddings': 8192}"));
    assertTrue(e.getMessage().contains("is 16384, which is not supported; 8192 is"));
  }
}
