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

/** The figures of B6 on evidence whose numbers are known. */
class NextTokenFiguresTest {
  private final EvidenceBuilder evidence = new EvidenceBuilder();

  @Test
  void errorsStandOverPartsOfTheVocabularyBesideThePapers() {
    record("n5", 1, 0.6, 300);
    record("n2", 1, 0.3, 200);
    record("shuffled-n5", 1, 0.5, 100);
    List<Figure> figures = figures();
    assertEquals(
        List.of("figure-next-token-rank", "figure-next-token-orders"),
        figures.stream().map(Figure::id).toList());
    List<Series> rank = figures.getFirst().chart().series();
    assertTrue(rank.get(0).name().contains("read off the figure"));
    assertTrue(rank.get(0).points().contains(Point.of(1000 / 32_000.0, 0.55)), "the Pile");
    assertEquals(28, rank.get(0).points().size());
    assertTrue(rank.get(1).points().contains(Point.of(20_000 / 50_254.0, 0.005)), "Wikitext");
    assertEquals(30, rank.get(1).points().size());
    assertEquals("the same tokens shuffled", rank.get(2).name());
    assertEquals(0.0625, rank.get(3).points().getLast().x());
    assertEquals(0.6, rank.get(3).points().getLast().y());
    assertEquals(
        List.of("n = 5", "n = 2"),
        figures.get(1).chart().series().stream().map(Series::name).toList());
  }

  @Test
  void evidenceOfAnotherClaimHasNone() {
    assertEquals(List.of(), figures());
  }

  private List<Figure> figures() {
    var index = new EvidenceIndex(evidence.build(new Provenance(Map.of())));
    return FigureBook.shipped().of("B6").stream()
        .flatMap(recipe -> recipe.figures(index).stream())
        .toList();
  }

  private void record(String arm, long seed, double error, double half) {
    RunRecorder run =
        evidence.begin(
            "B6/%s/seed%s".formatted(arm, seed),
            "B6",
            arm,
            "quick",
            "cpu",
            seed,
            "{\"experiment\": {\"vocabulary\": 4096}}");
    run.metric("tokens", 0, arm.contains("part4") ? 280 : 1100, "tokens");
    run.metric("half_dimension", 0, half, "1");
    run.metric("w_error@0", 0, 1, "1");
    run.metric("w_error@256", 0, error, "1");
    run.finish(1);
  }
}
