package dev.gatun.report;

import dev.gatun.results.Provenance;

/** Every entry of the provenance, as stored. */
final class ProvenanceSection {
  private ProvenanceSection() {}

  static String html(Provenance provenance) {
    var rows = new StringBuilder();
    provenance
        .entries()
        .forEach((key, value) ->
            rows.append(
                "<tr><th scope=\"row\">%s</th><td>%s</td></tr>\n"
                    .formatted(Html.escape(key), Html.escape(value))));
    return """
    <section id="provenance" aria-labelledby="provenance-title">
    <h2 id="provenance-title">Provenance</h2>
    <table class="provenance"><tbody>
    %s</tbody></table>
    </section>
    """
        .formatted(rows);
  }
}
