package dev.gatun.report;

import dev.gatun.results.Run;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A text that runs read, and what is to be known of it when their results are judged.
 *
 * @param largest the largest document's share of the training part and of the held-out part, or of
 *     the whole where nothing is held out
 * @param overlap share of held-out sequences of 16 tokens that occur in the training part
 * @param leastCount how often the rarest token occurs in the training part
 */
record TextRow(String corpus, String tokenizer, String largest, String overlap, String leastCount) {
  private static final String NONE = "–";

  /** Of all runs, each text and tokenizer once. */
  static List<TextRow> of(List<Run> runs) {
    return runs.stream()
        .map(run -> JsonMapper.shared().readTree(run.configuration()))
        .filter(all -> all.has("text") || all.has("largestDocument"))
        .map(TextRow::of)
        .distinct()
        .toList();
  }

  private static TextRow of(JsonNode all) {
    JsonNode text = all.path("text");
    return new TextRow(
        all.path("corpus").stringValue(),
        all.path("tokenizer").stringValue(),
        text.isMissingNode()
            ? percent(all.path("largestDocument"))
            : percent(text.path("largestTrained")) + ", " + percent(text.path("largestHeldOut")),
        text.isMissingNode() ? NONE : percent(text.path("overlap")),
        text.isMissingNode() ? NONE : text.path("leastCount").toString());
  }

  private static String percent(JsonNode share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share.doubleValue());
  }
}
