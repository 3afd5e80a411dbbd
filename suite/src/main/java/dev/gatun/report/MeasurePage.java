package dev.gatun.report;

import dev.gatun.report.chart.Point;
import dev.gatun.results.Evidence;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.comparison.Comparison;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The body of a report on stored checkpoints: a table, figures of all, figures of each. */
final class MeasurePage {
  private static final int MOST_OF_EACH = 4;

  /** Claims whose figures are drawn of each model. */
  private static final List<String> CLAIMS_OF_EACH = List.of("A4", "A5", "A10");

  /** Columns: a metric and, under it, its null or bound. */
  private static final Map<String, Column> COLUMNS = columns();

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

  private static Map<String, Column> columns() {
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

  String html() {
    return """
    <header class="masthead">
    <p class="wordmark">Gatun <span>measurement report</span></p>
    <h1>%s</h1>
    <dl class="setting">%s</dl>
    </header>
    <main>
    <section id="measured" aria-labelledby="measured-title">
    <h2 id="measured-title">Measured</h2>
    <p class="note">Nothing is expected of stored checkpoints; read every number with its null or
    bound, which is in parentheses.</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Measurements">\
    <table class="data"><thead><tr><th scope="col">Model</th><th scope="col">step</th>%s</tr></thead>
    <tbody>
    %s</tbody></table></div>
    %s</section>
    %s%s%s</main>
    """
        .formatted(
            headline(),
            setting(),
            headers(),
            rows(),
            figures(new MeasureFigures(models, ModelSizeFacts.shipped()).all()),
            ofEach(),
            acrossHardware(),
            ProvenanceSection.html(evidence.provenance()));
  }

  private String headline() {
    int runs = evidence.runs().size();
    return "%s %s of %s stored %s"
        .formatted(
            runs,
            runs == 1 ? "measurement" : "measurements",
            models.arms().size(),
            models.arms().size() == 1 ? "model" : "models");
  }

  private String setting() {
    var entries = new LinkedHashMap<String, String>();
    entries.put("Machine", Provenance.CPU);
    entries.put("Device", Provenance.DEVICE);
    entries.put("Math mode", Provenance.MATH_MODE);
    entries.put("Seed", Provenance.SEED);
    var html = new StringBuilder();
    entries.forEach((name, key) ->
        html.append(
            "<div><dt>%s</dt><dd>%s</dd></div>"
                .formatted(
                    name,
                    Html.escape(evidence.provenance().entries().getOrDefault(key, "unknown")))));
    return html.toString();
  }

  private static String headers() {
    var html = new StringBuilder();
    COLUMNS
        .keySet()
        .forEach(name -> html.append("<th scope=\"col\">%s</th>".formatted(Html.escape(name))));
    return html.toString();
  }

  private String rows() {
    var html = new StringBuilder();
    for (Run run : models.runs()) {
      html.append(
          "<tr><th scope=\"row\">%s</th><td>%s</td>"
              .formatted(Html.escape(run.arm()), Numbers.format(models.step(run))));
      COLUMNS.values().forEach(column -> html.append(cell(run, column)));
      html.append("</tr>\n");
    }
    return html.toString();
  }

  private String cell(Run run, Column column) {
    String value = number(models.value(run, column.metric));
    Optional<Point> beside = models.value(run, column.beside);
    return "<td>%s%s</td>".formatted(value, beside.isEmpty() ? "" : " (" + number(beside) + ")");
  }

  private static String number(Optional<Point> point) {
    return point.map(p -> Numbers.format(p.y())).orElse(Numbers.NONE);
  }

  private static String figures(List<Figure> figures) {
    var html = new StringBuilder();
    figures.forEach(figure -> html.append(FigureMarkup.html(figure)));
    return "<div class=\"figures\">\n" + html + "</div>\n";
  }

  /** What the claims' own figures show, of each of the first models. */
  private String ofEach() {
    var book = FigureBook.shipped();
    List<FigureRecipe> ofClaims =
        CLAIMS_OF_EACH.stream().flatMap(claim -> book.of(claim).stream()).toList();
    var html = new StringBuilder();
    for (String arm : models.arms().stream().limit(MOST_OF_EACH).toList()) {
      var figures = new ArrayList<Figure>();
      for (FigureSource source : ofClaims) {
        source
            .figures(models.asClaim(arm, source.claim()))
            .forEach(f ->
                figures.add(
                    new Figure(
                        f.id() + "-" + Html.id(arm),
                        f.title() + " (" + source.claim() + ")",
                        f.caption(),
                        f.chart())));
      }
      if (!figures.isEmpty()) {
        String id = "model-" + Html.id(arm);
        html.append(
            "<section id=\"%s\" aria-labelledby=\"%s-title\">\n<h2 id=\"%s-title\">%s</h2>\n%s</section>\n"
                .formatted(id, id, id, Html.escape(arm), figures(figures)));
      }
    }
    return html.toString();
  }

  private String acrossHardware() {
    return new AcrossSection(List.of(), across).html();
  }
}
