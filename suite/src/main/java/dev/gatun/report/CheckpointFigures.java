package dev.gatun.report;

import dev.gatun.results.Evidence;
import dev.gatun.results.Run;
import java.util.List;

/** The figures of a claim that was judged on published models, beside the paper's points. */
record CheckpointFigures(String claim, Evidence evidence) implements FigureSource {
  private static final int MOST_OF_EACH = 4;

  /** Whether evidence is of published models. */
  static boolean areOf(Evidence evidence) {
    return evidence.runs().stream().anyMatch(run -> run.tier().equals(Run.CHECKPOINT));
  }

  @Override
  public String subject() {
    return "";
  }

  @Override
  public List<Figure> figures(EvidenceIndex index) {
    var models = new MeasuredModels(evidence.ofClaims(List.of(claim)));
    if (models.arms().isEmpty()) {
      return List.of();
    }
    var figures = new MeasureFigures(models, PublishedPoints.shipped());
    var book = FigureBook.shipped();
    List<Figure> ofAll = figures.of(claim);
    return ofAll.isEmpty()
        ? models.arms().stream()
            .limit(MOST_OF_EACH)
            .flatMap(arm -> figures.ofModel(arm, claim, book).stream())
            .toList()
        : ofAll;
  }
}
