package dev.gatun.report;

import dev.gatun.report.chart.Point;
import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.comparison.Comparison;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The body of a report on stored checkpoints: a table, figures of all, figures of each. */
final class MeasurePage {
  private static final int MOST_OF_EACH = 4;

  /** Claims whose figures are drawn of each model. */
  private static final List<String> CLAIMS_OF_EACH = List.of("A4", "A5", "A10");

  /** Columns: a metric and, under it, its null or bound. */
  private static final Map<String, Column> COLUMNS = byName();

  private final Evidence evidence;
  private final MeasuredModels models;
  private final List<Comparison> across;

  private record Column(String metric, String beside) {}

  MeasurePage(Evidence evidence, List<Comparison> across) {
    this.evidence = evidence;
    this.models = new MeasuredModels(evidence);
    this.across = across;
  }

  /** Whether evidence is of stored checkpoints alone. */
  static boolean isFor(Evidence evidence) {
    return !evidence.runs().isEmpty() && evidence.runs().stream().allMatch(Run::isMeasurement);
  }

  private static Map<String, Column> byName() {
    var columns = new LinkedHashMap<String, Column>();
    columns.put("contexts", new Column("contexts", ""));
    columns.put("loss, nats", new Column("loss", ""));
    columns.put("destroyed norm", new Column("destroyed_norm", "destroyed_norm_unrelated"));
    columns.put(
        "by a random head", new Column("destroyed_norm_random_head", "destroyed_norm_unrelated"));
    columns.put("leverage of targets", new Column("target_leverage", "target_leverage_unrelated"));
    columns.put("rank of G", new Column("gradient_rank", "rank_cap"));
    columns.put("residual at 2D", new Column("best_rank_residual", ""));
    columns.put("of the step", new Column("direction_residual", ""));
    columns.put("moved to tail", new Column("moved_to_tail", "moved_to_tail_random_head"));
    columns.put("anisotropy", new Column("anisotropy", ""));
    columns.put("singular entropy", new Column("singular_entropy", "singular_entropy_random_head"));
    return columns;
  }

  String headline() {
    int runs = evidence.runs().size();
    return "%s %s of %s stored %s"
        .formatted(
            runs,
            runs == 1 ? "measurement" : "measurements",
            models.arms().size(),
            models.arms().size() == 1 ? "model" : "models");
  }

  /** What a browser's tab says. */
  String title() {
    return "Gatun: %s on %s"
        .formatted(
            headline(), evidence.provenance().entries().getOrDefault(Provenance.CPU, "unknown"));
  }

  /** Those of all models, then those of each. */
  List<Figure> allFigures() {
    return Stream.concat(figures().stream(), models().stream().flatMap(m -> m.figures().stream()))
        .toList();
  }

  Map<String, String> setting() {
    var entries = new LinkedHashMap<String, String>();
    entries.put("Machine", Provenance.CPU);
    entries.put("Device", Provenance.DEVICE);
    entries.put("Math mode", Provenance.MATH_MODE);
    entries.put("Seed", Provenance.SEED);
    var setting = new LinkedHashMap<String, String>();
    entries.forEach((name, key) ->
        setting.put(name, evidence.provenance().entries().getOrDefault(key, "unknown")));
    return setting;
  }

  List<String> columns() {
    return List.copyOf(COLUMNS.keySet());
  }

  List<Run> runs() {
    return models.runs();
  }

  String step(Run run) {
    long step = models.step(run);
    return step == Metric.NO_STEP ? Numbers.NONE : Numbers.format(step);
  }

  List<String> cells(Run run) {
    return COLUMNS.values().stream().map(column -> cell(run, column)).toList();
  }

  private String cell(Run run, Column column) {
    Optional<Point> beside = models.value(run, column.beside);
    return number(models.value(run, column.metric))
        + (beside.isEmpty() ? "" : " (" + number(beside) + ")");
  }

  private static String number(Optional<Point> point) {
    return point.map(p -> Numbers.format(p.y())).orElse(Numbers.NONE);
  }

  List<Figure> figures() {
    return new MeasureFigures(models, PublishedPoints.shipped()).all();
  }

  /** What the claims' own figures show of a model. */
  record Model(String name, List<Figure> figures) {
    String id() {
      return "model-" + Html.id(name);
    }
  }

  /** The first models, for which figures are drawn. */
  List<Model> models() {
    var book = FigureBook.shipped();
    return models.arms().stream()
        .limit(MOST_OF_EACH)
        .map(arm -> new Model(arm, figures(arm, book)))
        .filter(model -> !model.figures().isEmpty())
        .toList();
  }

  private List<Figure> figures(String arm, FigureBook book) {
    var figures = new MeasureFigures(models, PublishedPoints.shipped());
    return CLAIMS_OF_EACH.stream()
        .flatMap(claim -> figures.ofModel(arm, claim, book).stream())
        .toList();
  }

  AcrossSection across() {
    return new AcrossSection(List.of(), across);
  }

  Provenance provenance() {
    return evidence.provenance();
  }
}
