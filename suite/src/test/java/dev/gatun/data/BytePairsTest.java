package dev.gatun.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BytePairsTest {
  /** From GPT-2's released {@code encoder.py}. */
  private static final Pattern GPT2 =
      Pattern.compile(
          "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  private static Corpus corpus(String... texts) {
    List<Corpus.File> files = new ArrayList<>();
    for (String text : texts) {
      files.add(new Corpus.File("f" + files.size(), text));
    }
    return Corpus.of("test", files);
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    for (int from = 0; from < text.length(); ) {
      int end = Words.end(text, from);
      words.add(text.substring(from, end));
      from = end;
    }
    return words;
  }

  @Test
  void wordsAreThoseOfGpt2sPattern() {
    List<String> texts = new ArrayList<>();
    SmallText.corpus(300_000).files().forEach(file -> texts.add(file.text()));
    texts.add("it's we'll 'tis don't''s 42nd ²³ Ⅷ naïve  日本語\u00A0\u2028\t x\n\n  y  ");
    texts.add("a \uD83D\uDE00\uD83D\uDE00 b \uD800 c_d \u0085e '");
    for (String text : texts) {
      assertEquals(GPT2.matcher(text).results().map(MatchResult::group).toList(), words(text));
    }
  }

  @Test
  void theMostFrequentPairIsMergedFirstAndOfEqualsTheOlder() {
    BytePairTokenizer tokenizer = new BytePairs(corpus("abab abab ab a b")).tokenizer(5);
    // The bytes are blank, a and b. The pair ab occurs 5 times; then abab and " ab" do twice.
    assertArrayEquals(new int[] {3, 3}, tokenizer.encode("abab"));
    assertArrayEquals(new int[] {4, 3}, tokenizer.encode(" abab"));
    assertArrayEquals(new int[] {0, 2, 1}, tokenizer.encode(" ba"));
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 512, 2000})
  void everyTokenOccursInTrainAndTextsComeBack(int vocabulary) {
    Corpus corpus = SmallText.corpus(1_500_000);
    BytePairTokenizer tokenizer = new BytePairs(corpus).tokenizer(vocabulary);
    TokenizedCorpus tokens = TokenizedCorpus.of(corpus, tokenizer);
    assertEquals(vocabulary, tokens.vocabulary());
    assertEquals(vocabulary, IntStream.of(tokens.train()).distinct().count());
    assertTrue(tokens.quality().leastCount() > 0);
    for (Corpus.File file : corpus.files()) {
      assertEquals(file.text(), tokenizer.decode(tokenizer.encode(file.text())));
    }
  }

  @Test
  void aSmallerVocabularyIsTheSameBeforeAndAfterALargerOne() {
    Corpus corpus = SmallText.corpus(500_000);
    String text = corpus.files().getFirst().text();
    BytePairs pairs = new BytePairs(corpus);
    int[] before = pairs.tokenizer(400).encode(text);
    int[] larger = pairs.tokenizer(1000).encode(text);
    assertArrayEquals(before, pairs.tokenizer(400).encode(text));
    assertArrayEquals(before, new BytePairs(corpus).tokenizer(400).encode(text));
    assertArrayEquals(larger, new BytePairs(corpus).tokenizer(1000).encode(text));
    assertTrue(larger.length < before.length);
  }

  @Test
  void textOfOtherWordsAndBytesIsEncodedByWhatIsKnown() {
    BytePairTokenizer tokenizer = new BytePairs(SmallText.corpus(300_000)).tokenizer(300);
    String known = "zyx%ImmutableBusy;";
    assertEquals(known, tokenizer.decode(tokenizer.encode(known)));
    assertEquals(known, tokenizer.decode(tokenizer.encode("\u0001zyx%Immutable\u0002Busy;")));
    assertThrows(IllegalArgumentException.class, () -> tokenizer.decode(new int[] {300}));
  }

  @Test
  void aTextWithTooFewWordsIsOneClearError() {
    BytePairs pairs = new BytePairs(corpus("the cat sat on the mat"));
    var e = assertThrows(UnusableCorpusException.class, () -> pairs.tokenizer(1000));
    assertTrue(e.getMessage().contains("too small for a vocabulary of 1000"), e.getMessage());
    assertThrows(UnusableCorpusException.class, () -> pairs.tokenizer(2));
  }
}
