package dev.gatun.claims.ngram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.data.ByteTokenizer;
import dev.gatun.data.Corpus;
import dev.gatun.data.Randomness;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmoothedRowsTest {
  private static final long SEED = 19_910_701L;
  private static final int V = 256;
  private static final int ORDER = 4;

  @TempDir private Path folder;

  @Test
  void rowsAreThoseOfWittenAndBellsFormula() {
    List<String> texts = texts();
    List<int[]> documents = texts.stream().map(new ByteTokenizer()::encode).toList();
    List<List<Integer>> contexts =
        documents.stream()
            .flatMap(tokens ->
                IntStream.range(ORDER - 1, tokens.length)
                    .mapToObj(end -> Arrays.stream(tokens, end - ORDER + 1, end).boxed().toList()))
            .distinct()
            .toList();
    List<double[]> rows = rows(texts, 1 << 20);
    assertEquals(contexts.size(), rows.size());
    for (List<Integer> context : contexts) {
      double[] expected = new double[V];
      for (int token = 0; token < V; token++) {
        expected[token] = probability(documents, context, token);
      }
      assertEquals(1, Arrays.stream(expected).sum(), 1e-12);
      assertTrue(
          rows.stream().anyMatch(row -> distance(row, expected) < 1e-12),
          () -> "no row is that of " + context + ", seed " + SEED);
    }
  }

  @Test
  void aSampleIsPartOfAllRowsAndTheSameEachTime() {
    List<String> texts = texts();
    List<double[]> all = rows(texts, 1 << 20);
    List<double[]> some = rows(texts, 20);
    assertEquals(20, some.size());
    for (int i = 0; i < some.size(); i++) {
      assertArrayEquals(all.get(i), some.get(i), "seed " + SEED);
    }
  }

  /** The formula read aloud, with all counts taken again. */
  private static double probability(List<int[]> documents, List<Integer> context, int token) {
    List<Integer> followers = new ArrayList<>();
    for (int[] tokens : documents) {
      for (int end = context.size(); end < tokens.length; end++) {
        if (Arrays.stream(tokens, end - context.size(), end).boxed().toList().equals(context)) {
          followers.add(tokens[end]);
        }
      }
    }
    double count = followers.stream().filter(follower -> follower == token).count();
    if (context.isEmpty()) {
      return count / followers.size();
    }
    long different = followers.stream().distinct().count();
    double shorter = probability(documents, context.subList(1, context.size()), token);
    return (count + different * shorter) / (followers.size() + different);
  }

  private static double distance(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> Math.abs(a[i] - b[i])).max().orElseThrow();
  }

  private List<double[]> rows(List<String> texts, int most) {
    List<Corpus.File> documents = new ArrayList<>();
    texts.forEach(text -> documents.add(new Corpus.File("file" + documents.size(), text)));
    List<double[]> rows = new ArrayList<>();
    try (var files = new TemporaryFiles(folder)) {
      TokenFile tokens =
          TokenFile.of(Corpus.of("texts", documents), new ByteTokenizer(), files, (_, _) -> {});
      new SmoothedRows(tokens, tokens.tokens(), V, ORDER, most, Randomness.of(SEED))
          .forEachRow(row -> rows.add(row.clone()));
    }
    return rows;
  }

  private static List<String> texts() {
    var random = new Random(SEED);
    return IntStream.range(0, 4)
        .mapToObj(_ ->
            IntStream.range(0, 20)
                .mapToObj(_ -> "abc".substring(random.nextInt(3)).substring(0, 1))
                .reduce("", String::concat))
        .toList();
  }
}
