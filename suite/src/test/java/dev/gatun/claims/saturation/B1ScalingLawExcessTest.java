package dev.gatun.claims.saturation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.ReferenceBackend;
import dev.gatun.experiment.Measured;
import dev.gatun.facts.LossPoint;
import dev.gatun.facts.PublishedModel;
import dev.gatun.facts.ScalingLaw;
import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import java.util.List;
import org.junit.jupiter.api.Test;

class B1ScalingLawExcessTest {
  private static final SaturationFigure FIGURE = SaturationFigure.published();

  @Test
  void saturatedModelsEndEightPercentAboveTheLawAndAreAtBestFourPercentAbove() {
    Evidence evidence = run(FIGURE);
    Metric last = Measured.metric(evidence, "saturated-mean", "mean_final_excess");
    Metric best = Measured.metric(evidence, "saturated-mean", "mean_best_excess");
    assertEquals(0.0786, last.value(), 0.00005);
    assertEquals(0.0411, best.value(), 0.00005);
    assertTrue(last.uncertainty() < 0.002, "figure's reading error, relative: " + last);
  }

  @Test
  void theLargerModelEndsOnTheLaw() {
    assertEquals(0, Measured.value(run(FIGURE), "410m", "final_excess"), 0.01);
  }

  @Test
  void excessSurvivesARefitOfA() {
    Evidence evidence = run(FIGURE);
    assertTrue(Measured.value(evidence, "saturated-mean", "mean_final_excess_refit") > 0.05);
    assertTrue(Measured.value(evidence, "saturated-mean", "mean_best_excess_refit") > 0.02);
  }

  @Test
  void lawIsThePrintedFormula() {
    var law = new ScalingLaw(100, 0.5, 300, 0.5, 2);
    assertEquals(100 / 10.0 + 300 / 30.0 + 2, law.loss(100, 900), 1e-12);
  }

  @Test
  void refitRecoversTheAThatMadeThePoints() {
    var truth = new ScalingLaw(77, 0.3, 50, 0.2, 1.5);
    List<LossPoint> points =
        List.of(point(1e6, 1e9, truth), point(1e7, 3e9, truth), point(1e8, 1e10, truth));
    ScalingLaw fitted = new ScalingLaw(1, 0.3, 50, 0.2, 1.5).refitA(points);
    assertEquals(77, fitted.a(), 1e-10);
  }

  @Test
  void refitRecoversTheAlphaThatMadeThePointsToo() {
    var truth = new ScalingLaw(77, 0.3, 50, 0.2, 1.5);
    List<LossPoint> points =
        List.of(point(1e6, 1e9, truth), point(1e7, 3e9, truth), point(1e8, 1e10, truth));
    ScalingLaw fitted = new ScalingLaw(1, 0.5, 50, 0.2, 1.5).refit(points);
    assertEquals(0.3, fitted.alpha(), 1e-7);
    assertEquals(77, fitted.a(), 1e-3);
  }

  @Test
  void withAlphaFreeHalfOfTheExcessIsLeft() {
    Evidence evidence = run(FIGURE);
    assertEquals(0.2765, Measured.value(evidence, "saturated-mean", "fitted_alpha"), 0.0005);
    assertEquals(
        0.045, Measured.value(evidence, "saturated-mean", "mean_final_excess_free"), 0.001);
    assertEquals(
        0.3227, Measured.value(evidence, "saturated-mean", "alpha_without_final_excess"), 0.0001);
  }

  @Test
  void plantedFaultSwappedConstantsChangeTheExcess() {
    Evidence evidence = run(swapped());
    assertNotEquals(0.08, Measured.value(evidence, "saturated-mean", "mean_final_excess"), 0.005);
  }

  /** The law with its two terms exchanged. */
  static SaturationFigure swapped() {
    ScalingLaw law = FIGURE.law();
    return new SaturationFigure(
        new ScalingLaw(law.b(), law.beta(), law.a(), law.alpha(), law.irreducible()),
        FIGURE.readingError(),
        FIGURE.finalLosses(),
        FIGURE.bestLosses(),
        FIGURE.curves());
  }

  private static LossPoint point(double parameters, double tokens, ScalingLaw law) {
    var model = new PublishedModel("made", "up", parameters, 1, 1, List.of("made-up"));
    return new LossPoint(model, 1, tokens, law.loss(parameters, tokens));
  }

  private static Evidence run(SaturationFigure figure) {
    return Measured.evidence(
        new B1ScalingLawExcess(figure), Measured.context(ReferenceBackend.open()));
  }
}
