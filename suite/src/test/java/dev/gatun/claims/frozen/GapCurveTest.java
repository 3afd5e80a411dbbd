package dev.gatun.claims.frozen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.measure.GapCurve;
import dev.gatun.measure.GapCurve.Point;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Provenance;
import dev.gatun.results.RunRecorder;
import dev.gatun.results.Verdicts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pythia-1b as read off figures 6 and 8 of arXiv 2404.07647. */
class GapCurveTest {
  private static final double FULL = 2.476;
  private static final double[] LOSSES = {3.826, 3.395, 3.007, 2.786, 2.651, 2.539, 2.491, FULL};
  private static final double[] W_ERRORS = {0.92, 0.903, 0.875, 0.826, 0.734, 0.558, 0.36, 0};

  private static GapCurve published(double[] wErrors) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < LOSSES.length; i++) {
      points.add(new Point(wErrors[i], LOSSES[i] - FULL));
    }
    return new GapCurve(points);
  }

  @Test
  void aStraightLineHasNoKneeAndLosesInProportion() {
    var line = new GapCurve(List.of(new Point(0, 0), new Point(0.5, 1), new Point(1, 2)));
    for (double at : new double[] {0.2, 0.6, 0.9}) {
      assertEquals(1, line.knee(at), 1e-12);
      assertEquals(2 * at, line.at(at), 1e-12);
    }
  }

  @Test
  void beyondTheLastPointNothingMoreIsLost() {
    var line = new GapCurve(List.of(new Point(0.4, 1), new Point(0, 0)));
    assertEquals(1, line.at(0.6));
  }

  @Test
  void thePublishedCurveIsAsExpectedAndBendsEverywhere() {
    GapCurve curve = published(W_ERRORS);
    assertEquals(0.09, curve.at(0.6), 0.001);
    assertTrue(curve.knee(0.6) > 10 && curve.knee(0.8) > 10, curve::toString);
  }

  @Test
  void thePublishedCurveReproducesAtTheDeskTierAndWithForeignErrorsItDoesNot() {
    assertEquals(Outcome.REPRODUCED, judged(W_ERRORS));
    double[] reversed = new double[W_ERRORS.length];
    for (int i = 0; i < reversed.length; i++) {
      reversed[i] = W_ERRORS[W_ERRORS.length - 1 - i];
    }
    assertNotEquals(Outcome.REPRODUCED, judged(reversed));
    double[] small = new double[W_ERRORS.length];
    for (int i = 0; i < small.length; i++) {
      small[i] = 0.4 * W_ERRORS[i];
    }
    assertNotEquals(Outcome.REPRODUCED, judged(small));
  }

  /** The worst of the checks of the desk tier. */
  private static Outcome judged(double[] wErrors) {
    var evidence = new EvidenceBuilder();
    RunRecorder run = evidence.begin("B8/curve/seed1", "B8", "curve", "desk", "cpu", 1, "{}");
    B8WErrorThreshold.recordCurve(run, 1, published(wErrors));
    return Verdicts.judge(
            evidence.build(new Provenance(Map.of())), ExpectedValues.shipped(), "desk", "cpu")
        .stream()
        .filter(v -> v.claim().equals("B8") && v.gates())
        .map(v -> v.outcome())
        .filter(o -> o != Outcome.SKIPPED)
        .filter(o -> o != Outcome.REPRODUCED)
        .findFirst()
        .orElse(Outcome.REPRODUCED);
  }
}
