package dev.gatun.cli;

import dev.gatun.claims.checkpoint.CheckpointClaims;
import dev.gatun.claims.checkpoint.CheckpointClaims.Measured;
import dev.gatun.claims.checkpoint.PublishedCheckpoint;
import dev.gatun.facts.PublishedModel;
import dev.gatun.measure.CheckpointMeter;
import dev.gatun.measure.TokenBatch;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Judgement;
import dev.gatun.results.Metric;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The claims that folders of published models say something about.
 *
 * @param published the folders as the papers know them, in their order
 * @param claims that lack nothing
 * @param lacking what the others need, a sentence each
 */
record CheckpointReproduction(
    CheckpointClaims papers,
    List<PublishedCheckpoint> published,
    List<String> claims,
    List<String> lacking) {
  /** A number that is shown of every model and step. */
  private record Shown(String header, String metric) {}

  private static final List<Shown> SHOWN =
      List.of(
          new Shown("r, A1", "destroyed_norm"),
          new Shown("null", "destroyed_norm_unrelated"),
          new Shown("r, G3", "destroyed_norm_calibrated"),
          new Shown("kappa", "kept_over_chance"),
          new Shown("random", "kept_over_chance_random_head"),
          new Shown("cos, A5", "cosine_hidden_induced"),
          new Shown("matched", "cosine_spectrum_matched"),
          new Shown("cos, B3", "anisotropy"),
          new Shown("paper", "anisotropy_published"),
          new Shown("KL, B4", "singular_entropy"),
          new Shown("random", "singular_entropy_random_head"),
          new Shown("paper", "singular_entropy_published"),
          new Shown("B5 - paper", "rank_penalty_least_from_published"));

  /**
   * Recognises the folders.
   *
   * @param ids of the claims that are asked for; all if there are none
   * @throws IllegalArgumentException if a folder is of no such model, two are of the same step, or
   *     a claim cannot be asked of folders
   */
  static CheckpointReproduction of(List<String> ids, List<StoredCheckpoint> folders) {
    return of(ids, folders, PublishedModel.all(), CheckpointClaims.shipped());
  }

  static CheckpointReproduction of(
      List<String> ids,
      List<StoredCheckpoint> folders,
      List<PublishedModel> models,
      CheckpointClaims papers) {
    List<PublishedCheckpoint> published = recognised(folders, models);
    List<String> claims = new ArrayList<>();
    List<String> lacking = new ArrayList<>();
    for (String claim : chosen(ids)) {
      Optional<String> lacks = papers.lacks(claim, published);
      lacks.ifPresent(what -> lacking.add("%s needs %s".formatted(claim, what)));
      if (lacks.isEmpty()) {
        claims.add(claim);
      }
    }
    if (claims.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", lacking));
    }
    return new CheckpointReproduction(papers, published, claims, lacking);
  }

  private static List<String> chosen(List<String> ids) {
    for (String id : ids) {
      if (CheckpointClaims.IDS.stream().noneMatch(id::equalsIgnoreCase)) {
        throw new IllegalArgumentException(
            "claim %s cannot be asked of published models; with --checkpoints there are %s"
                .formatted(id.toUpperCase(Locale.ROOT), String.join(", ", CheckpointClaims.IDS)));
      }
    }
    return CheckpointClaims.IDS.stream()
        .filter(claim -> ids.isEmpty() || ids.stream().anyMatch(claim::equalsIgnoreCase))
        .toList();
  }

  private static List<PublishedCheckpoint> recognised(
      List<StoredCheckpoint> folders, List<PublishedModel> models) {
    Map<List<Object>, StoredCheckpoint> seen = new LinkedHashMap<>();
    List<PublishedCheckpoint> published = new ArrayList<>();
    for (StoredCheckpoint folder : folders) {
      var of =
          PublishedCheckpoint.of(
              new PublishedCheckpoint.Folder(
                  folder.model(),
                  folder.stage(),
                  folder.step(),
                  folder.config().layers(),
                  folder.config().width()),
              models);
      StoredCheckpoint other = seen.put(List.of(of.arm(), of.step()), folder);
      if (other != null) {
        throw new IllegalArgumentException(
            "%s and %s are the same step of %s; name one of them"
                .formatted(other.folder(), folder.folder(), of.model().name()));
      }
      published.add(of);
    }
    return published;
  }

  /** The ranks at which heads are fitted to the states of the folders, for those where they are. */
  Map<StoredCheckpoint, List<Integer>> fitted(Map<StoredCheckpoint, List<TokenBatch>> batches) {
    Map<StoredCheckpoint, List<Integer>> fitted = new LinkedHashMap<>();
    int i = 0;
    for (var folder : batches.entrySet()) {
      List<Integer> ranks = papers.fittedRanks(claims, published.get(i++));
      if (!ranks.isEmpty() && folder.getValue().stream().allMatch(CheckpointMeter::canFit)) {
        fitted.put(folder.getKey(), ranks);
      }
    }
    return fitted;
  }

  /** The evidence of the claims, from what was measured of each folder. */
  Evidence evidence(List<Evidence> measured, Provenance provenance) {
    List<Measured> folders =
        IntStream.range(0, measured.size())
            .mapToObj(i -> new Measured(published.get(i), measured.get(i)))
            .toList();
    var builder = new EvidenceBuilder();
    claims.forEach(claim -> papers.record(claim, folders, builder));
    return builder.build(provenance).withConfigurationHash();
  }

  /**
   * Says what the other claims need, what is not judged, and how the text differs from the papers'.
   */
  List<String> notes(List<String> texts) {
    List<String> notes = new ArrayList<>(lacking);
    claims.forEach(claim -> papers.notJudged(claim, published).ifPresent(notes::add));
    notes.add(
        "The text is %s. The papers took others, %s and %s: numbers that depend on the text may differ for that reason; those of the weights alone, which B4 judges, do not."
            .formatted(
                String.join(", ", texts), papers.gradient().text(), papers.saturation().text()));
    return notes;
  }

  /** A row for each model and step: each number beside its null and the paper's. */
  static void printModels(Evidence evidence, Console console) {
    Map<String, String> arms = new LinkedHashMap<>();
    evidence.runs().forEach(run -> arms.put(run.id(), run.arm()));
    Map<String, Map<String, Double>> models = new LinkedHashMap<>();
    for (Metric metric : evidence.metrics()) {
      String step = metric.step() == Metric.NO_STEP ? "" : ", step " + metric.step();
      models
          .computeIfAbsent(arms.get(metric.run()) + step, _ -> new LinkedHashMap<>())
          .put(metric.name(), metric.value());
    }
    List<Shown> shown =
        SHOWN.stream()
            .filter(of -> models.values().stream().anyMatch(m -> m.containsKey(of.metric)))
            .toList();
    List<String> headers = new ArrayList<>(List.of("model"));
    shown.forEach(of -> headers.add(of.header));
    List<List<String>> rows = new ArrayList<>();
    models.forEach((model, metrics) -> {
      List<String> row = new ArrayList<>(List.of(model));
      shown.forEach(of -> row.add(NumberCell.of(metrics.getOrDefault(of.metric, Double.NaN))));
      rows.add(row);
    });
    console.table(headers, rows);
    console.line("");
  }

  /** The checks of each model on its own, which the verdicts are the worst of. */
  static void printChecks(Evidence evidence, ExpectedValues expected, Console console) {
    List<String> arms = evidence.runs().stream().map(Run::arm).distinct().toList();
    for (String arm : arms) {
      List<Run> runs = evidence.runs().stream().filter(run -> run.arm().equals(arm)).toList();
      List<String> ids = runs.stream().map(Run::id).toList();
      List<Metric> metrics =
          evidence.metrics().stream().filter(m -> ids.contains(m.run())).toList();
      var own = new Evidence(evidence.provenance(), runs, metrics, List.of());
      new VerdictTable(Judgement.of(own, expected), expected, List.of()).printChecks(arm, console);
      console.line("");
    }
  }
}
