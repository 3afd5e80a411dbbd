package dev.gatun.data;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * Learns a byte-pair encoding (Sennrich et al. 2016, on bytes as Radford et al. 2019) from how
 * often words occur: the pair of symbols that is most frequent becomes a symbol, again and again.
 * Of equal pairs the one of older symbols goes first, so that equal texts give equal encodings.
 * Merges are learned as vocabularies ask for them: a smaller vocabulary is an earlier state of a
 * larger one.
 */
public final class BytePairs {
  private static final int BYTES = 256;

  /** Text whose words are counted; of a larger text, its first. */
  private static final long MOST_CHARACTERS = 1L << 28;

  /** A word as the symbols that are left of it, and how often it occurs. */
  private static final class Word {
    private final long count;
    private int[] symbols;

    private Word(long count, int[] symbols) {
      this.count = count;
      this.symbols = symbols;
    }
  }

  /** Two symbols side by side: how often, and words that have or had them. */
  private static final class Pair {
    private final long key;
    private final List<Word> words = new ArrayList<>();
    private long count;

    private Pair(long key) {
      this.key = key;
    }
  }

  /** A pair as it was when it came into the queue. */
  private record Candidate(long count, Pair pair) {
    long key() {
      return pair.key;
    }
  }

  /**
   * A learned symbol.
   *
   * @param times that it was made of its halves in the text
   */
  record Merge(int left, int right, long times) {}

  private final String name;
  private final long[] byteCounts = new long[BYTES];
  private final Map<Long, Pair> pairs = new HashMap<>();
  private final List<Merge> merges = new ArrayList<>();

  /** How often each symbol occurs after the merges learned so far. */
  private long[] counts;

  /** Pairs that are not in the queue yet. */
  private final List<Pair> made = new ArrayList<>();

