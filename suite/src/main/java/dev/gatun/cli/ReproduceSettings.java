package dev.gatun.cli;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.data.Corpus;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.PlannedRuns;
import dev.gatun.experiment.Tier;
import dev.gatun.io.Hash;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
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
    long seed,
    Optional<Corpus> corpus,
    Path folder) {
  private static final String NOT_USED = "not used: no claim here trains";

  /**
   * All of it.
   *
   * @throws dev.gatun.experiment.UnsupportedTierException if a claim has no such tier
   */
  static ReproduceSettings of(
      List<Claim> claims, Tier tier, long seed, Optional<Corpus> corpus, Path folder) {
    return new ReproduceSettings(
        claims, PlannedRuns.of(claims, tier, seed), tier, seed, corpus, folder);
  }

  /** For people. */
  Map<String, String> rows(DeviceDescription device, SweepPreview memory) {
    var rows = new LinkedHashMap<String, String>();
    rows.put("claims", claims.stream().map(Claim::id).collect(Collectors.joining(" ")));
    rows.put("tier", tier.label());
    putDevice(rows, device);
    rows.put("corpus", corpus.map(ReproduceSettings::inWords).orElse(NOT_USED));
    corpus.ifPresent(text -> rows.put("corpus sha256", text.sha256()));
    rows.put("model", trainings.isEmpty() ? NOT_USED : trainings.models());
    rows.put("tokens", trainings.isEmpty() ? NOT_USED : trainings.tokens());
    if (!trainings.isEmpty()) {
      rows.put("memory", memory.summary());
    }
    rows.put("seed", Long.toString(seed));
    rows.put("results", folder.toString());
    return rows;
  }

  /** The rows that say what computes. */
  static void putDevice(Map<String, String> rows, DeviceDescription device) {
    rows.put("device", device.kind() + ", " + device.name());
    rows.put("threads", Integer.toString(device.threads()));
    rows.put("math", device.mathMode());
    rows.putAll(device.libraries());
  }

  private static String inWords(Corpus text) {
    return String.format(
        Locale.ROOT,
        "%s, %,d files, %.1f M characters",
        text.name(),
        text.files().size(),
        text.characters() / 1e6);
  }

  /** For the files; the times and {@link #configurationHash} are added by whoever ran it. */
  Provenance evidenceProvenance(DeviceDescription device) {
    Provenance seeded = provenance(device).with(Provenance.SEED, Long.toString(seed));
    return corpus.map(text -> seeded.with(Provenance.CORPUS_HASH, text.sha256())).orElse(seeded);
  }

  /** What computes. */
  static Provenance provenance(DeviceDescription device) {
    Provenance provenance =
        Provenance.ofThisProcess()
            .with(Provenance.DEVICE, device.name())
            .with(Provenance.THREADS, Integer.toString(device.threads()))
            .with(Provenance.MATH_MODE, device.mathMode());
    for (Map.Entry<String, String> library : device.libraries().entrySet()) {
      String key =
          library.getKey().endsWith("core type")
              ? Provenance.CORE_TYPE
              : Provenance.LIBRARY_PREFIX + library.getKey();
      provenance = provenance.with(key, library.getValue());
    }
    for (Map.Entry<String, String> event : device.events().entrySet()) {
      provenance = provenance.with(Provenance.EVENT_PREFIX + event.getKey(), event.getValue());
    }
    return provenance;
  }

  /** SHA-256 over the configurations of all runs, in their order, each ended by a zero byte. */
  static String configurationHash(List<Run> runs) {
    MessageDigest digest = Hash.sha256();
    for (Run run : runs) {
      digest.update(run.configuration().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return Hash.hex(digest);
  }
}
