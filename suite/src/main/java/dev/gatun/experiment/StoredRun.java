package dev.gatun.experiment;

import dev.gatun.io.AtomicFiles;
import dev.gatun.io.Checksums;
import dev.gatun.io.LockFile;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A finished run of an unfinished command, in a folder of its own. Several processes may share the
 * command: the file of a lock beside the folder says which one takes the run.
 */
public record StoredRun(Path folder) {
  private static final List<String> SAME_BUILD =
      List.of(Provenance.GATUN_VERSION, Provenance.GIT_COMMIT, Provenance.GIT_DIRTY);

  /**
   * Deletes the finished runs of a command: to be called when its evidence is written, so that the
   * next command measures anew.
   */
  public static void discardAll(Path unfinished) {
    if (!Files.isDirectory(unfinished)) {
      return;
    }
    try (Stream<Path> files = Files.walk(unfinished)) {
      // The checksums go first: a stored run without them is measured again.
      var order =
          Comparator.comparing((Path file) -> !file.endsWith(Checksums.NAME))
              .thenComparing(Comparator.reverseOrder());
      for (Path file : files.sorted(order).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + unfinished + ": " + e.getMessage(), e);
    }
  }

  /**
   * What is stored, if this build stored it for the same configuration; else measures, stores.
   *
   * @throws RunsTakenException if another process has taken the run
   */
  public Evidence findOr(String configuration, Supplier<EvidenceBuilder> measure) {
    try (var _ = take()) {
      AtomicFiles.recover(folder, Integer.MAX_VALUE);
      return find(configuration)
          .orElseGet(() -> {
            Evidence measured = measure.get().build(Provenance.ofThisProcess());
            new ResultsFolder(folder).write(measured);
            return measured;
          });
    }
  }

  /** Whether this build stored it for the same configuration, and no other process has taken it. */
  boolean isFinished(String configuration) {
    if (!new ResultsFolder(folder).exists()) {
      return false;
    }
    try (var _ = take()) {
      return find(configuration).isPresent();
    } catch (RunsTakenException _) {
      return false;
    }
  }

  LockFile take() {
    return LockFile.tryTake(lock()).orElseThrow(() -> new RunsTakenException(List.of(this)));
  }

  private Path lock() {
    return folder.resolveSibling(folder.getFileName() + ".lock");
  }

  /** Whether another process has taken the run, to do it or, for a moment, to read it. */
  boolean isTaken() {
    return LockFile.isTaken(lock());
  }

  /** As {@code bottleneck/d48-seed1 taken by process 12 on host since 2026-11-29T10:00:00Z}. */
  String withHolder() {
    return "%s/%s taken by %s"
        .formatted(folder.getParent().getFileName(), folder.getFileName(), LockFile.holder(lock()));
  }

  private Optional<Evidence> find(String configuration) {
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
