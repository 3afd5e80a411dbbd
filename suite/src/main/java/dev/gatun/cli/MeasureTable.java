package dev.gatun.cli;

import dev.gatun.io.Ordered;
import dev.gatun.measure.TokenBatch;
import dev.gatun.model.TransformerConfig;
import dev.gatun.results.CurveName;
import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import dev.gatun.results.Run;
import dev.gatun.tensor.ElementType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What was measured of stored checkpoints, for people and as JSON. */
record MeasureTable(Evidence evidence) {
  /** A metric with its words and the metric that is its null. */
  private record Row(String metric, String words, String beside) {}

  private static final List<Row> ROWS =
      List.of(
          new Row("loss", "loss, nats per token", ""),
          new Row("accuracy", "accuracy", ""),
          new Row("destroyed_norm", "norm destroyed by the head (A1)", "destroyed_norm_unrelated"),
          new Row("destroyed_norm_random_head", "... by a random head", "destroyed_norm_unrelated"),
          new Row(
              "destroyed_norm_calibrated",
              "... by the closed form without labels (G3)",
              "destroyed_norm_unrelated"),
          new Row("kept_norm", "norm kept", ""),
          new Row(
              "kept_over_chance", "energy kept over chance, D/V", "kept_over_chance_random_head"),
          new Row("target_leverage", "leverage of the targets", "target_leverage_unrelated"),
          new Row("gradient_rank", "rank of the gradient (A2)", "rank_cap"),
          new Row("best_rank_residual", "residual at rank 2D (A3)", ""),
          new Row("direction_residual", "residual along the step (A3)", ""),
          new Row(
              "cosine_hidden_induced",
              "cosine of the head's direction and -G (A5)",
              "cosine_spectrum_matched"),
          new Row(
              "cosine_hidden_induced_centred",
              "... of the centred head",
              "cosine_spectrum_matched_centred"),
          new Row(
              "best_share_hidden_induced",
              "its best loss decrease over -G's (A5)",
              "best_share_random_head"),
          new Row("moved_to_tail", "energy moved to the tail (A10)", "moved_to_tail_random_head"),
          new Row("anisotropy", "anisotropy, head inputs (B3)", ""),
          new Row(
              "singular_entropy",
              "singular entropy of the head (B4)",
              "singular_entropy_random_head"));

  /** Families, widths and sizes in one line. */
  static String shape(TransformerConfig config) {
    return String.format(
        Locale.ROOT,
        "%s, %s layers, D %,d%s, V %,d, context %,d%s",
        config.family().name().toLowerCase(Locale.ROOT),
        config.layers(),
        config.width(),
        config.narrowEmbedding().isPresent()
            ? " (%,d at the head)".formatted(config.embeddingWidth())
            : "",
        config.vocabulary(),
        config.contextLength(),
        config.isTied() ? ", tied head" : "");
  }

  /**
   * What measuring holds on the device: head, random head and one matrix of their shape; and
   * contexts' Gram matrices with a block of columns. Where heads are fitted after that, the head
   * beside one with its gradient and two moments.
   */
  static String memory(
      Map<StoredCheckpoint, List<TokenBatch>> batches,
      Set<StoredCheckpoint> fitted,
      ElementType real) {
    double most = 0;
    for (var entry : batches.entrySet()) {
      TransformerConfig config = entry.getKey().config();
      double head = 1.0 * config.vocabulary() * config.embeddingWidth() * real.byteSize();
      for (TokenBatch batch : entry.getValue()) {
        double n = batch.contexts();
        double gram = 8 * n * (2 * n + 4.0 * config.embeddingWidth());
        double fitting = fitted.contains(entry.getKey()) ? 5 * head + (768L << 20) : 0;
        most = Math.max(most, Math.max(3 * head + gram + (768L << 20), fitting));
      }
    }
    return String.format(
        Locale.ROOT, "about %.1f GiB, and the blocks one by one", most / (1L << 30));
  }

  /** Prints all of it: a table for each model and text, or one JSON object. */
  void print(Console console, Path folder, Path report) {
    var measured = new ArrayList<Map<String, Object>>();
    var notes = new LinkedHashSet<String>();
    for (Run run : evidence.runs()) {
      Map<String, Metric> metrics = new LinkedHashMap<>();
      evidence.metrics().stream()
          .filter(m -> m.run().equals(run.id()))
          .forEach(m -> metrics.put(m.name(), m));
      table(console, run, metrics);
      measured.add(json(run, metrics));
      notes(run).forEach(notes::add);
    }
    console.line("report: @|bold " + report.toAbsolutePath() + "|@");
    console.json(
        Ordered.map(
            Map.entry("results", folder.toString()),
            Map.entry("report", report.toString()),
            Map.entry("notes", notes),
            Map.entry("measured", measured)));
  }

  private static void table(Console console, Run run, Map<String, Metric> metrics) {
    List<List<String>> rows = new ArrayList<>();
    for (Row row : ROWS) {
      if (metrics.containsKey(row.metric)) {
        Metric metric = metrics.get(row.metric);
        String beside =
            metrics.containsKey(row.beside) ? NumberCell.of(metrics.get(row.beside).value()) : "-";
        rows.add(List.of(row.words, NumberCell.of(metric.value(), metric.uncertainty()), beside));
      }
    }
    JsonNode step = experiment(run).path("step");
    console.table(
        List.of(
            step.isNumber() ? run.arm() + ", step " + step.asLong() : run.arm(),
            "measured",
            "null or bound"),
        rows);
    console.line("");
  }

  private static JsonNode experiment(Run run) {
    return JsonMapper.shared().readTree(run.configuration()).path("experiment");
  }

  private static List<String> notes(Run run) {
    return JsonMapper.shared()
        .readTree(run.configuration())
        .path("notes")
        .valueStream()
        .map(JsonNode::asString)
        .toList();
  }

  /**
   * Metrics by name; a curve is an object of its points, as {@code "anisotropy_of_layer": {"0":
   * …}}.
   */
  private static Map<String, Object> json(Run run, Map<String, Metric> metrics) {
    var json = new LinkedHashMap<String, Object>();
    var configuration = JsonMapper.shared().readTree(run.configuration());
    var experiment = experiment(run);
    json.put("model", experiment.path("checkpoint").asString());
    json.put("stage", experiment.path("stage"));
    json.put("step", experiment.path("step"));
    json.put("text", configuration.path("corpus").asString());
    if (experiment.has("batch")) {
      json.put("sequences", experiment.path("batch").asLong());
      json.put("length", experiment.path("length").asLong());
    }
    metrics.forEach((name, metric) -> put(json, name, metric.value()));
    json.put("checkpoint_sha256", experiment.path("checkpointSha256").asString());
    json.put("notes", notes(run));
    return json;
  }

  private static void put(Map<String, Object> json, String name, double value) {
    String curve = CurveName.curve(name);
    if (curve.equals(name)) {
      json.put(name, value);
      return;
    }
    @SuppressWarnings("unchecked")
    var points =
        (Map<String, Object>) json.computeIfAbsent(curve, _ -> new LinkedHashMap<String, Object>());
    points.put(name.substring(curve.length() + 1), value);
  }
}
