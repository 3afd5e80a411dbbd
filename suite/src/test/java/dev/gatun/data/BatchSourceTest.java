package dev.gatun.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.tensor.Batch;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchSourceTest {
  private static final int[] TOKENS = IntStream.range(0, 1000).toArray();

  @Test
  void aRandomBatchIsAFunctionOfSeedAndStepAlone() {
    var windows = new RandomWindows(TOKENS, 4, 16, Randomness.of(5));
    Batch first = windows.batch(10);
    windows.batch(3);
    var resumed = new RandomWindows(TOKENS, 4, 16, Randomness.of(5));
    assertArrayEquals(first.inputs(), resumed.batch(10).inputs());
    assertFalse(Arrays.equals(first.inputs(), resumed.batch(11).inputs()));
    var other = new RandomWindows(TOKENS, 4, 16, Randomness.of(6));
    assertFalse(Arrays.equals(first.inputs(), other.batch(10).inputs()));
  }

  @Test
  void targetsAreTheTokensAfterTheInputs() {
    for (var source :
        new BatchSource[] {
          new RandomWindows(TOKENS, 4, 16, Randomness.of(5)), new SequentialWindows(TOKENS, 4, 16)
        }) {
      Batch batch = source.batch(2);
      for (int i = 0; i < batch.inputs().length; i++) {
        assertEquals(batch.inputs()[i] + 1, batch.targets()[i]);
      }
    }
  }

  @Test
  void randomWindowsReachTheFirstAndTheLastToken() {
    var windows = new RandomWindows(new int[] {0, 1, 2, 3}, 64, 2, Randomness.of(1));
    Batch batch = windows.batch(0);
    assertTrue(Arrays.stream(batch.inputs()).anyMatch(t -> t == 0));
    assertTrue(Arrays.stream(batch.targets()).anyMatch(t -> t == 3));
  }

  @Test
  void sequentialWindowsCoverEachTokenOnce() {
    var windows = new SequentialWindows(TOKENS, 3, 37);
    int[] targets =
        IntStream.range(0, windows.batches())
            .flatMap(b -> Arrays.stream(windows.batch(b).targets()))
            .toArray();
    assertArrayEquals(IntStream.rangeClosed(1, 9 * 3 * 37).toArray(), targets);
    assertThrows(IndexOutOfBoundsException.class, () -> windows.batch(9));
  }

  @Test
  void tooFewTokensAreOneClearError() {
    int[] few = {1, 2, 3};
    assertThrows(
        UnusableCorpusException.class, () -> new RandomWindows(few, 1, 3, Randomness.of(1)));
    assertThrows(UnusableCorpusException.class, () -> new SequentialWindows(few, 1, 3));
  }

  @Test
  void spamLangRepeatsOneSymbolPerSequenceUniformly() {
    int vocabulary = 50;
    var source = new SpamLang(vocabulary, 100, 8, Randomness.of(2));
    int[] counts = new int[vocabulary];
    for (int step = 0; step < 100; step++) {
      Batch batch = source.batch(step);
      assertArrayEquals(batch.inputs(), batch.targets());
      for (int row = 0; row < 100; row++) {
        int symbol = batch.inputs()[row * 8];
        counts[symbol]++;
        for (int i = 1; i < 8; i++) {
          assertEquals(symbol, batch.inputs()[row * 8 + i]);
        }
      }
    }
    double chiSquare = Arrays.stream(counts).mapToDouble(c -> (c - 200) * (c - 200) / 200.0).sum();
    // 49 degrees of freedom: mean 49, standard deviation 9.9; seed 2.
    assertEquals(49, chiSquare, 6 * 9.9);
    assertEquals(4.8828125, new SpamLang(131_072, 128, 64, Randomness.of(1)).coverage(5000));
  }
}
