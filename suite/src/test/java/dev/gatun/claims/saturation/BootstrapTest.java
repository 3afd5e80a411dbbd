package dev.gatun.claims.saturation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.claims.saturation.Bootstrap.Interval;
import dev.gatun.facts.PythiaCheckpoints;
import java.util.List;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  private static final SaturationFigure FIGURE = SaturationFigure.published();

  @Test
  void percentilesLeaveOutATwentieth() {
    Interval interval = uniform(0.5).percentile();
    assertEquals(0.025, interval.low(), 1e-3);
    assertEquals(0.975, interval.high(), 1e-3);
  }

  @Test
  void aBiasIsTakenBackByTheMirroredIntervalAndTheCorrectedEstimate() {
    // Resamples of a statistic that always comes out too high, around 0.5 where the estimate is 0.
    Bootstrap biased = uniform(0);
    assertEquals(-0.5, biased.corrected(), 1e-3);
    assertEquals(-0.975, biased.mirrored().low(), 1e-3);
    assertEquals(-0.025, biased.mirrored().high(), 1e-3);
  }

  @Test
  void reachIsTheLargerArm() {
    assertEquals(0.7, new Interval(0.1, 1).reach(0.3), 1e-12);
  }

  @Test
  void readingErrorsMoveTheMeanExcessByOneAndAHalfThousandthsAtMost() {
    var bootstrap = new ScalingLawBootstrap(FIGURE, "410M", 1);
    Bootstrap mean = bootstrap.printedLaw(FIGURE.saturatedFinal());
    assertEquals(0.0786, mean.estimate(), 5e-5);
    assertEquals(0.0016, mean.percentile().reach(mean.estimate()), 0.0003);
  }

  @Test
  void roundingOfThePrintedLawMattersMoreThanReadingTheFigure() {
    var bootstrap = new ScalingLawBootstrap(FIGURE, "410M", 1);
    Interval reading = bootstrap.printedLaw(FIGURE.saturatedBest()).percentile();
    Interval rounding = bootstrap.roundedLaw(FIGURE.saturatedBest()).percentile();
    assertTrue(rounding.high() - rounding.low() > 2 * (reading.high() - reading.low()));
  }

  @Test
  void seedsAgreeToAHundredthOfTheIntervalAndDiffer() {
    Interval one = refit(1);
    Interval other = refit(2);
    assertNotEquals(one, other);
    assertEquals(one, refit(1));
    assertEquals(one.low(), other.low(), 4e-4);
    assertEquals(one.high(), other.high(), 4e-4);
  }

  @Test
  void smallModelsAreWorseThanLargeOnesByMoreThanTheTwinsDiffer() {
    var bootstrap = new PerplexityBootstrap(PythiaCheckpoints.shipped(), 1);
    Bootstrap sizes =
        bootstrap.logDifference(List.of("pythia-70m", "pythia-160m"), List.of("pythia-12b"));
    Bootstrap twins = bootstrap.logDifference(List.of("pythia-70m"), List.of("pythia-70m-deduped"));
    assertTrue(sizes.mirrored().low() > twins.mirrored().high());
    assertTrue(twins.mirrored().low() < 0 && twins.mirrored().high() > 0);
  }

  @Test
  void aModelWhoseLastCheckpointIsItsBestHasNoDeclineInItsInterval() {
    var bootstrap = new PerplexityBootstrap(PythiaCheckpoints.shipped(), 1);
    Bootstrap ratio = bootstrap.ratio("pythia-1.4b");
    assertEquals(1, ratio.estimate());
    assertEquals(1, ratio.mirrored().high(), 1e-12);
    assertTrue(ratio.corrected() < 1);
  }

  private static Interval refit(long seed) {
    return new ScalingLawBootstrap(FIGURE, "410M", seed)
        .refitOfA(FIGURE.saturatedFinal())
        .percentile();
  }

  /** Resamples spread evenly from 0 to 1. */
  private static Bootstrap uniform(double estimate) {
    return Bootstrap.of(estimate, i -> i / (Bootstrap.RESAMPLES - 1.0));
  }
}
