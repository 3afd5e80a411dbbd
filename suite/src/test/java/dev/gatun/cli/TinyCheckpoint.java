package dev.gatun.cli;

import dev.gatun.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Copies of a fixture's model with a tokenizer, and files of token ids. */
final class TinyCheckpoint {
  /** Words are tokens, and all others one token. */
  private static final String TOKENIZER =
      """
      {"version": "1.0", "truncation": {"direction": "Right", "max_length": 4,
       "strategy": "LongestFirst", "stride": 0}, "padding": null, "added_tokens": [],
       "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor":
       {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "the", "type_id": 0}},
       {"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}}],
       "special_tokens": {"the": {"id": "the", "ids": [1], "tokens": ["the"]}}}, "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "the": 1, "a": 2,
       "of": 3, "is": 4, "{": 5, "}": 6, ";": 7, "*": 8, "return": 9, "public": 10}}}
      """;

  private TinyCheckpoint() {}

  /** The fixture of GPT-2, which has no tokenizer. */
  static Path fixture() {
    return Path.of("src", "test", "resources", "fixtures", "gpt2-tiny");
  }

  /** A copy of it that has one, which adds a token and cuts unless it is told not to. */
  static Path withTokenizer(Path folder) {
    try {
      Files.createDirectories(folder);
      for (String file : List.of("config.json", "model.safetensors")) {
        Files.copy(fixture().resolve(file), folder.resolve(file));
      }
      return Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER).getParent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of token ids of that shape, all of them 1 but the last. */
  static Path tokens(Path file, long batch, long length, long last) {
    long[] ids = new long[Math.toIntExact(batch * length)];
    Arrays.fill(ids, 1);
    ids[ids.length - 1] = last;
    new SafetensorsWriter(Map.of())
        .addLongs(
            "tokens",
            List.of(batch, length),
            (from, count) -> Arrays.copyOfRange(ids, (int) from, (int) from + count))
        .write(file);
    return file;
  }
}
