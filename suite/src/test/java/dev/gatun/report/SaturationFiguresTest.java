package dev.gatun.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.facts.PublishedModel;
import dev.gatun.report.chart.Point;
import dev.gatun.report.chart.Series;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Provenance;
import dev.gatun.results.RunRecorder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The figures of B3 and B4 on evidence whose numbers are known. */
class SaturationFiguresTest {
  private static final PublishedPoints PUBLISHED = PublishedPoints.shipped();

  private final EvidenceBuilder evidence = new EvidenceBuilder();

  @Test
  void thePapersPointsStandAtTheWidthsOfTheirModels() {
    List<Point> pythia = PUBLISHED.anisotropies(PublishedModel::width).get("Pythia");
    assertEquals(Point.of(128, 0.99), pythia.getFirst());
    assertTrue(pythia.contains(Point.of(1024, 0.2)));
    assertTrue(
        pythia.stream().anyMatch(p -> p.x() == 4096 && p.low() == 0.145 && p.high() == 0.16));
    assertEquals(
        Point.of(1600, 0.12), PUBLISHED.anisotropies(PublishedModel::width).get("GPT-2").getLast());
    assertTrue(PUBLISHED.beyondHalf().contains(61 / 143.0));
    Point end =
        PUBLISHED
            .entropiesOverTraining()
            .get(PublishedModel.of("pythia-70m").orElseThrow())
            .getLast();
    assertEquals(1, end.x());
    assertEquals(5.5 / Math.log(512), end.y(), 1e-12);
  }

  @Test
  void entropiesAreSharesOfTheGreatestOverTheShareOfTraining() {
    RunRecorder run = begin("B4");
    run.metric("singular_entropy", 0, 0.01, "nats");
    run.metric("singular_entropy", 20, Math.log(16) / 2, "nats");
    run.metric("singular_entropy_random_head", 20, 0.01, "nats");
    run.spectrum("head", 20, new double[] {3, 1}, 1e-9);
    List<Figure> figures = new SingularEntropyFigures(PUBLISHED).figures(index());
    Series whole = figures.getFirst().chart().series().getFirst();
    assertEquals("D = 16", whole.name());
    assertEquals(Point.of(1, 0.5), whole.points().getLast());
    List<Point> values = figures.getLast().chart().series().getFirst().points();
    assertEquals(1.8, values.getFirst().y(), 1e-12, "9/10 of the energy, twice its mean");
    assertEquals(0.2, values.getLast().y(), 1e-12);
  }

  @Test
  void afterTheLastBlockComesWhatTheHeadSees() {
    RunRecorder run = begin("B3");
    for (int layer = 0; layer <= 2; layer++) {
      run.metric("anisotropy_of_layer@" + layer, 20, 0.1 * layer, "1");
    }
    run.metric("anisotropy", 20, 0.9, "1");
    run.metric("anisotropy_isotropic", 20, 0, "1");
    List<Figure> figures = new AnisotropyFigures(PUBLISHED).figures(index());
    List<Point> layers = figures.get(1).chart().series().getFirst().points();
    assertEquals(4, layers.size());
    assertEquals(Point.of(3, 0.9), layers.getLast());
    List<Series> byWidth =
        FigureBook.shipped().of("B3").getFirst().figures(index()).getFirst().chart().series();
    assertEquals(Point.of(16, 0.9), byWidth.getFirst().points().getFirst());
    assertEquals("Pythia, read off figure 2", byWidth.get(1).name());
  }

  @Test
  void withoutEvidenceThereIsNoFigure() {
    assertTrue(new AnisotropyFigures(PUBLISHED).figures(index()).isEmpty());
    assertTrue(new SingularEntropyFigures(PUBLISHED).figures(index()).isEmpty());
  }

  private RunRecorder begin(String claim) {
    return evidence.begin(claim + "/d16/1", claim, "d16", "quick", "cpu", 1, "{}");
  }

  private EvidenceIndex index() {
    return new EvidenceIndex(evidence.build(new Provenance(Map.of())));
  }
}
