package dev.gatun.experiment;

import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A finished run of an unfinished command, in a folder of its own. */
record StoredRun(Path folder) {
  private static final List<String> SAME_BUILD =
      List.of(Provenance.GATUN_VERSION, Provenance.GIT_COMMIT, Provenance.GIT_DIRTY);

  /** What is stored, if this build stored it for the same configuration; else measures, stores. */
  Evidence findOr(String configuration, Supplier<EvidenceBuilder> measure) {
    return find(configuration)
        .orElseGet(() -> {
          Evidence measured = measure.get().build(Provenance.ofThisProcess());
          new ResultsFolder(folder).write(measured);
          return measured;
        });
  }

  /** What is stored, if this build stored it for the same configuration. */
  Optional<Evidence> find(String configuration) {
    var results = new ResultsFolder(folder);
    if (!results.exists()) {
      return Optional.empty();
    }
    return Optional.of(results.readEvidence())
        .filter(stored -> isSame(stored, configuration, Provenance.ofThisProcess()));
  }

  private static boolean isSame(Evidence stored, String configuration, Provenance provenance) {
    Map<String, String> then = stored.provenance().entries();
    return SAME_BUILD.stream().allMatch(k -> provenance.entries().get(k).equals(then.get(k)))
        && stored.runs().stream().map(Run::configuration).allMatch(configuration::equals);
  }
}
