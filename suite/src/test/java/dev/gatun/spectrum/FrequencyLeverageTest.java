package dev.gatun.spectrum;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FrequencyLeverageTest {
  private static final int VOCABULARY = 50;
  private static final int WIDTH = 7;

  /** As 1/rank. */
  private static double[] zipf() {
    double[] q = new double[VOCABULARY];
    for (int v = 0; v < q.length; v++) {
      q[v] = 1.0 / (v + 1);
    }
    double sum = Arrays.stream(q).sum();
    return Arrays.stream(q).map(value -> value / sum).toArray();
  }

  @Test
  void leveragesAddUpToTheWidthAndGrowWithTheFrequency() {
    double[] leverage = FrequencyLeverage.of(zipf(), WIDTH);
    assertEquals(WIDTH, Arrays.stream(leverage).sum(), 1e-12);
    for (int v = 1; v < leverage.length; v++) {
      assertTrue(leverage[v] < leverage[v - 1] && leverage[v] > 0 && leverage[0] < 1);
    }
  }

  @Test
  void tokensOfEqualFrequencyGiveWhatAnUnrelatedHeadKeeps() {
    double[] even = new double[VOCABULARY];
    Arrays.fill(even, 1.0 / VOCABULARY);
    double[] expected = new double[VOCABULARY];
    Arrays.fill(expected, (double) WIDTH / VOCABULARY);
    assertArrayEquals(expected, FrequencyLeverage.of(even, WIDTH), 1e-12);
    assertEquals((double) WIDTH / VOCABULARY, FrequencyLeverage.keptEnergy(even, WIDTH), 1e-12);
  }

  @Test
  void unevenFrequenciesKeepMoreThanChance() {
    double kept = FrequencyLeverage.keptEnergy(zipf(), WIDTH);
    assertTrue(kept > (double) WIDTH / VOCABULARY && kept < 1, () -> "kept " + kept);
  }

  @Test
  void aHeadNeedsMoreTokensThanDimensions() {
    assertThrows(IllegalArgumentException.class, () -> FrequencyLeverage.of(zipf(), VOCABULARY));
  }
}
