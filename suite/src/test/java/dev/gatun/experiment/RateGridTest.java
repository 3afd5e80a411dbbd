package dev.gatun.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.junit.jupiter.api.Test;

class RateGridTest {
  private static final RateGrid GRID = new RateGrid(List.of(3e-3, 6e-3, 1.2e-2, 2.4e-2));

  @Test
  void aGridGoesOnAsItEndedWhereTheBestRateIsTheLast() {
    assertEquals(List.of(1.5e-3, 3e-3, 6e-3, 1.2e-2, 2.4e-2), GRID.beyond(3e-3).rates());
    assertEquals(List.of(3e-3, 6e-3, 1.2e-2, 2.4e-2, 4.8e-2), GRID.beyond(2.4e-2).rates());
    assertEquals(List.of(0.1, 1.0, 10.0), new RateGrid(List.of(1.0, 10.0)).beyond(1).rates());
  }

  @Test
  void aGridWhoseBestRateIsInsideStays() {
    assertSame(GRID, GRID.beyond(6e-3));
    var one = new RateGrid(List.of(3e-3));
    assertSame(one, one.beyond(3e-3));
  }

  @Test
  void ratesBeyondTheBestAreCountedOnTheNearerSide() {
    assertEquals(0, GRID.fromEdge(3e-3));
    assertEquals(1, GRID.fromEdge(6e-3));
    assertEquals(1, GRID.fromEdge(1.2e-2));
    assertEquals(0, GRID.fromEdge(2.4e-2));
  }
}
