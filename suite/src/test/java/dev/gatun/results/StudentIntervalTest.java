package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class StudentIntervalTest {
  @Test
  void fiveValuesHaveTheTabulatedQuantile() {
    var interval = StudentInterval.ofAny(List.of(1.0, 2.0, 3.0, 4.0, 5.0));
    assertEquals(3, interval.mean());
    assertEquals(2.776445 * Math.sqrt(2.5 / 5), interval.halfWidth(), 1e-6);
  }

  @Test
  void aSingleValueHasNoInterval() {
    assertEquals(new StudentInterval(7, Double.NaN), StudentInterval.ofAny(List.of(7.0)));
    assertThrows(IllegalArgumentException.class, () -> StudentInterval.ofAny(List.of()));
  }
}
