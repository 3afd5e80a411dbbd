package dev.gatun.safetensors;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * {@code model.safetensors.index.json}: which file of the folder holds which tensor.
 *
 * @param file the index itself
 * @param shards plain file names by tensor
 * @param totalBytes of all tensors as the index says, which may be no number; empty if it says
 *     nothing
 */
record ShardIndex(Path file, Map<String, String> shards, Optional<String> totalBytes) {
  private static final long LARGEST_BYTES = 64L << 20;

  /** Far beyond any model's. */
  private static final int MOST_SHARDS = 4096;

  /**
   * Reads an index.
   *
   * @throws SafetensorsException if it is unreadable, or names a file outside its folder
   */
  static ShardIndex read(Path file) {
    Map<String, String> shards = new LinkedHashMap<>();
    Set<String> files = new LinkedHashSet<>();
    var total = new String[1];
    StrictJson.parse(
        file,
        StrictJson.bytes(file, LARGEST_BYTES),
        parser -> {
          while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
              case "weight_map" -> readWeightMap(file, parser, shards, files);
              case "metadata" -> total[0] = readTotal(parser);
              default -> parser.skipChildren();
            }
          }
        });
    if (shards.isEmpty()) {
      throw new SafetensorsException(file, "has no weight_map, or an empty one");
    }
    return new ShardIndex(file, shards, Optional.ofNullable(total[0]));
  }

  private static void readWeightMap(
      Path file, JsonParser parser, Map<String, String> shards, Set<String> files) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new SafetensorsException(file, "weight_map is not a JSON object");
    }
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        throw new SafetensorsException(
            file, "the shard of tensor '%s' is not a file name".formatted(Quoted.part(name)));
      }
      String shard = parser.getString();
      if (files.add(shard)) {
        requirePlain(file, shard);
        if (files.size() > MOST_SHARDS) {
          throw new SafetensorsException(file, "names more than " + MOST_SHARDS + " shards");
        }
      }
      shards.put(name, shard);
    }
  }

  /** A name without a folder, so that nothing outside this one is opened. */
  private static void requirePlain(Path file, String shard) {
    boolean plain =
        shard.endsWith(".safetensors")
            && shard.length() <= 255
            && shard.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ');
    if (!plain) {
      throw new SafetensorsException(
          file,
          "names the shard '%s', which is no safetensors file of this folder"
              .formatted(Quoted.part(shard)));
    }
  }

  private static String readTotal(JsonParser parser) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return null;
    }
    String total = null;
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      boolean isTotal = parser.currentName().equals("total_size");
      JsonToken value = parser.nextToken();
      if (isTotal) {
        total = value.isStructStart() ? "no number" : parser.getString();
      }
      parser.skipChildren();
    }
    return total;
  }
}
