package dev.gatun.claims.heads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.experiment.Measured;
import dev.gatun.results.Evidence;
import org.junit.jupiter.api.Test;

class A8TwoDimensionsSufficeTest {
  private final Backend backend = ReferenceBackend.open();

  @Test
  void everyTargetIsOnTopOfTheCircle() {
    Evidence evidence = run(TokenPlacement.circle());
    assertEquals(1, Measured.value(evidence, "v16", "top1_accuracy"));
    assertEquals(1, Measured.value(evidence, "v129", "top1_accuracy"));
  }

  @Test
  void marginIsTwoPiSquaredOverVSquared() {
    double margin = Measured.value(run(TokenPlacement.circle()), "v129", "margin");
    assertEquals(2 * Math.PI * Math.PI / (129.0 * 129), margin, 1e-6);
  }

  @Test
  void onALineOnlyTheTwoEndsCanBeOnTop() {
    Evidence evidence = run(TokenPlacement.circle());
    assertTrue(Measured.value(evidence, "v16", "top1_accuracy_one_dimension") <= 2.0 / 16);
    assertTrue(Measured.value(evidence, "v129", "top1_accuracy_one_dimension") <= 2.0 / 129);
  }

  @Test
  void plantedFaultOneTokenInsideTheCircleIsNeverOnTop() {
    Evidence evidence = run(new DentedCircle());
    assertEquals(15.0 / 16, Measured.value(evidence, "v16", "top1_accuracy"));
  }

  private Evidence run(TokenPlacement placement) {
    return Measured.evidence(
        new A8TwoDimensionsSuffice(placement, 16, 129), Measured.context(backend));
  }

  /** The circle with token 3 moved to half the radius, inside the hull of the others. */
  static final class DentedCircle implements TokenPlacement {
    @Override
    public int width() {
      return 2;
    }

    @Override
    public double[] headWeights(int vocabulary) {
      double[] points = TokenPlacement.circle().headWeights(vocabulary);
      points[6] /= 2;
      points[7] /= 2;
      return points;
    }

    @Override
    public double[] hiddenStates(int vocabulary) {
      return TokenPlacement.circle().hiddenStates(vocabulary);
    }
  }
}
