package dev.gatun.cli;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.data.Corpus;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.PlannedRuns;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.measure.DeviceProvenance;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a reproduction runs with: shown before it begins, and stored with what it finds.
 *
 * @param corpus empty if no claim reads one
 */
record ReproduceSettings(
    List<Claim> claims,
    PlannedRuns trainings,
    Tier tier,
    Seeds seeds,
    Optional<Corpus> corpus,
    Path folder) {
  private static final String NOT_USED = "not used: no claim here trains";

  static ReproduceSettings of(
      List<Claim> claims, Tier tier, Seeds seeds, Optional<Corpus> corpus, Path folder) {
    return new ReproduceSettings(
        claims, PlannedRuns.of(claims, tier, seeds), tier, seeds, corpus, folder);
  }

  Map<String, String> rows(DeviceDescription device, SweepPreview memory) {
    var rows = new LinkedHashMap<String, String>();
    rows.put("claims", claims.stream().map(Claim::id).collect(Collectors.joining(" ")));
    rows.put("tier", tier.label());
    rows.putAll(DeviceOptions.rows(device));
    rows.put("corpus", corpus.map(ReproduceSettings::inWords).orElse(NOT_USED));
    corpus
        .map(Corpus::treatment)
        .filter(words -> !words.isEmpty())
        .ifPresent(words -> rows.put("left out", words));
    corpus.ifPresent(text -> rows.put("corpus sha256", text.sha256()));
    rows.put("model", trainings.isEmpty() ? NOT_USED : trainings.models());
    rows.put("tokens", trainings.isEmpty() ? NOT_USED : trainings.tokens());
    if (!trainings.isEmpty()) {
      rows.put("memory", memory.summary());
    }
    rows.put("seed", seeds.inWords());
    rows.put("results", folder.toString());
    return rows;
  }

  private static String inWords(Corpus text) {
    return String.format(
        Locale.ROOT,
        "%s, %,d documents (%,d held out), %.1f M characters",
        text.name(),
        text.files().size(),
        text.heldOut(),
        text.characters() / 1e6);
  }

  /** What processes must have in common to share the folder: their files are the same then. */
  Map<String, String> shared(HeadChoice head, DeviceDescription device) {
    var shared = new LinkedHashMap<String, String>();
    shared.put("claims", claims.stream().map(Claim::id).collect(Collectors.joining(" ")));
    shared.put("tier", tier.label());
    shared.put("head", head.label());
    shared.put("seeds", seeds.inWords());
    shared.putAll(evidenceProvenance(device).ofTheNumbers().entries());
    return shared;
  }

  /** The claims that are stored in the folder and stay there beside these. */
  List<String> staying(DeviceDescription device) {
    return new ResultsFolder(folder)
        .staying(claims.stream().map(Claim::id).toList(), tier.label(), evidenceProvenance(device));
  }

  /** For the files; the times and the hash of the configurations are added by whoever ran it. */
  Provenance evidenceProvenance(DeviceDescription device) {
    Provenance seeded =
        DeviceProvenance.of(device).with(Provenance.SEED, Long.toString(seeds.first()));
    return corpus.map(text -> seeded.with(Provenance.CORPUS_HASH, text.sha256())).orElse(seeded);
  }
}
