package dev.gatun.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomnessTest {
  @Test
  void numbersAreTheSameOnEveryPlatformAndInEveryRelease() {
    var stream = Randomness.of(42).stream("weights").stream(3);
    double[] normal = new double[3];
    stream.gaussian(normal, 1);
    assertEquals(GOLDEN_LONG, stream.generator().nextLong());
    assertArrayEquals(GOLDEN_NORMAL, normal);
  }

  // Computed by a second implementation too, in Python.
  private static final long GOLDEN_LONG = 8272633114259741499L;
  private static final double[] GOLDEN_NORMAL = {
    0.7645425569858544, -0.8559341803485039, -0.8568387772505949
  };

  @Test
  void aStreamStartsAgainWhereverItIsAskedFor() {
    var randomness = Randomness.of(7);
    assertEquals(
        randomness.stream(5).generator().nextLong(),
        Randomness.of(7).stream(5).generator().nextLong());
    assertNotEquals(
        randomness.stream(5).generator().nextLong(), randomness.stream(6).generator().nextLong());
  }

  @Test
  void seedsNamesAndIndicesGiveDifferentStreams() {
    Set<Long> firsts = new HashSet<>();
    int streams = 0;
    for (long seed = 0; seed < 10; seed++) {
      for (long index = 0; index < 100; index++) {
        firsts.add(Randomness.of(seed).stream(index).generator().nextLong());
        firsts.add(Randomness.of(seed).stream(Long.toString(index)).generator().nextLong());
        streams += 2;
      }
    }
    assertEquals(streams, firsts.size());
  }

  @Test
  void gaussiansHaveTheMomentsOfANormalDistribution() {
    double[] x = new double[1_000_000];
    Randomness.of(1).gaussian(x, 2);
    double mean = Arrays.stream(x).average().orElseThrow();
    double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    double fourth = Arrays.stream(x).map(v -> Math.pow(v - mean, 4)).average().orElseThrow();
    // Six standard errors each, for seed 1.
    assertEquals(0, mean, 6 * 2e-3);
    assertEquals(4, variance, 6 * 4 * Math.sqrt(2e-6));
    assertEquals(3, fourth / (variance * variance), 6 * Math.sqrt(24e-6));
  }

  @Test
  void gaussianFloatsAreTheRoundedDoublesAndAPrefixOfLongerFills() {
    float[] floats = new float[10_001];
    double[] doubles = new double[5_000];
    Randomness.of(3).gaussian(floats, 0.02);
    Randomness.of(3).gaussian(doubles, 0.02);
    IntStream.range(0, doubles.length).forEach(i -> assertEquals((float) doubles[i], floats[i]));
  }
}
