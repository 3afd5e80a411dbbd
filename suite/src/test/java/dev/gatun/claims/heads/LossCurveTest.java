package dev.gatun.claims.heads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.claims.heads.LossCurve.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class LossCurveTest {
  private final LossCurve curve =
      new LossCurve(
          List.of(
              new Point(400, 2.5),
              new Point(0, 7),
              new Point(100, 4),
              new Point(200, 3.5),
              new Point(300, 3.6)));

  @Test
  void tokensToALossLieOnTheLineBetweenTwoEvaluations() {
    assertEquals(50, curve.tokensTo(5.5));
    assertEquals(150, curve.tokensTo(3.75));
    assertEquals(100, curve.tokensTo(4));
    assertEquals(400, curve.tokensTo(2.5));
  }

  @Test
  void theFirstPassageCountsWhereTheLossRisesAgain() {
    assertEquals(180, curve.tokensTo(3.6), 1e-9);
    assertEquals(200, curve.tokensTo(3.5));
  }

  @Test
  void aLossThatTheModelBeginsWithTakesNoTokens() {
    assertEquals(0, curve.tokensTo(8));
  }

  @Test
  void aLossThatIsNeverReachedTakesNoNumberOfTokens() {
    assertEquals(Double.NaN, curve.tokensTo(2.4));
    assertEquals(Double.NaN, curve.tokensTo(Double.NaN));
  }

  @Test
  void pointsComeInAnyOrder() {
    assertEquals(new Point(400, 2.5), curve.last());
    assertThrows(IllegalArgumentException.class, () -> new LossCurve(List.of()));
  }
}
