package dev.gatun.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TokenizerTest {
  static Stream<Tokenizer> tokenizers() {
    return Stream.concat(
        Stream.of(new ByteTokenizer()),
        Stream.of(256, 257, 512, 4096, 32_000, 50_256, 50_257).map(Gpt2Tokenizer::new));
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void decodingUndoesEncodingForAnyText(Tokenizer tokenizer) {
    long seed = 20_260;
    var random = new SplittableRandom(seed);
    for (int trial = 0; trial < 200; trial++) {
      String text = anyText(random);
      int[] ids = tokenizer.encode(text);
      assertEquals(text, tokenizer.decode(ids), "seed " + seed + ", trial " + trial);
      assertTrue(Arrays.stream(ids).allMatch(id -> 0 <= id && id < tokenizer.vocabulary()));
    }
  }

  /** Code points of every plane, with runs of spaces, letters and one symbol. */
  private static String anyText(SplittableRandom random) {
    var text = new StringBuilder();
    int pieces = random.nextInt(40);
    for (int i = 0; i < pieces; i++) {
      switch (random.nextInt(5)) {
        case 0 -> text.append(" ".repeat(random.nextInt(30))).append("\n\t");
        case 1 -> text.append("public static void main<|endoftext|>");
        case 2 -> text.append("=".repeat(random.nextInt(700)));
        case 3 -> text.append((char) random.nextInt(0x300));
        default -> {
          int codePoint = random.nextInt(Character.MAX_CODE_POINT + 1);
          boolean surrogate = 0xD800 <= codePoint && codePoint <= 0xDFFF;
          text.appendCodePoint(surrogate ? 'x' : codePoint);
        }
      }
    }
    return text.toString();
  }

  @Test
  void fullVocabularyIsGpt2s() {
    String text = "  for (int i = 0; i < n; i++) { // naïve — 東京 \uD83D\uDE00\n\t\treturn 12345;";
    int[] expected =
        Encodings.newLazyEncodingRegistry()
            .getEncoding(EncodingType.R50K_BASE)
            .encodeOrdinary(text)
            .toArray();
    assertArrayEquals(expected, new Gpt2Tokenizer(50_257).encode(text));
    assertArrayEquals(new int[] {15496, 995}, new Gpt2Tokenizer(50_257).encode("Hello world"));
  }

  @Test
  void a256TokenCutIsOneTokenPerByte() {
    assertEquals("naïve".length() + 1, new Gpt2Tokenizer(256).encode("naïve").length);
  }

  @Test
  void aCutMergesAsTrainingWouldHaveHadItStopped() {
    // "Hello" is rank 15496: in a cut below it, the parts it was merged from are left.
    var cut = new Gpt2Tokenizer(15_496);
    int[] ids = cut.encode("Hello");
    assertTrue(ids.length == 2, Arrays.toString(ids));
    assertEquals("Hello", cut.decode(ids));
  }

  @Test
  void aVocabularyThatDoesNotExistIsOneClearError() {
    for (int vocabulary : new int[] {0, 255, 50_258}) {
      var e = assertThrows(IllegalArgumentException.class, () -> Tokenizer.of("gpt2", vocabulary));
      assertEquals(
          "vocabulary "
              + vocabulary
              + " is not one that GPT-2's tokenizer has; choose 256 to 50257",
          e.getMessage());
    }
    assertThrows(IllegalArgumentException.class, () -> Tokenizer.of("bytes", 512));
    assertThrows(IllegalArgumentException.class, () -> Tokenizer.of("llama", 512));
  }

  @Test
  void anIdOutsideTheVocabularyIsRefused() {
    var bytes = new ByteTokenizer();
    assertThrows(IllegalArgumentException.class, () -> bytes.decode(new int[] {256}));
    var cut = new Gpt2Tokenizer(512);
    assertThrows(IllegalArgumentException.class, () -> cut.decode(new int[] {512}));
  }
}
