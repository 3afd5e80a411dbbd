package dev.gatun.claims.spamlang;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.claims.spamlang.VisitLaw.Counts;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class VisitLawTest {
  private static final double MEAN = 4.8828125;

  /** Half of the symbols that were seen six times are right. */
  private static final VisitLaw LAW = new VisitLaw(-3 * Math.log(6), 3);

  private static final double[] SYMBOLS = {4, 19, 45, 74, 90, 88, 72, 50, 30, 17, 8, 4, 1};

  private static Counts counts() {
    double[] right = new double[SYMBOLS.length];
    for (int k = 0; k < right.length; k++) {
      right[k] = SYMBOLS[k] * LAW.accuracy(k);
    }
    return new Counts(SYMBOLS, right);
  }

  @Test
  void theLawBehindTheCountsIsFitted() {
    VisitLaw fitted = VisitLaw.fit(counts());
    assertEquals(6, fitted.half(), 1e-3);
    assertEquals(LAW.steepness(), fitted.steepness(), 1e-3);
  }

  @Test
  void accuracyGrowsFromNoneToAHalfToAll() {
    assertEquals(0, LAW.accuracy(0));
    assertEquals(0.5, LAW.accuracy(6), 1e-15);
    assertTrue(LAW.accuracy(600) > 0.999);
  }

  @Test
  void runsThatHaveNoneOrAllRightHaveALaw() {
    double[] none = new double[SYMBOLS.length];
    VisitLaw never = VisitLaw.fit(new Counts(SYMBOLS, none));
    VisitLaw always = VisitLaw.fit(new Counts(SYMBOLS, SYMBOLS));
    assertTrue(never.predicted(MEAN) < 0.01, never::toString);
    assertTrue(always.predicted(MEAN) > 0.98, always::toString);
  }

  @Test
  void poissonWeightsAddUpToOneAndHaveTheirMean() {
    for (double mean : new double[] {0.5, MEAN, 19.5, 312.5}) {
      assertEquals(1, VisitLaw.poissonMean(mean, _ -> 1), 1e-9);
      assertEquals(mean, VisitLaw.poissonMean(mean, k -> k), 1e-6);
    }
  }

  @Test
  void whatIsPredictedOfTheFittedRunIsNearItsAccuracy() {
    assertEquals(counts().accuracy(), VisitLaw.fit(counts()).predicted(MEAN), 0.01);
  }

  @Test
  void theStepHasTheAccuracyOfTheCounts() {
    double[] right = new double[SYMBOLS.length];
    System.arraycopy(SYMBOLS, 6, right, 6, SYMBOLS.length - 6);
    assertEquals(6, new Counts(SYMBOLS, right).step());
    assertEquals(SYMBOLS.length, new Counts(SYMBOLS, new double[SYMBOLS.length]).step());
    assertEquals(0, new Counts(SYMBOLS, SYMBOLS.clone()).step());
    assertEquals(502, Arrays.stream(SYMBOLS).sum());
  }
}