  private final PriorityQueue<Candidate> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Candidate::count).reversed().thenComparingLong(Candidate::key));

  /** From the part of a corpus that is trained on. */
  public BytePairs(Corpus corpus) {
    this(corpus.name(), wordCounts(corpus.train()));
  }

  private BytePairs(String name, Map<String, Long> words) {
    this.name = name;
    words.forEach(this::add);
    this.counts = byteCounts.clone();
    queueMade();
  }

  private void queueMade() {
    made.forEach(pair -> queue.add(new Candidate(pair.count, pair)));
    made.clear();
  }

  private static Map<String, Long> wordCounts(List<Corpus.File> files) {
    // In an order of its own, as that of a hash map is no property of the text.
    Map<String, Long> counts = new HashMap<>();
    long characters = 0;
    for (Corpus.File file : files) {
      String text = file.text();
      for (int from = 0; from < text.length(); ) {
        int end = Words.end(text, from);
        counts.merge(text.substring(from, end), 1L, Long::sum);
        from = end;
      }
      characters += text.length();
      if (characters > MOST_CHARACTERS) {
        break;
      }
    }
    return new TreeMap<>(counts);
  }

  private void add(String text, long count) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] symbols = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      symbols[i] = bytes[i] & 0xFF;
      byteCounts[symbols[i]] += count;
    }
    var word = new Word(count, symbols);
    for (int i = 0; i + 1 < symbols.length; i++) {
      countNew(symbols[i], symbols[i + 1], word);
    }
  }

  /**
   * The encoding of V tokens, every one of which occurs in the text: a symbol that only ever is
   * part of a larger one is no token.
   *
   * @throws UnusableCorpusException if the text is too small for that
   */
  public synchronized BytePairTokenizer tokenizer(int vocabulary) {
    long[] counts = Arrays.copyOf(byteCounts, BYTES + 2 * vocabulary);
    int tokens = (int) Arrays.stream(byteCounts).filter(count -> count > 0).count();
    if (vocabulary < tokens) {
      throw new UnusableCorpusException(
          "%s has %s different bytes, more than a vocabulary of %s; choose a larger one"
              .formatted(name, tokens, vocabulary));
    }
    int used = 0;
    while (tokens != vocabulary) {
      if (used == merges.size()) {
        learn(vocabulary);
      }
      Merge merge = merges.get(used);
      int symbol = BYTES + used;
      used++;
      if (symbol == counts.length) {
        counts = Arrays.copyOf(counts, 2 * counts.length);
      }
      counts[symbol] = merge.times();
      counts[merge.left()] -= merge.times();
      counts[merge.right()] -= merge.times();
      tokens += 1 - vanished(merge, counts);
    }
    return new BytePairTokenizer(
        vocabulary, List.copyOf(merges.subList(0, used)), Arrays.copyOf(counts, BYTES + used));
  }

  private static int vanished(Merge merge, long[] counts) {
    int left = counts[merge.left()] == 0 ? 1 : 0;
    int right = merge.right() != merge.left() && counts[merge.right()] == 0 ? 1 : 0;
    return left + right;
  }

  /** Learns the next merge. */
  private void learn(int vocabulary) {
    Pair best = mostFrequent(vocabulary);
    int left = (int) (best.key >>> 32);
    int right = (int) best.key;
    int symbol = BYTES + merges.size();
    long times = 0;
    for (Word word : best.words) {
      times += merge(word, left, right, symbol);
    }
    merges.add(new Merge(left, right, times));
    counts = Arrays.copyOf(counts, Math.max(counts.length, 2 * symbol));
    counts[symbol] = times;
    counts[left] -= times;
    counts[right] -= times;
    queueMade();
  }

  private Pair mostFrequent(int vocabulary) {
    for (Candidate best = queue.poll(); best != null; best = queue.poll()) {
      Pair pair = best.pair();
      if (pair.count == best.count() && !usesUpAByte(pair)) {
        return pair;
      }
      if (pair.count > 0 && pair.count < best.count()) {
        queue.add(new Candidate(pair.count, pair));
      }
    }
    throw new UnusableCorpusException(
        "the text %s is too small for a vocabulary of %s tokens that all occur in it; give a larger one"
            .formatted(name, vocabulary));
  }

  /** Then other words could not be spelt with it: such a pair is never merged. */
  private boolean usesUpAByte(Pair pair) {
    int left = (int) (pair.key >>> 32);
    int right = (int) pair.key;
    long times = left == right ? 2 * pair.count : pair.count;
    return left < BYTES && counts[left] <= times || right < BYTES && counts[right] <= times;
  }

  /** How often the pair was merged in all occurrences of a word, which may have it no more. */
  private long merge(Word word, int left, int right, int symbol) {
    int[] before = word.symbols;
    int[] after = new int[before.length];
    int length = 0;
    for (int i = 0; i < before.length; i++) {
      if (before[i] != left || i + 1 == before.length || before[i + 1] != right) {
        after[length++] = before[i];
        continue;
      }
      if (length > 0) {
        count(after[length - 1], left, -word.count);
        countNew(after[length - 1], symbol, word);
      }
      count(left, right, -word.count);
      if (i + 2 < before.length) {
        count(right, before[i + 2], -word.count);
        countNew(symbol, before[i + 2], word);
      }
      after[length++] = symbol;
      i++;
    }
    if (length < before.length) {
      word.symbols = Arrays.copyOf(after, length);
    }
    return (before.length - length) * word.count;
  }

  private Pair count(int left, int right, long count) {
    Pair pair = pairs.computeIfAbsent(pair(left, right), Pair::new);
    pair.count += count;
    return pair;
  }

  private void countNew(int left, int right, Word word) {
    Pair pair = count(left, right, word.count);
    if (pair.words.isEmpty()) {
      made.add(pair);
    }
    if (pair.words.isEmpty() || pair.words.getLast() != word) {
      pair.words.add(word);
    }
  }

  /** The symbols with a pair merged wherever it is, from the left. */
  static int[] merged(int[] symbols, int left, int right, int symbol) {
    int[] merged = new int[symbols.length];
    int length = 0;
    for (int i = 0; i < symbols.length; i++) {
      boolean isPair = symbols[i] == left && i + 1 < symbols.length && symbols[i + 1] == right;
      merged[length++] = isPair ? symbol : symbols[i];
      i += isPair ? 1 : 0;
    }
    return length == symbols.length ? symbols : Arrays.copyOf(merged, length);
  }

  static long pair(int left, int right) {
    return (long) left << 32 | right;
  }
}
