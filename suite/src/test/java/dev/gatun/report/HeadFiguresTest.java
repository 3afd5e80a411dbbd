package dev.gatun.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.report.chart.Point;
import dev.gatun.report.chart.Series;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Provenance;
import dev.gatun.results.RunRecorder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The figures of A7, C1, C2 and C3 on evidence whose numbers are known. */
class HeadFiguresTest {
  private final EvidenceBuilder evidence = new EvidenceBuilder();

  @Test
  void lossesStandOverTokensAndFactorsOverTheNarrowRank() {
    for (long seed = 1; seed <= 2; seed++) {
      for (int rank : new int[] {2, 32}) {
        RunRecorder run = begin("A7", "rank" + rank, seed);
        run.metric("tokens_per_step", 0, 512, "tokens");
        run.metric("validation_loss", 0, 7, "nats");
        run.metric("validation_loss", 10, 4 + 0.1 * seed - 0.01 * rank, "nats");
      }
      RunRecorder factor = begin("A7", "rank32-over-rank2", seed);
      factor.metric("efficiency_factor", 0, 1 + seed, "1");
    }
    List<Figure> figures = figures("A7");
    assertEquals(2, figures.size());
    List<Series> losses = figures.getFirst().chart().series();
    assertEquals(
        List.of("W = A·B, r = 2", "W = A·B, r = 32"), losses.stream().map(Series::name).toList());
    Point end = losses.getFirst().points().getLast();
    assertEquals(5120, end.x());
    assertEquals(4.13, end.y(), 1e-12);
    Point factor = figures.getLast().chart().series().getFirst().points().getFirst();
    assertEquals(2, factor.x());
    assertEquals(2.5, factor.y());
    // t(0.975, 1) = 12.706, standard error 0.5
    assertEquals(2.5 + 6.353, factor.high(), 1e-3);
  }

  @Test
  void differencesArePairedBySeedAndStandBesideThePublishedOnes() {
    for (long seed = 1; seed <= 3; seed++) {
      loss("C1", "full", seed, 3 + seed);
      loss("C1", "backward16", seed, 3.25 + seed);
      loss("C1", "random16", seed, 3.125 + seed);
      loss("C1", "rank16", seed, 3.5 + seed);
    }
    List<Series> series = series("C1");
    assertEquals(new Point(0.5, 0.25, 0.25, 0.25), series.get(0).points().getFirst());
    assertEquals(new Point(0.5, 0.5, 0.5, 0.5), series.get(1).points().getFirst());
    assertEquals(new Point(0.5, 0.125, 0.125, 0.125), series.get(2).points().getFirst());
    assertEquals(
        new Point(0.5, 0.0586, 0.0167, 0.1005), series.get(3).points().getLast(), "published");
    assertEquals(new Point(0.5, 0.1795, 0.1547, 0.2042), series.get(4).points().getLast());
  }

  @Test
  void seedsWithoutAPartnerAreLeftOut() {
    loss("C2", "full", 1, 3);
    loss("C2", "no-orthogonal", 1, 4);
    loss("C2", "no-orthogonal", 2, 9);
    List<Series> series = series("C2");
    assertEquals(Point.of(32, 1), series.getFirst().points().getFirst());
    assertEquals(Point.of(32, 0.6252), series.getLast().points().getFirst());
  }

  @Test
  void lossAmongOccurringClassesIsComparedWithTheWholeLossOfTheExactModel() {
    loss("C3", "full", 1, 3);
    RunRecorder run = loss("C3", "never256", 1, 3.5);
    run.metric("loss_among_occurring", 20, 3.25, "nats");
    List<Series> series = series("C3");
    assertEquals(Point.of(256, 0.5), series.getFirst().points().getFirst());
    assertEquals(Point.of(256, 0.25), series.getLast().points().getFirst());
  }

  @Test
  void withoutEvidenceThereIsNoFigure() {
    for (String claim : List.of("A7", "C1", "C2", "C3")) {
      assertEquals(List.of(), figures(claim));
    }
  }

  private List<Series> series(String claim) {
    return figures(claim).getFirst().chart().series();
  }

  private List<Figure> figures(String claim) {
    return FigureBook.shipped().of(claim).stream()
        .flatMap(recipe -> recipe.figures(index()).stream())
        .toList();
  }

  private RunRecorder loss(String claim, String arm, long seed, double loss) {
    RunRecorder run = begin(claim, arm, seed);
    run.metric("validation_loss", 0, 7, "nats");
    run.metric("validation_loss", 20, loss, "nats");
    return run;
  }

  private RunRecorder begin(String claim, String arm, long seed) {
    return evidence.begin(
        claim + "/" + arm + "/" + seed,
        claim,
        arm,
        "quick",
        "cpu",
        seed,
        "{\"experiment\": {\"width\": 32}}");
  }

  private EvidenceIndex index() {
    return new EvidenceIndex(evidence.build(new Provenance(Map.of())));
  }
}
