package dev.gatun.report;

import dev.gatun.results.Metric;
import dev.gatun.results.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The runs of a claim, and behind a fold everything they measured. */
final class RunTable {
  /** Titles name no more arms than this. */
  private static final int MOST_NAMED = 6;

  private final EvidenceIndex evidence;
  private final List<Run> runs;

  RunTable(EvidenceIndex evidence, String claim) {
    this.evidence = evidence;
    this.runs = evidence.runsOf(claim);
  }

  String html() {
    if (runs.isEmpty()) {
      return "<p class=\"note\">No run of this claim is in the evidence.</p>\n";
    }
    var rows = new StringBuilder();
    runs.forEach(r -> rows.append(row(r)));
    return """
    <details class="runs"><summary>%s</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Runs"><table class="data">
    <thead><tr><th scope="col">Run</th><th scope="col">Arm</th><th scope="col">Seed</th>\
    <th scope="col">Tier</th><th scope="col">Device</th><th scope="col">Time</th></tr></thead>
    <tbody>
    %s</tbody></table></div></details>
    %s\
    """
        .formatted(Html.escape(title()), rows, measurements());
  }

  /** As in {@code 12 runs in 4 arms: d64, d96, …}. */
  private String title() {
    List<String> arms = runs.stream().map(Run::arm).distinct().toList();
    String names = arms.size() > MOST_NAMED ? "" : ": " + String.join(", ", arms);
    return "%s %s in %s %s%s"
        .formatted(
            runs.size(),
            runs.size() == 1 ? "run" : "runs",
            arms.size(),
            arms.size() == 1 ? "arm" : "arms",
            names);
  }

  private static String row(Run run) {
    return """
    <tr><th scope="row">%s</th><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>
    """
        .formatted(
            Html.escape(run.id()),
            Html.escape(run.arm()),
            run.seed(),
            Html.escape(run.tier()),
            Html.escape(run.device()),
            Numbers.seconds(run.wallSeconds()));
  }

  private String measurements() {
    var rows = new StringBuilder();
    runs.forEach(r -> rows.append(measurements(r)));
    return """
    <details class="runs"><summary>Everything measured</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Measurements">\
    <table class="data">
    <thead><tr><th scope="col">Metric</th><th scope="col">Step</th><th scope="col">Value</th>\
    <th scope="col">±</th><th scope="col">Unit</th></tr></thead>
    %s</table></div></details>
    """
        .formatted(rows);
  }

  /** A run's metrics: first and last step, or point of a curve, and how many lie between. */
  private String measurements(Run run) {
    Map<String, List<Metric>> byName = new LinkedHashMap<>();
    for (Metric m : evidence.metricsOf(run)) {
      byName.computeIfAbsent(m.curve(), _ -> new ArrayList<>()).add(m);
    }
    var rows = new StringBuilder();
    byName.values().forEach(metrics -> rows.append(measurements(metrics)));
    return """
    <tbody><tr class="group"><th scope="rowgroup" colspan="5">%s</th></tr>
    %s</tbody>
    """
        .formatted(Html.escape(run.id()), rows);
  }

  private static String measurements(List<Metric> metrics) {
    String first = row(metrics.getFirst());
    if (metrics.size() == 1) {
      return first;
    }
    String between =
        metrics.size() == 2
            ? ""
            : "<tr><td></td><td colspan=\"4\" class=\"between\">… %s more …</td></tr>\n"
                .formatted(metrics.size() - 2);
    return first + between + row(metrics.getLast());
  }

  private static String row(Metric m) {
    return """
    <tr><th scope="row">%s</th><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>
    """
        .formatted(
            Html.escape(m.name()),
            m.step(),
            Numbers.format(m.value(), m.uncertainty()),
            Numbers.format(m.uncertainty()),
            Html.escape(m.unit()));
  }
}
