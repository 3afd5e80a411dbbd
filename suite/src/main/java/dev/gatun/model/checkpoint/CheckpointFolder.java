package dev.gatun.model.checkpoint;

import dev.gatun.io.Notes;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.checkpoint.families.CheckpointConfig;
import dev.gatun.safetensors.CheckpointWeights;
import dev.gatun.safetensors.StrictJson;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A folder in Hugging Face layout, and how it is read.
 *
 * @param ignoredFields fields of {@code config.json} that Gatun does not know and is to pass over,
 *     whatever they hold
 * @param notes gets what is passed over, and what is taken where the files say nothing
 */
public record CheckpointFolder(Path path, Set<String> ignoredFields, Notes notes) {
  static final String CONFIG = "config.json";

  /** Read with no field ignored that Gatun does not know. */
  public static CheckpointFolder of(Path path) {
    return new CheckpointFolder(path, Set.of(), new Notes());
  }

  /**
   * The configuration. A head that it ties is not tied in the model that is loaded, if the weights
   * hold other values for it.
   *
   * @throws dev.gatun.safetensors.SafetensorsException if it is unreadable or not supported
   */
  public TransformerConfig config() {
    return CheckpointConfig.read(path.resolve(CONFIG), ignoredFields, notes);
  }

  /** The token that {@code config.json} names for the beginning of a text, if it names one. */
  public OptionalInt beginningToken() {
    JsonNode token = StrictJson.tree(path.resolve(CONFIG)).path("bos_token_id");
    return token.canConvertToInt() && token.intValue() >= 0
        ? OptionalInt.of(token.intValue())
        : OptionalInt.empty();
  }

  CheckpointWeights weights() {
    return CheckpointWeights.open(path, notes);
  }
}
