package dev.gatun.claims.ngram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.claims.ngram.NgramSetting.Rows;
import dev.gatun.data.ByteTokenizer;
import dev.gatun.data.Corpus;
import dev.gatun.data.Randomness;
import dev.gatun.io.AtomicFileTest.FullChannel;
import dev.gatun.io.UnwritableFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NgramMatricesTest {
  private static final long SEED = 20_240_407L;
  private static final int V = 256;
  private static final List<Integer> ORDERS = List.of(2, 3, 4, 5, 6);
  private static final List<Rows> ROWS = ORDERS.stream().map(n -> new Rows(n, 1)).toList();
  private static final long AMPLE = 1 << 24;

  @TempDir private Path folder;

  /** A row for each context: the share of every follower. */
  private record Table(Map<List<Integer>, Map<Integer, Double>> rows) {
    static Table of(List<int[]> documents, int order) {
      var counts = new TreeMap<List<Integer>, Map<Integer, Double>>(NgramMatricesTest::compare);
      for (int[] document : documents) {
        for (int end = order - 1; end < document.length; end++) {
          var context = Arrays.stream(document, end - order + 1, end).boxed().toList();
          counts
              .computeIfAbsent(context, _ -> new TreeMap<>())
              .merge(document[end], 1.0, Double::sum);
        }
      }
      counts
          .values()
          .forEach(row -> {
            double total = row.values().stream().mapToDouble(Double::doubleValue).sum();
            row.replaceAll((_, count) -> count / total);
          });
      return new Table(counts);
    }
  }

  @Test
  void rowsAreTheSharesOfWhatFollowsEachContext() {
    List<String> texts = texts(60, 200, 5);
    List<int[]> documents = texts.stream().map(new ByteTokenizer()::encode).toList();
    try (var files = files()) {
      for (NgramMatrix matrix : matrices(corpus(texts), AMPLE, files)) {
        Table expected = Table.of(documents, matrix.of().order());
        assertEquals(expected.rows().size(), matrix.rows(), () -> describe(matrix));
        assertEquals(
            expected.rows().values().stream().mapToLong(Map::size).sum(), matrix.entries());
        List<Map<Integer, Double>> mixed = new ArrayList<>();
        matrix.forEachMixedRow((columns, values, entries) -> {
          var row = new TreeMap<Integer, Double>();
          for (int i = 0; i < entries; i++) {
            row.put(columns[i], values[i]);
          }
          mixed.add(row);
        });
        assertEquals(
            expected.rows().values().stream().filter(row -> row.size() > 1).toList(), mixed);
        double[] lone = new double[V];
        expected.rows().values().stream()
            .filter(row -> row.size() == 1)
            .forEach(row -> lone[row.keySet().iterator().next()]++);
        assertArrayEquals(lone, matrix.loneEnergy());
        assertEquals(mixed.size(), matrix.mixedRows());
        assertTrue(matrix.rowSumDefect() < 1e-14);
      }
    }
  }

  @Test
  void columnsAreAsLongAsTheSharesOfTheirTokens() {
    List<String> texts = texts(60, 200, 5);
    List<int[]> documents = texts.stream().map(new ByteTokenizer()::encode).toList();
    try (var files = files()) {
      for (NgramMatrix matrix : matrices(corpus(texts), AMPLE, files)) {
        double[] energies = new double[V];
        for (Map<Integer, Double> row : Table.of(documents, matrix.of().order()).rows().values()) {
          row.forEach((token, share) -> energies[token] += share * share);
        }
        Arrays.sort(energies);
        double all = Arrays.stream(energies).sum();
        ErrorCurve errors = ErrorCurve.ofColumns(matrix);
        assertEquals(1, errors.at(0), 1e-12);
        assertEquals(Math.sqrt(1 - energies[V - 1] / all), errors.at(1), 1e-12);
        assertEquals(Math.sqrt(Arrays.stream(energies, 0, V - 3).sum() / all), errors.at(3), 1e-12);
        assertEquals(0, errors.at(V));
      }
    }
  }

  @Test
  void neitherMemoryNorTheOrderOfDocumentsChangesABit() {
    List<String> texts = texts(80, 300, 40);
    List<String> names = new ArrayList<>();
    texts.forEach(_ -> names.add("file" + names.size()));
    List<Integer> order = new ArrayList<>();
    texts.forEach(_ -> order.add(order.size()));
    List<byte[]> expected = contents(texts, names, AMPLE);
    Collections.shuffle(order, new Random(SEED));
    for (long memory : new long[] {1, 1 << 15, AMPLE}) {
      List<byte[]> other =
          contents(
              order.stream().map(texts::get).toList(),
              order.stream().map(names::get).toList(),
              memory);
      for (int i = 0; i < expected.size(); i++) {
        assertArrayEquals(expected.get(i), other.get(i), memory + " bytes, seed " + SEED);
      }
    }
  }

  @Test
  void littleMemoryIsHonouredByWritingToDisk() {
    try (var files = files();
        var sort = new NgramSort(100, 1 << 20, 1, files)) {
      var random = new Random(SEED);
      var expected = new TreeMap<Long, Long>();
      for (int i = 0; i < 100_000; i++) {
        long value = random.nextInt(5000);
        sort.add(value >>> 6, value << 58);
        expected.merge(value, 1L, Long::sum);
      }
      assertTrue(sort.spills() > 1, "spilled " + sort.spills() + " times");
      var found = new TreeMap<Long, Long>();
      sort.drain((high, low, count) -> {
        long value = high << 6 | low >>> 58;
        assertTrue(found.isEmpty() || found.lastKey() < value, "ascending");
        found.put(value, count);
      });
      assertEquals(expected, found);
    }
  }

  @Test
  void numbersWithTheHighestBitSetComeLast() {
    try (var files = files();
        var sort = new NgramSort(128, 10, AMPLE, files)) {
      long[] highs = {-1, 0, Long.MIN_VALUE, 1};
      for (long high : highs) {
        sort.add(high, -1);
        sort.add(high, 0);
      }
      List<Long> order = new ArrayList<>();
      sort.drain((high, low, _) -> order.addAll(List.of(high, low)));
      assertEquals(
          List.of(
              0L,
              0L,
              0L,
              -1L,
              1L,
              0L,
              1L,
              -1L,
              Long.MIN_VALUE,
              0L,
              Long.MIN_VALUE,
              -1L,
              -1L,
              0L,
              -1L,
              -1L),
          order);
    }
  }

  @Test
  void keysAreWholeNgramsSoThatNoneAreTakenForOneAnother() {
    var random = new Random(SEED);
    for (int vocabulary : new int[] {1, 2, 256, 4096, 50_257, 65_536, 131_071}) {
      for (int length = 1; length <= 6; length++) {
        var key = new NgramKey(vocabulary, length);
        int[] tokens = new int[length + 9];
        long high = 0;
        long low = 0;
        for (int i = 0; i < tokens.length; i++) {
          tokens[i] = random.nextInt(vocabulary + 1) - 1;
          long nextHigh = key.high(high, low);
          low = key.low(low, tokens[i]);
          high = nextHigh;
        }
        for (int i = 0; i < length; i++) {
          assertEquals(tokens[9 + i], key.token(high, low, i), key + ", seed " + SEED);
        }
        assertTrue(
            key.bits() >= 128 || (key.bits() >= 64 ? high >>> (key.bits() - 64) : high) == 0,
            "nothing is left of earlier tokens");
      }
    }
    String message =
        assertThrows(IllegalArgumentException.class, () -> new NgramKey(50_257, 9)).getMessage();
    assertTrue(message.contains("count shorter ones"), message);
  }

  @Test
  void contextsThatHashAlikeStayApart() {
    // List.hashCode of [0, 31] and [1, 0] is the same, as is that of [2, 62] and [4, 0].
    assertEquals(List.of(0, 31).hashCode(), List.of(1, 0).hashCode());
    String text = "\0\37a" + "\1\0b" + "\2\76c" + "\4\0d";
    try (var files = files()) {
      NgramMatrix trigrams = matrices(corpus(List.of(text)), AMPLE, files).get(1);
      assertEquals(Table.of(List.of(new ByteTokenizer().encode(text)), 3).rows().size(), 10);
      assertEquals(10, trigrams.rows());
      assertEquals(10, trigrams.entries());
    }
  }

  @Test
  void shufflesKeepTheTokensAndTheLengthsOfDocuments() {
    Corpus corpus = corpus(texts(30, 50, 20));
    try (var files = files()) {
      TokenFile tokens = tokens(corpus, files);
      long first = tokens.tokens() - 7;
      List<int[]> before = documents(tokens, first);
      for (int buckets : new int[] {1, 3}) {
        TokenFile shuffled = tokens.shuffled(first, Randomness.of(SEED), buckets);
        List<int[]> after = documents(shuffled, first);
        assertEquals(lengths(before), lengths(after));
        assertArrayEquals(sorted(before), sorted(after));
        assertFalse(Arrays.equals(joined(before), joined(after)));
        TokenFile again = tokens.shuffled(first, Randomness.of(SEED), buckets);
        assertArrayEquals(joined(after), joined(documents(again, first)));
      }
    }
  }

  @Test
  void longDocumentsAreReadInPiecesAndStayOne() {
    String line = "x".repeat(99) + "\n";
    String text = line.repeat(90_000);
    try (var files = files()) {
      TokenFile tokens = tokens(corpus(List.of(text)), files);
      assertEquals(text.length(), tokens.tokens());
      List<Boolean> ends = new ArrayList<>();
      tokens.forEach(Long.MAX_VALUE, (_, last) -> ends.add(last));
      assertEquals(List.of(false, false, true), ends);
      NgramMatrix bigrams = matrices(corpus(List.of(text)), AMPLE, files).getFirst();
      assertEquals(2, bigrams.rows());
      assertEquals(3, bigrams.entries(), "x after x, a break after x, x after a break");
    }
  }

  @Test
  void aFullDiskIsOneLineAndLeavesNothing() throws Exception {
    Path temporary = folder.resolve("temporary");
    Corpus corpus = corpus(texts(200, 2000, 50));
    try (var files = new TemporaryFiles(temporary, disk -> new FullChannel(disk, 300_000))) {
      String message =
          assertThrows(UnwritableFileException.class, () -> matrices(corpus, 1, files))
              .getMessage();
      assertTrue(message.contains("No space left on device"), message);
      assertTrue(message.contains(temporary.toString()) && message.contains("--out"), message);
      assertEquals(1, message.lines().count());
    }
    assertFalse(Files.exists(temporary));
  }

  @Test
  void whatAnInterruptedProcessLeftIsDeleted() throws Exception {
    Path temporary = Files.createDirectories(folder.resolve("temporary"));
    Files.writeString(temporary.resolve("rows-0"), "left");
    try (var files = new TemporaryFiles(temporary)) {
      assertEquals(2, matrices(corpus(List.of("abcab")), AMPLE, files).getFirst().mixedRows() + 2);
    }
    assertFalse(Files.exists(temporary));
  }

  /** Bytes of everything that a spectrum could depend on. */
  private List<byte[]> contents(List<String> texts, List<String> names, long memory) {
    List<Corpus.File> documents = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      documents.add(new Corpus.File(names.get(i), texts.get(i)));
    }
    List<byte[]> contents = new ArrayList<>();
    try (var files = files()) {
      for (NgramMatrix matrix : matrices(Corpus.of("test", documents), memory, files)) {
        contents.add(Files.readAllBytes(matrix.mixed()));
        contents.add(Arrays.toString(matrix.loneEnergy()).getBytes());
        contents.add((matrix.rows() + " " + matrix.entries()).getBytes());
      }
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return contents;
  }

  private List<NgramMatrix> matrices(Corpus corpus, long memory, TemporaryFiles files) {
    TokenFile tokens = tokens(corpus, files);
    return NgramMatrices.of(tokens, Long.MAX_VALUE, V, ROWS, NgramMeasures.EXACT, memory, files);
  }

  private static TokenFile tokens(Corpus corpus, TemporaryFiles files) {
    return TokenFile.of(corpus, new ByteTokenizer(), files, (_, _) -> {});
  }

  private TemporaryFiles files() {
    return new TemporaryFiles(folder.resolve("files"));
  }

  private static Corpus corpus(List<String> texts) {
    List<Corpus.File> files = new ArrayList<>();
    texts.forEach(text -> files.add(new Corpus.File("file" + files.size(), text)));
    return Corpus.of("test", files);
  }

  /** Texts of up to so many letters out of so many, the earlier the more frequent; some empty. */
  private static List<String> texts(int count, int length, int letters) {
    var random = new Random(SEED);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      var text = new StringBuilder();
      for (int j = random.nextInt(length); j > 0; j--) {
        text.append((char) ('!' + (int) (letters * random.nextDouble() * random.nextDouble())));
      }
      texts.add(text.toString());
    }
    return texts;
  }

  private static List<int[]> documents(TokenFile tokens, long first) {
    List<int[]> pieces = new ArrayList<>();
    tokens.forEach(first, (piece, _) -> pieces.add(piece));
    return pieces;
  }

  private static List<Integer> lengths(List<int[]> pieces) {
    return pieces.stream().map(piece -> piece.length).toList();
  }

  private static int[] joined(List<int[]> pieces) {
    return pieces.stream().flatMapToInt(Arrays::stream).toArray();
  }

  private static int[] sorted(List<int[]> pieces) {
    return Arrays.stream(joined(pieces)).sorted().toArray();
  }

  private static String describe(NgramMatrix matrix) {
    return "n = " + matrix.of().order() + ", seed " + SEED;
  }

  private static int compare(List<Integer> a, List<Integer> b) {
    for (int i = 0; i < a.size(); i++) {
      int order = Integer.compare(a.get(i), b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }
}
