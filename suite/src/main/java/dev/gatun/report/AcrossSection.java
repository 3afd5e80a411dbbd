package dev.gatun.report;

import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.comparison.Agreement;
import dev.gatun.results.comparison.Comparison;
import dev.gatun.results.comparison.Machine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The same claims on several machines, side by side: a column each, compared with the first. */
final class AcrossSection {
  private static final int HASH_SHOWN = 12;

  private final List<ExpectedClaim> claims;
  private final List<Comparison> comparisons;
  private final List<Machine> machines = new ArrayList<>();

  /** Of comparisons that all have the same first machine; there may be none. */
  AcrossSection(List<ExpectedClaim> claims, List<Comparison> comparisons) {
    this.claims = claims;
    this.comparisons = comparisons;
    if (!comparisons.isEmpty()) {
      machines.add(comparisons.getFirst().first());
    }
    comparisons.forEach(comparison -> machines.add(comparison.other()));
  }

  String html() {
    if (comparisons.isEmpty()) {
      return "";
    }
    var metrics = new StringBuilder();
    for (ExpectedClaim claim : claims) {
      metrics.append(new AcrossTable(claim.claim(), comparisons).html());
    }
    return """
    <section id="across" aria-labelledby="across-title">
    <h2 id="across-title">Across hardware</h2>
    <p class="note">Each machine beside <b>%s</b>, metric by metric where the two agree least. What
    is exact must be equal; algebra and implementations may differ by roundings; effects of training
    agree if Student's 95 %% interval of the mean difference over seeds lies within the tolerance.</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Machines">\
    <table class="data across"><thead><tr><td></td>%s</tr></thead>
    <tbody>
    %s</tbody>
    <tbody><tr class="group"><th scope="rowgroup" colspan="%s">Claims</th></tr>
    %s</tbody></table></div>
    %s</section>
    """
        .formatted(
            Html.escape(machines.getFirst().name()),
            names(),
            settings(),
            machines.size() + 1,
            outcomes(),
            metrics);
  }

  private String names() {
    return machines.stream()
        .map(machine -> "<th scope=\"col\">" + Html.escape(machine.name()) + "</th>")
        .collect(Collectors.joining());
  }

  private String settings() {
    var rows = new LinkedHashMap<String, Function<Machine, String>>();
    rows.put("Device", machine -> machine.entry(Provenance.DEVICE));
    rows.put("Processor", machine -> machine.entry(Provenance.CPU));
    rows.put("Math mode", machine -> machine.entry(Provenance.MATH_MODE));
    rows.put("Libraries", AcrossSection::libraries);
    rows.put("BLAS core", machine -> machine.entry(Provenance.CORE_TYPE));
    rows.put("Threads", machine -> machine.entry(Provenance.THREADS));
    rows.put("JDK", machine -> machine.entry(Provenance.JDK));
    rows.put("Tier", AcrossSection::tier);
    rows.put("First seed", machine -> machine.entry(Provenance.SEED));
    rows.put("Corpus", AcrossSection::corpus);
    rows.put("Commit", machine -> shortened(machine.entry(Provenance.GIT_COMMIT)));
    rows.put("Started", machine -> machine.entry(Provenance.STARTED));
    var html = new StringBuilder();
    rows.forEach((name, value) -> html.append(row(name, value.andThen(Html::escape))));
    return html.append(tallies()).toString();
  }

  private String row(String name, Function<Machine, String> cell) {
    String cells =
        machines.stream()
            .map(machine -> "<td>" + cell.apply(machine) + "</td>")
            .collect(Collectors.joining());
    return "<tr><th scope=\"row\">%s</th>%s</tr>\n".formatted(name, cells);
  }

  private static String libraries(Machine machine) {
    return machine.evidence().provenance().entries().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(Provenance.LIBRARY_PREFIX))
        .filter(entry -> !entry.getKey().endsWith("configuration"))
        .map(entry ->
            entry.getKey().substring(Provenance.LIBRARY_PREFIX.length()) + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String tier(Machine machine) {
    return machine.evidence().runs().stream()
        .map(Run::tier)
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static String corpus(Machine machine) {
    Map<String, String> entries = machine.evidence().provenance().entries();
    return entries.containsKey(Provenance.CORPUS_HASH)
        ? shortened(entries.get(Provenance.CORPUS_HASH))
        : "none";
  }

  private static String shortened(String hash) {
    return hash.length() > HASH_SHOWN ? hash.substring(0, HASH_SHOWN) + "…" : hash;
  }

  /** How many metrics agree, and how many do not. */
  private String tallies() {
    var cells = new StringBuilder("<td>compared with</td>");
    for (Comparison comparison : comparisons) {
      cells.append("<td>");
      for (Agreement agreement : List.of(Agreement.values()).reversed()) {
        long n = comparison.metrics().stream().filter(m -> m.agreement() == agreement).count();
        if (n > 0) {
          cells
              .append("<b>")
              .append(n)
              .append("</b> ")
              .append(AgreementMark.badge(agreement))
              .append("<br/>");
        }
      }
      cells.append("</td>");
    }
    return "<tr><th scope=\"row\">Metrics</th>%s</tr>\n".formatted(cells);
  }

  private String outcomes() {
    var rows = new StringBuilder();
    for (ExpectedClaim claim : claims) {
      rows.append(
          row(
              "%s %s".formatted(Html.escape(claim.claim()), Html.escape(claim.title())),
              machine -> OutcomeMark.badge(ClaimVerdict.of(claim, machine.verdicts()))));
    }
    return rows.toString();
  }
}
