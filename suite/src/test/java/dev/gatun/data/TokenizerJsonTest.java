package dev.gatun.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerJsonTest {
  /** Would add a token in front and cut to four. */
  private static final String WORDS =
      """
      {"version": "1.0", "truncation": {"direction": "Right", "max_length": 4,
       "strategy": "LongestFirst", "stride": 0}, "padding": {"strategy": {"Fixed": 6},
       "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0,
       "pad_token": "?"}, "added_tokens": [], "normalizer": null,
       "pre_tokenizer": {"type": "Whitespace"}, "post_processor":
       {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "the", "type_id": 0}},
       {"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}}],
       "special_tokens": {"the": {"id": "the", "ids": [1], "tokens": ["the"]}}}, "decoder": null,
       "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "the": 1, "head": 2,
       "is": 3, "a": 4, "bottleneck": 5}}}
      """;

  @TempDir Path folder;

  private TokenizerJson words(int vocabulary) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), WORDS);
    return TokenizerJson.of(folder, vocabulary);
  }

  @Test
  void addsNothingAndCutsNothingWhateverTheFileAsksFor() throws IOException {
    try (TokenizerJson tokenizer = words(6)) {
      assertArrayEquals(new int[] {1, 2, 3, 4, 5}, tokenizer.encode("the head is a bottleneck"));
      assertArrayEquals(new int[] {2}, tokenizer.encode("head"));
      assertEquals("head is", tokenizer.decode(new int[] {2, 3}));
    }
  }

  @Test
  void unpairedSurrogatesAreSomething() throws IOException {
    try (TokenizerJson tokenizer = words(6)) {
      assertArrayEquals(new int[] {2, 0, 0}, tokenizer.encode("head \uD800 \uD83D\uDE00"));
      assertArrayEquals(new int[0], tokenizer.encode(""));
    }
  }

  @Test
  void isTheSameFromManyThreads() throws IOException {
    try (TokenizerJson tokenizer = words(6)) {
      String text = "the head is a bottleneck ".repeat(50);
      int[] alone = tokenizer.encode(text);
      IntStream.range(0, 200)
          .parallel()
          .forEach(_ -> assertArrayEquals(alone, tokenizer.encode(text)));
    }
  }

  @Test
  void tokensThatTheModelLacksAreRefusedWhileOthersAreStillEncoding() throws IOException {
    for (int i = 0; i < 20; i++) {
      TokenizerJson tokenizer = words(3);
      String text = "the head is a bottleneck ".repeat(100);
      assertThrows(
          UnusableCorpusException.class,
          () -> {
            try (tokenizer) {
              IntStream.range(0, 64).parallel().forEach(_ -> tokenizer.encode(text));
            }
          });
      assertThrows(IllegalStateException.class, () -> tokenizer.encode("the"));
    }
  }

  @Test
  void missingFileIsNamedWithTheMend() {
    var missing = assertThrows(UnusableCorpusException.class, () -> TokenizerJson.of(folder, 6));
    assertTrue(missing.getMessage().contains("tokenizer.json"), missing.getMessage());
    assertTrue(missing.getMessage().contains("--tokens"), missing.getMessage());
  }

  @Test
  void brokenFilesAreNamed() throws IOException {
    for (String text : new String[] {"", "[]", "{", "{\"model\": {}}", "\u0000"}) {
      Files.writeString(folder.resolve("tokenizer.json"), text);
      var broken =
          assertThrows(UnusableCorpusException.class, () -> TokenizerJson.of(folder, 6), text);
      assertTrue(broken.getMessage().contains("tokenizer.json"), broken.getMessage());
      assertEquals(1, broken.getMessage().lines().count(), broken.getMessage());
    }
  }
}
