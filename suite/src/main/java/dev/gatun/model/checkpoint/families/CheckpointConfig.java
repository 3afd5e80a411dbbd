package dev.gatun.model.checkpoint.families;

import dev.gatun.io.Json;
import dev.gatun.io.Notes;
import dev.gatun.model.HeadForm;
import dev.gatun.model.TransformerConfig;
import dev.gatun.safetensors.SafetensorsException;
import dev.gatun.safetensors.StrictJson;
import dev.gatun.tensor.ElementType;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes the {@code config.json} of a Hugging Face checkpoint folder. */
public final class CheckpointConfig {

  private CheckpointConfig() {}

  /**
   * The model that a file describes.
   *
   * @param ignored unknown fields to pass over, whatever they hold
   * @param notes gets what was passed over, and what was taken where the file says nothing
   * @throws SafetensorsException in one line if it is unreadable, of an unknown architecture, or
   *     asks for something that Gatun does not do or does not know
   */
  public static TransformerConfig read(Path file, Set<String> ignored, Notes notes) {
    return read(file, StrictJson.tree(file), ignored, notes);
  }

  /**
   * The model that a text describes.
   *
   * @param file that it is from, for messages
   * @throws SafetensorsException as {@link #read}
   */
  public static TransformerConfig parse(Path file, String text) {
    try {
      return read(file, JsonMapper.shared().readTree(text), Set.of(), new Notes());
    } catch (JacksonException e) {
      throw new SafetensorsException(file, "its configuration is not JSON", e);
    }
  }

  /**
   * The fields of a file that change nothing of what is computed, but those of its weights' type.
   */
  public static Map<String, Object> inertFields(Path file) {
    Map<String, Object> fields = new LinkedHashMap<>();
    StrictJson.tree(file).properties().stream()
        .filter(field -> InertFields.NAMES.contains(field.getKey()))
        .filter(field -> !InertFields.OF_STORAGE.contains(field.getKey()))
        .forEach(field -> fields.put(field.getKey(), field.getValue()));
    return fields;
  }

  private static TransformerConfig read(
      Path file, JsonNode root, Set<String> ignored, Notes notes) {
    try {
      ConfigFields fields = new ConfigFields(root, ignored, notes);
      FamilyConfig family = family(fields);
      fields.take(UsualCounts.of(family.modelType()));
      requireArchitecture(fields, family);
      // An encoder beside it, or heads taken out, would be another model.
      fields.requireFlag("is_encoder_decoder", false);
      fields.object("pruned_heads").ifPresent(pruned -> pruned.passOthers(List.of()));
      TransformerConfig config = family.read(fields);
      fields.passOthers(InertFields.NAMES);
      return config;
    } catch (IllegalArgumentException e) {
      throw new SafetensorsException(file, e.getMessage(), e);
    }
  }

  private static FamilyConfig family(ConfigFields fields) {
    String type = fields.text("model_type", "");
    return FamilyConfig.ALL.stream()
        .filter(family -> family.modelType().equals(type))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "%s; known are %s; for a head of any other, store its inputs and weights, and take gatun measure --hidden <file.safetensors> --head <file.safetensors>"
                    .formatted(
                        type.isEmpty()
                            ? "model_type is missing"
                            : "unknown architecture '" + type + "' (model_type)",
                        FamilyConfig.ALL.stream()
                            .map(FamilyConfig::modelType)
                            .collect(Collectors.joining(", ")))));
  }

  private static void requireArchitecture(ConfigFields fields, FamilyConfig family) {
    List<String> known = List.of(family.languageModel(), family.backbone());
    List<String> named = fields.texts("architectures");
    if (!named.isEmpty() && named.stream().noneMatch(known::contains)) {
      throw fields.unsupported("architectures", family.languageModel());
    }
  }

  /**
   * The configuration as JSON, as {@link #read} and transformers read it.
   *
   * @param real type of the weights
   * @param carried fields that change nothing of what is computed
   * @throws IllegalArgumentException if no checkpoint of the family can say it
   */
  public static String write(
      TransformerConfig config, ElementType real, Map<String, Object> carried) {
    FamilyConfig family =
        FamilyConfig.ALL.stream()
            .filter(f -> f.family() == config.family())
            .findFirst()
            .orElseThrow();
    Map<String, Object> fields = new LinkedHashMap<>();
    if (config.head() instanceof HeadForm.Linear linear && !linear.isBiased()) {
      fields.put("architectures", List.of(family.languageModel()));
    }
    fields.put("model_type", family.modelType());
    fields.put("vocab_size", config.vocabulary());
    family.write(config, fields);
    HeadFields.write(config.head(), config.isTied(), fields);
    // Gatun's own models begin and end with no token of their own.
    fields.put("bos_token_id", null);
    fields.put("eos_token_id", null);
    fields.putAll(carried);
    fields.put("torch_dtype", real == ElementType.F64 ? "float64" : "float32");
    String text = Json.indented(fields) + "\n";
    if (!parse(Path.of("config.json"), text).equals(config)) {
      throw FamilyConfig.cannotDescribe(config);
    }
    return text;
  }
}
