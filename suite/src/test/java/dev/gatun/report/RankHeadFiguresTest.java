package dev.gatun.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.report.chart.Point;
import dev.gatun.report.chart.Series;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Provenance;
import dev.gatun.results.RunRecorder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The figures of B5, B7 and B8 on evidence whose numbers are known. */
class RankHeadFiguresTest {
  private final EvidenceBuilder evidence = new EvidenceBuilder();

  @Test
  void lossesStandOverTheRankAndBesideThePublishedOnes() {
    for (long seed = 1; seed <= 2; seed++) {
      for (int rank : new int[] {4, 8}) {
        RunRecorder run = begin("B5", "rank" + rank, seed);
        run.metric("rank", 0, rank, "1");
        run.metric("rank_share", 0, rank / 8.0, "1");
        run.metric("chosen_rate", 0, seed == 1 ? 0.01 : 0.04, "1");
        run.metric("validation_loss", 9, seed + (rank == 4 ? 0.5 : 0), "nats");
        run.metric("validation_accuracy", 9, 0.4 + 0.01 * rank, "1");
        run.metric("rank_penalty", 9, rank == 4 ? 0.5 : 0, "nats");
        run.metric("truncated_loss", 9, seed + (rank == 4 ? 0.75 : 0), "nats");
        run.metric("truncated_accuracy", 9, 0.3 + 0.02 * rank, "1");
      }
    }
    List<Figure> figures = figures("B5");
    assertEquals(3, figures.size());
    List<Series> losses = figures.getFirst().chart().series();
    assertEquals(
        List.of(new Point(0.5, 0.5, 0.5, 0.5), Point.of(1, 0)), losses.getFirst().points());
    assertEquals(new Point(0.5, 0.75, 0.75, 0.75), losses.get(1).points().getFirst());
    Series pythia = losses.get(2);
    assertEquals("Pythia-410m, published", pythia.name());
    assertEquals(0.075, pythia.points().get(4).y(), 1e-9, "rank 512 of 1,024");
    assertEquals(0.5, pythia.points().get(4).x());
    Point rate = figures.get(2).chart().series().getFirst().points().getFirst();
    assertEquals(0.02, rate.y(), 1e-12);
    assertEquals(0.01, rate.low());
    assertTrue(figures.getFirst().caption().contains("read off figure 6"));
  }

  @Test
  void gapsStandOverTheErrorOfTheHead() {
    for (int rank : new int[] {4, 8}) {
      RunRecorder run = begin("B8", "rank" + rank, 1);
      run.metric("w_error", 9, 1 - rank / 8.0, "1");
      run.metric("w_error_random_head", 9, 0.9, "1");
      run.metric("loss_gap", 9, 8.0 - rank, "nats");
      run.metric("loss_gap_truncated", 9, 9.0 - rank, "nats");
    }
    Figure figure = figures("B8").getFirst();
    List<Series> series = figure.chart().series();
    assertEquals(List.of(Point.of(0, 0), Point.of(0.5, 4)), series.getFirst().points());
    List<Point> published = series.getLast().points();
    assertEquals(Point.of(0, 0), published.getFirst());
    assertEquals(0.92, published.getLast().x());
    assertEquals(1.35, published.getLast().y(), 1e-9);
  }

  @Test
  void gapsStandOverTheTailNorm() {
    for (String arm : List.of("flat", "power2")) {
      RunRecorder run = begin("B7", arm, 1);
      for (int d : new int[] {1, 2, 10}) {
        run.metric("tail_norm@" + d, 0, 1.0 / d, "1");
        run.metric("gap@" + d, 0, 0.1 / d / d, "nats");
        run.metric("gap_of_truncated@" + d, 0, 0.2 / d / d, "nats");
        run.metric("bound@" + d, 0, 3.0 / d, "nats");
        run.metric("second_order_bound@" + d, 0, 4.0 / d / d, "nats");
      }
    }
    List<Series> series = figures("B7").getFirst().chart().series();
    assertEquals(
        List.of("flat", "power2", "flat, truncated", "power2, truncated", "bound", "second order"),
        series.stream().map(Series::name).toList());
    assertEquals(0.1, series.getFirst().points().getFirst().x(), 1e-12);
    assertEquals(1e-3, series.getFirst().points().getFirst().y(), 1e-12);
  }

  @Test
  void withoutEvidenceThereIsNoFigure() {
    for (String claim : List.of("B5", "B7", "B8")) {
      assertEquals(List.of(), figures(claim));
    }
  }

  private List<Figure> figures(String claim) {
    return FigureBook.shipped().of(claim).stream()
        .flatMap(recipe -> recipe.figures(index()).stream())
        .toList();
  }

  private RunRecorder begin(String claim, String arm, long seed) {
    return evidence.begin(claim + "/" + arm + seed, claim, arm, "quick", "cpu", seed, "{}");
  }

  private EvidenceIndex index() {
    return new EvidenceIndex(evidence.build(new Provenance(Map.of())));
  }
}
