package dev.gatun.data;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A byte-pair encoding learned from a corpus, each token of which occurs in the part that it was
 * learned from. Symbols that do not occur there are split into their halves; a byte that does not
 * is left out, so that any text can be encoded, and a text of the known bytes comes back as it was.
 */
public final class BytePairTokenizer implements Tokenizer {
  private static final int BYTES = 256;

  /** Words that are remembered; the rest are few, and encoded each time. */
  private static final int MOST_REMEMBERED = 1 << 21;

  private final int vocabulary;
  private final List<BytePairs.Merge> merges;
  private final Map<Long, Integer> symbols;
  private final int[] ids;
  private final byte[][] tokens;
  private final Map<String, int[]> remembered = new ConcurrentHashMap<>();

  /**
   * Of these merges.
   *
   * @param counts of every symbol in the text it was learned from
   */
  BytePairTokenizer(int vocabulary, List<BytePairs.Merge> merges, long[] counts) {
    this.vocabulary = vocabulary;
    this.merges = merges;
    this.symbols = HashMap.newHashMap(merges.size());
    this.ids = new int[counts.length];
    this.tokens = new byte[vocabulary][];
    byte[][] bytes = new byte[counts.length][];
    int tokensSoFar = 0;
    for (int symbol = 0; symbol < counts.length; symbol++) {
      if (symbol < BYTES) {
        bytes[symbol] = new byte[] {(byte) symbol};
      } else {
        BytePairs.Merge merge = merges.get(symbol - BYTES);
        symbols.put(BytePairs.pair(merge.left(), merge.right()), symbol);
        bytes[symbol] = joined(bytes[merge.left()], bytes[merge.right()]);
      }
      ids[symbol] = counts[symbol] > 0 ? tokensSoFar : -1;
      if (counts[symbol] > 0) {
        tokens[tokensSoFar++] = bytes[symbol];
      }
    }
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  @Override
  public String name() {
    return "bpe-" + vocabulary;
  }

  @Override
  public int vocabulary() {
    return vocabulary;
  }

  @Override
  public int[] encode(String text) {
    int[] all = new int[Math.max(16, text.length() / 2)];
    int length = 0;
    for (int from = 0; from < text.length(); ) {
      int end = Words.end(text, from);
      int[] word = word(text.substring(from, end));
      if (length + word.length > all.length) {
        all = Arrays.copyOf(all, 2 * (length + word.length));
      }
      System.arraycopy(word, 0, all, length, word.length);
      length += word.length;
      from = end;
    }
    return Arrays.copyOf(all, length);
  }

  private int[] word(String word) {
    int[] known = remembered.get(word);
    if (known == null) {
      known = encoded(word.getBytes(StandardCharsets.UTF_8));
      if (remembered.size() < MOST_REMEMBERED) {
        remembered.put(word, known);
      }
    }
    return known;
  }

  private int[] encoded(byte[] bytes) {
    int[] word = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      word[i] = bytes[i] & 0xFF;
    }
    for (int symbol = earliest(word); symbol < Integer.MAX_VALUE; symbol = earliest(word)) {
      BytePairs.Merge merge = merges.get(symbol - BYTES);
      word = BytePairs.merged(word, merge.left(), merge.right(), symbol);
    }
    int[] out = new int[bytes.length];
    int length = 0;
    for (int symbol : word) {
      length = put(symbol, out, length);
    }
    return Arrays.copyOf(out, length);
  }

  /** The symbol learned first of those that two neighbours make. */
  private int earliest(int[] word) {
    int best = Integer.MAX_VALUE;
    for (int i = 0; i + 1 < word.length; i++) {
      best =
          Math.min(
              best, symbols.getOrDefault(BytePairs.pair(word[i], word[i + 1]), Integer.MAX_VALUE));
    }
    return best;
  }

  private int put(int symbol, int[] out, int length) {
    if (ids[symbol] >= 0) {
      out[length] = ids[symbol];
      return length + 1;
    }
    if (symbol < BYTES) {
      return length;
    }
    BytePairs.Merge merge = merges.get(symbol - BYTES);
    return put(merge.right(), out, put(merge.left(), out, length));
  }

  @Override
  public String decode(int[] ids) {
    var bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      if (id < 0 || id >= vocabulary) {
        throw new IllegalArgumentException("id " + id + " is not one of " + name());
      }
      bytes.writeBytes(tokens[id]);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
