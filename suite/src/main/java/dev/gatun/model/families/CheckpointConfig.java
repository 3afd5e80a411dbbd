package dev.gatun.model.families;

import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.safetensors.SafetensorsException;
import dev.gatun.safetensors.StrictJson;
import dev.gatun.tensor.ElementType;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes the {@code config.json} of a Hugging Face checkpoint folder. */
public final class CheckpointConfig {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private CheckpointConfig() {}

  /**
   * The model that a file describes.
   *
   * @throws SafetensorsException in one line if it is unreadable, of an unknown architecture, or
   *     asks for something that Gatun does not do or does not know
   */
  public static TransformerConfig read(Path file) {
    return read(file, StrictJson.tree(file));
  }

  private static TransformerConfig read(Path file, JsonNode root) {
    try {
      ConfigFields fields = new ConfigFields(root);
      FamilyConfig family = family(fields);
      requireArchitecture(fields, family);
      // An encoder beside it, or heads taken out, would be another model.
      fields.requireFlag("is_encoder_decoder", false);
      fields.object("pruned_heads").ifPresent(pruned -> pruned.refuseOthers(Set.of()));
      TransformerConfig config = family.read(fields);
      fields.refuseOthers(InertFields.NAMES);
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
                "%s; known are %s"
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
   * @throws IllegalArgumentException if no checkpoint of the family can say it
   */
  public static String write(TransformerConfig config, ElementType real) {
    FamilyConfig family =
        FamilyConfig.ALL.stream()
            .filter(f -> f.family() == config.family())
            .findFirst()
            .orElseThrow();
    Map<String, Object> fields = new LinkedHashMap<>();
    if (config.head() instanceof HeadForm.Linear) {
      fields.put("architectures", List.of(family.languageModel()));
    }
    fields.put("model_type", family.modelType());
    fields.put("vocab_size", config.vocabulary());
    family.write(config, fields);
    HeadFields.write(config.head(), config.isTied(), fields);
    // Gatun's models begin and end with no token of their own.
    fields.put("bos_token_id", null);
    fields.put("eos_token_id", null);
    fields.put("torch_dtype", real == ElementType.F64 ? "float64" : "float32");
    return MAPPER.writeValueAsString(fields) + "\n";
  }
}
