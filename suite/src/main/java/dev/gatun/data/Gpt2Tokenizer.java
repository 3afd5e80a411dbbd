package dev.gatun.data;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import com.knuddels.jtokkit.api.IntArrayList;
import dev.gatun.io.Resources;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * GPT-2's byte-pair encoding (Radford et al. 2019), cut to its first V tokens. Ranks are the order
 * in which merges were learned and the first 256 are the bytes, so the cut is what training would
 * have given had it stopped at V, and any text stays encodable. The last token of the full
 * vocabulary, end of text, is never produced by text.
 */
public final class Gpt2Tokenizer implements Tokenizer {
  /** Size of the full vocabulary: 256 bytes, 50,000 merges, end of text. */
  public static final int FULL_VOCABULARY = 50_257;

  private static final String RANKS = "/com/knuddels/jtokkit/r50k_base.tiktoken";

  /** How GPT-2 splits text before it merges, from its released {@code encoder.py}. */
  private static final Pattern SPLIT =
      Pattern.compile(
          "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  private static final String END_OF_TEXT = "<|endoftext|>";

  private final int vocabulary;
  private final Encoding encoding;

  /**
   * The first V tokens.
   *
   * @throws IllegalArgumentException if V is not between 256 and 50,257
   */
  public Gpt2Tokenizer(int vocabulary) {
    if (vocabulary < 256 || vocabulary > FULL_VOCABULARY) {
      throw new IllegalArgumentException(
          "vocabulary "
              + vocabulary
              + " is not one that GPT-2's tokenizer has; choose 256 to "
              + FULL_VOCABULARY);
    }
    this.vocabulary = vocabulary;
    Map<String, Integer> special =
        vocabulary == FULL_VOCABULARY ? Map.of(END_OF_TEXT, FULL_VOCABULARY - 1) : Map.of();
    this.encoding =
        Encodings.newLazyEncodingRegistry()
            .registerGptBytePairEncoding(
                new GptBytePairEncodingParams(name(), SPLIT, ranksBelow(vocabulary), special))
            .getEncoding(name())
            .orElseThrow();
  }

  @Override
  public String name() {
    return "gpt2-" + vocabulary;
  }

  @Override
  public int vocabulary() {
    return vocabulary;
  }

  @Override
  public int[] encode(String text) {
    return encoding.encodeOrdinary(text).toArray();
  }

  @Override
  public String decode(int[] ids) {
    var list = new IntArrayList(ids.length);
    for (int id : ids) {
      if (id < 0 || id >= vocabulary) {
        throw new IllegalArgumentException("id " + id + " is not one of " + name());
      }
      list.add(id);
    }
    return encoding.decode(list);
  }

  /** The bytes of each token, by id; end of text, which is no bytes, is left out. */
  public List<byte[]> tokens() {
    return ranksBelow(vocabulary).entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static Map<byte[], Integer> ranksBelow(int limit) {
    Map<byte[], Integer> ranks = HashMap.newHashMap(limit);
    for (String line : Resources.text(RANKS).lines().toList()) {
      int space = line.indexOf(' ');
      int rank = Integer.parseInt(line, space + 1, line.length(), 10);
      if (rank < limit) {
        ranks.put(Base64.getDecoder().decode(line.substring(0, space)), rank);
      }
    }
    return ranks;
  }
}
