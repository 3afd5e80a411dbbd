package dev.gatun.spectrum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.spectrum.Spectrum.Method;
import org.junit.jupiter.api.Test;

class SpectrumTest {
  private static final Spectrum THREE_FOUR_TWELVE =
      new Spectrum(new double[] {12, 4, 3, 0}, 0.5, 4, 9, Method.DIRECT);

  @Test
  void participationRatioCountsEqualSingularValues() {
    assertEquals(3, participationRatio(2, 2, 2));
    assertEquals(1, participationRatio(2, 0, 0));
    // (4 + 1)²/(16 + 1), at any scale.
    assertEquals(25 / 17.0, participationRatio(2e300, 1e300), 1e-15);
  }

  private static double participationRatio(double... values) {
    return new Spectrum(values, 0, values.length, 9, Method.DIRECT).participationRatio();
  }

  @Test
  void normIsTheRootOfTheSumOfSquares() {
    assertEquals(13, THREE_FOUR_TWELVE.norm(), 1e-12);
  }

  @Test
  void tailNormLeavesOutTheFirstComponents() {
    assertEquals(13, THREE_FOUR_TWELVE.tailNorm(0), 1e-12);
    assertEquals(5, THREE_FOUR_TWELVE.tailNorm(1), 1e-12);
    assertEquals(3, THREE_FOUR_TWELVE.tailNorm(2), 1e-12);
    assertEquals(0, THREE_FOUR_TWELVE.tailNorm(4));
    assertEquals(0, THREE_FOUR_TWELVE.tailNorm(99));
  }

  @Test
  void bestRankResidualAndEnergyFractionAreComplementary() {
    assertEquals(5.0 / 13, THREE_FOUR_TWELVE.bestRankResidual(1), 1e-15);
    assertEquals(144.0 / 169, THREE_FOUR_TWELVE.energyFraction(1), 1e-15);
    assertEquals(1, THREE_FOUR_TWELVE.energyFraction(4));
  }

  @Test
  void componentsForNormIsTheLeastNumberThatReachesTheFraction() {
    assertEquals(0, THREE_FOUR_TWELVE.componentsForNorm(0));
    assertEquals(1, THREE_FOUR_TWELVE.componentsForNorm(0.92)); // 12/13 = 0.923
    assertEquals(2, THREE_FOUR_TWELVE.componentsForNorm(0.93)); // √160/13 = 0.973
    assertEquals(3, THREE_FOUR_TWELVE.componentsForNorm(0.98));
    assertEquals(3, THREE_FOUR_TWELVE.componentsForNorm(1));
  }

  @Test
  void numericalRankCountsWhatIsAboveTheErrorBound() {
    assertEquals(3, THREE_FOUR_TWELVE.numericalRank());
    assertEquals(2, THREE_FOUR_TWELVE.rank(3));
    assertEquals(0, THREE_FOUR_TWELVE.rank(12));
  }

  @Test
  void largeValuesOfAGramSpectrumAreKnownBetterThanItsBound() {
    var gram = new Spectrum(new double[] {10, 0.01, 0}, 0.1, 3, 3, Method.GRAM);
    assertEquals(0.001, gram.errorBound(0), 1e-15);
    assertEquals(0.1, gram.errorBound(1));
    assertEquals(0.1, gram.errorBound(2));
  }

  @Test
  void zeroMatrixHasNoResidual() {
    assertEquals(0, new Spectrum(new double[2], 0, 2, 2, Method.DIRECT).bestRankResidual(0));
  }

  @Test
  void valuesMustBeDescendingCompleteAndNumbers() {
    assertThrows(IllegalArgumentException.class, () -> spectrum(1, 2));
    assertThrows(IllegalArgumentException.class, () -> spectrum(1, -1e-300));
    assertThrows(IllegalArgumentException.class, () -> spectrum(Double.NaN, 0));
    assertThrows(IllegalArgumentException.class, () -> spectrum(1));
  }

  private static Spectrum spectrum(double... values) {
    return new Spectrum(values, 0, 2, 3, Method.DIRECT);
  }
}
