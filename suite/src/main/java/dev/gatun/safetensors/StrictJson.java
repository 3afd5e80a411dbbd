package dev.gatun.safetensors;

import dev.gatun.io.GitLfs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON from strangers: UTF-8, one value, no duplicate name, and bounds on everything that costs
 * memory or stack.
 */
public final class StrictJson {
  /** Largest file that is made a tree: a configuration with a label for every class has 1 MiB. */
  private static final long LARGEST_TREE_BYTES = 4L << 20;

  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxNestingDepth(32)
          .maxNameLength(10_000)
          .maxNumberLength(400)
          .maxStringLength(16 << 20)
          .build();

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(CONSTRAINTS)
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private StrictJson() {}

  /**
   * A whole file as a tree, for configurations.
   *
   * @throws SafetensorsException if it cannot be read, is too large, or is not such JSON
   */
  public static JsonNode tree(Path file) {
    String text = text(file, bytes(file, LARGEST_TREE_BYTES));
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw notJson(file, e);
    }
  }

  /** The bytes of a file that has no more than so many. */
  static byte[] bytes(Path file, long most) {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw new SafetensorsException(file, "not a file");
      }
      try (var in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes((int) most + 1);
        if (bytes.length > most) {
          throw new SafetensorsException(file, "larger than %s MiB".formatted(most >> 20));
        }
        return bytes;
      }
    } catch (IOException e) {
      throw new SafetensorsException(file, "cannot be read: " + Unreadable.reason(e), e);
    }
  }

  /** Reads an object of a header or an index without making a tree of it. */
  static void parse(Path file, byte[] json, Consumer<JsonParser> reader) {
    String text = text(file, json);
    try (JsonParser parser = MAPPER.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new SafetensorsException(file, "not a JSON object");
      }
      reader.accept(parser);
      if (parser.nextToken() != null) {
        throw new SafetensorsException(file, "not JSON: something follows the object");
      }
    } catch (JacksonException e) {
      throw notJson(file, e);
    }
  }

  private static String text(Path file, byte[] json) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
      if (GitLfs.isPointer(text)) {
        throw new SafetensorsException(file, GitLfs.PROBLEM);
      }
      return text;
    } catch (CharacterCodingException e) {
      throw new SafetensorsException(file, "not JSON: its text is not UTF-8", e);
    }
  }

  private static SafetensorsException notJson(Path file, JacksonException e) {
    String problem = e.getOriginalMessage();
    return new SafetensorsException(
        file, "not JSON: " + (problem == null ? e.getClass().getSimpleName() : problem), e);
  }
}
