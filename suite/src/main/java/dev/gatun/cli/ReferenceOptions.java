package dev.gatun.cli;

import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Judgement;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import dev.gatun.results.Tolerances;
import dev.gatun.results.comparison.Machine;
import dev.gatun.results.comparison.Regression;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import picocli.CommandLine.Option;

/** Stored evidence that metrics are held to. */
final class ReferenceOptions {
  private static final Path DEFAULT = Path.of("results", "reference");

  @Option(
      names = "--reference",
      paramLabel = "<folder>",
      description = {
        "Results that the metrics are held to, or a folder of such; in a report, those of a",
        "higher tier speak for their claims. Default: results/reference, where there is one."
      })
  private Path folder;

  /**
   * Finds out whether there is what was asked for, before the long work.
   *
   * @throws IllegalArgumentException naming a folder that holds no results
   */
  void requireReadable() {
    if (folder != null && folders().isEmpty()) {
      throw new IllegalArgumentException(
          "there are no results to hold the metrics to in %s; name a folder that `gatun reproduce` wrote"
              .formatted(folder));
    }
  }

  /** Evidence beside all stored evidence of the same work. */
  List<Regression> regressions(Evidence evidence) {
    requireReadable();
    var now = new Machine("now", evidence, List.of());
    Tolerances tolerances = Tolerances.shipped();
    return folders().stream()
        .map(ReferenceOptions::read)
        .flatMap(stored -> onSameText(stored, evidence).stream())
        .map(stored -> Regression.of(stored, now, tolerances))
        .flatMap(Optional::stream)
        .toList();
  }

  /** The stored evidence of higher tiers from as many seeds at least, judged. */
  List<Machine> ofHigherTiers(Evidence evidence, ExpectedValues expected) {
    requireReadable();
    int own = tier(evidence);
    return folders().stream()
        .map(ReferenceOptions::read)
        .filter(stored -> tier(stored.evidence()) > own)
        .flatMap(stored -> onSameText(stored, evidence).stream())
        .flatMap(stored -> {
          Evidence all = stored.evidence();
          return only(stored, claim -> all.seeds(claim) >= evidence.seeds(claim)).stream();
        })
        .map(stored ->
            new Machine(
                stored.name(), stored.evidence(), Judgement.of(stored.evidence(), expected)))
        .toList();
  }

  /**
   * The stored claims whose runs read no text, or one that these runs read too; empty if there are
   * none.
   */
  private static Optional<Machine> onSameText(Machine stored, Evidence evidence) {
    List<String> texts =
        evidence.claims().stream().flatMap(claim -> evidence.corpus(claim).stream()).toList();
    return only(
        stored, claim -> stored.evidence().corpus(claim).stream().allMatch(texts::contains));
  }

  /** Some of the claims; empty if there are none. */
  private static Optional<Machine> only(Machine stored, Predicate<String> which) {
    List<String> claims = stored.evidence().claims().stream().filter(which).toList();
    return claims.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Machine(stored.name(), stored.evidence().ofClaims(claims), stored.verdicts()));
  }

  private static int tier(Evidence evidence) {
    return evidence.tier().map(Run.TIERS::indexOf).orElse(-1);
  }

  private static Machine read(Path stored) {
    return new Machine(stored.toString(), new ResultsFolder(stored).readEvidence(), List.of());
  }

  private List<Path> folders() {
    Path where = folder == null ? DEFAULT : folder;
    if (new ResultsFolder(where).exists()) {
      return List.of(where);
    }
    if (!Files.isDirectory(where)) {
      return List.of();
    }
    try (var all = Files.list(where)) {
      return all.filter(path -> new ResultsFolder(path).exists()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
