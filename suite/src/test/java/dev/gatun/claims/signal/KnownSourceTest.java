package dev.gatun.claims.signal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.data.Randomness;
import dev.gatun.tensor.Batch;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnownSourceTest {
  private static final int VOCABULARY = 7;
  private static final long SEED = 11;

  /** Token 6 never occurs, and many contexts of two tokens do not. */
  private static final int[] TEXT =
      Randomness.of(SEED).stream("text")
          .generator()
          .ints(120, 0, 36)
          .map(i -> (int) Math.sqrt(i))
          .toArray();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everyRowSumsToOneAndIsThatOfCountingByHand(int order) {
    KnownSource source = KnownSource.of(TEXT, VOCABULARY, order);
    for (int[] sequence : sequences()) {
      for (int end = 0; end <= sequence.length; end++) {
        double[] row = row(source, sequence, end);
        assertEquals(1, Arrays.stream(row).sum(), 1e-14);
        assertTrue(Arrays.stream(row).allMatch(p -> p > 0), () -> Arrays.toString(row));
        int[] context = Arrays.copyOfRange(sequence, Math.max(0, end - order + 1), end);
        assertArrayEquals(byHand(context), row, 1e-14, () -> Arrays.toString(context));
      }
    }
  }

  /** p(·|c) by the formula, with counts from a walk through the whole text. */
  private static double[] byHand(int[] context) {
    double[] shorter;
    if (context.length == 0) {
      shorter = new double[VOCABULARY];
      Arrays.fill(shorter, 1.0 / VOCABULARY);
    } else {
      shorter = byHand(Arrays.copyOfRange(context, 1, context.length));
    }
    int[] counts = new int[VOCABULARY];
    for (int i = 0; i + context.length < TEXT.length; i++) {
      if (Arrays.equals(context, Arrays.copyOfRange(TEXT, i, i + context.length))) {
        counts[TEXT[i + context.length]]++;
      }
    }
    double all = Arrays.stream(counts).sum();
    double kinds = Arrays.stream(counts).filter(count -> count > 0).count();
    return all == 0
        ? shorter
        : IntStream.range(0, VOCABULARY)
            .mapToDouble(v -> (counts[v] + kinds * shorter[v]) / (all + kinds))
            .toArray();
  }

  /** Pearson's χ² of what follows each context, whose mean is V − 1 and whose variance 2(V − 1). */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void whatIsDrawnFollowsTheRows(int order) {
    KnownSource source = KnownSource.of(TEXT, VOCABULARY, order);
    int length = 4;
    Batch drawn =
        new DrawnText(source, 60_000, length, Randomness.of(SEED).stream("drawn")).batch(0);
    for (int[] sequence : sequences()) {
      for (int end = 1; end <= 3; end++) {
        double[] row = row(source, sequence, end);
        int[] counts = new int[VOCABULARY];
        for (int at = 0; at < drawn.inputs().length; at += length) {
          if (Arrays.equals(drawn.inputs(), at, at + end, sequence, 0, end)) {
            counts[drawn.targets()[at + end - 1]]++;
          }
        }
        double all = Arrays.stream(counts).sum();
        if (all * Arrays.stream(row).min().orElseThrow() >= 5) {
          double chi =
              IntStream.range(0, VOCABULARY)
                  .mapToDouble(v -> Math.pow(counts[v] - all * row[v], 2) / (all * row[v]))
                  .sum();
          assertTrue(
              chi < VOCABULARY - 1 + 5 * Math.sqrt(2.0 * (VOCABULARY - 1)),
              "χ² %s of %s drawn, seed %s".formatted(chi, all, SEED));
        }
      }
    }
  }

  @Test
  void sequencesOfAStepAreThoseOfItsSeed() {
    KnownSource source = KnownSource.of(TEXT, VOCABULARY, 3);
    var text = new DrawnText(source, 5, 9, Randomness.of(SEED));
    Batch first = text.batch(4);
    assertArrayEquals(first.inputs(), text.batch(4).inputs());
    assertTrue(!Arrays.equals(first.inputs(), text.batch(5).inputs()));
    for (int row = 0; row < 5; row++) {
      int[] inputs = Arrays.copyOfRange(first.inputs(), row * 9 + 1, row * 9 + 9);
      assertArrayEquals(inputs, Arrays.copyOfRange(first.targets(), row * 9, row * 9 + 8));
    }
  }

  @Test
  void contextsThatDoNotFitANumberAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> KnownSource.of(TEXT, 1 << 20, 4));
  }

  /** All of three tokens. */
  private static Iterable<int[]> sequences() {
    return IntStream.range(0, VOCABULARY * VOCABULARY * VOCABULARY)
        .mapToObj(i -> new int[] {i / 49, i / 7 % 7, i % 7})
        .toList();
  }

  private static double[] row(KnownSource source, int[] sequence, int end) {
    double[] row = new double[VOCABULARY];
    source.probabilities(sequence, 0, end, row, 0);
    return row;
  }
}
