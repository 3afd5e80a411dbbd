package dev.gatun.claims.saturation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.facts.SaturationPaper;
import dev.gatun.facts.SaturationPaper.SingularEntropy;
import dev.gatun.measure.SpectralCollapse;
import dev.gatun.measure.SpectralCollapse.Point;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpectralCollapseTest {
  @Test
  void aFallAndAJumpThatStaysIsACollapse() {
    SpectralCollapse collapse =
        SpectralCollapse.of(points(0.01, 2.0, 1.5, 1.0, 0.5, 0.4, 0.3, 0.3, 2.5, 2.6, 2.7), 16);
    assertEquals(600, collapse.minimumStep());
    assertEquals(0.3, collapse.minimum());
    assertEquals(1.7, collapse.fall(), 1e-12);
    assertEquals(2.3, collapse.rise(), 1e-12, "the least of the last tenth, 2.6");
    assertEquals(2.3 / Math.log(16), collapse.riseShare(16), 1e-12);
  }

  @Test
  void theFlatHeadBeforeTrainingIsNoMinimum() {
    assertEquals(0, SpectralCollapse.of(points(0.01, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2), 16).rise());
  }

  @Test
  void anEntropyThatOnlyRisesHasNoMinimum() {
    SpectralCollapse none =
        SpectralCollapse.of(points(0.031, 0.03, 1, 2, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7), 64);
    assertEquals(0, none.rise(), "an untrained head that moves by chance");
    assertEquals(0, none.fall());
  }

  @Test
  void aRiseThatDoesNotPersistIsNone() {
    assertEquals(0, SpectralCollapse.of(points(0, 2, 1, 1, 1, 3, 3, 1, 1, 1, 1), 16).rise());
    assertEquals(0, SpectralCollapse.of(points(0, 2, 1, 1, 1, 1, 1, 1, 1, 3, 1), 16).rise());
  }

  @Test
  void steadyFlatteningHasItsMinimumAtTheEnd() {
    SpectralCollapse none =
        SpectralCollapse.of(points(0, 3, 2.5, 2, 1.5, 1, 0.9, 0.8, 0.7, 0.6, 0.5), 16);
    assertEquals(1000, none.minimumStep());
    assertEquals(0, none.rise());
    assertEquals(2.5, none.fall(), 1e-12);
  }

  @Test
  void theRuleSeparatesThePapersModelsByMoreThanAFactorOfTen() {
    List<SingularEntropy> entropies = SaturationPaper.shipped().singularEntropies();
    assertEquals(7, entropies.size());
    for (SingularEntropy entropy : entropies) {
      double share = entropy.riseShare();
      if (entropy.model().width() <= 768) {
        assertTrue(share > 0.8, entropy + ": " + share);
      } else {
        assertTrue(share < 0.02, entropy + ": " + share);
      }
    }
  }

  @Test
  void rankCorrelationIsOneForAnyRisingFunctionAndMinusOneForAnyFalling() {
    double[] x = {1, 5, 2, 9};
    assertEquals(1, SaturationCourse.rankCorrelation(x, new double[] {1, 25, 4, 81}));
    assertEquals(-1, SaturationCourse.rankCorrelation(x, new double[] {0, -5, -2, -9}));
    // Ranks 0 2 1 3 against 1 0 2 3: squared differences 1, 4, 1, 0.
    assertEquals(
        1 - 6 * 6 / (4 * 15.0), SaturationCourse.rankCorrelation(x, new double[] {2, 1, 3, 4}));
  }

  /** Entropies at steps 0, 100, 200 and so on. */
  private static List<Point> points(double... entropies) {
    var points = new ArrayList<Point>();
    for (double entropy : entropies) {
      points.add(new Point(100L * points.size(), entropy));
    }
    return points;
  }
}
