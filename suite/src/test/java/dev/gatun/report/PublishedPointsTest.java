package dev.gatun.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.facts.PublishedModel;
import dev.gatun.report.chart.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublishedPointsTest {
  private final PublishedPoints published = PublishedPoints.shipped();

  @Test
  void modelsThatShareAValueArePointsAtEach() {
    assertEquals(
        List.of(
            new Point(124e6, 0.835, 0.835, 0.835),
            new Point(355e6, 0.605, 0.605, 0.605),
            new Point(774e6, 0.12, 0.12, 0.12),
            new Point(1.5e9, 0.12, 0.12, 0.12)),
        published.anisotropies(PublishedModel::parameters).get("GPT-2"));
  }

  @Test
  void rangesOfValuesAreIntervals() {
    assertEquals(
        new Point(6.9e9, (0.145 + 0.16) / 2, 0.145, 0.16),
        published.anisotropies(PublishedModel::parameters).get("Pythia").getLast());
  }

  @Test
  void curvesAreInOrderOfTheRank() {
    assertEquals(Point.of(32, 4.05), published.lossesOfRanks().get("Pythia-410m").getFirst());
    assertEquals(Point.of(2048, 0), published.headErrors().getLast());
    assertEquals(new Point(14e6, 4.67, 4.67, 4.67), published.lastEntropies().getFirst());
  }
}
