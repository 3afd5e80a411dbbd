package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.claims.Claims;
import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Tolerances;
import dev.gatun.results.comparison.Agreement;
import dev.gatun.results.comparison.Machine;
import dev.gatun.results.comparison.Regression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The main job as a user runs it: every claim at the quick tier, whose evidence stays. */
class ReproduceIT {
  private static final Path RESULTS = Path.of("target", "quick");
  private static final Path REFERENCES = Path.of("..", "results", "reference");

  /**
   * Runs at once, each on one thread. Other tests run beside them, but are over long before: with
   * fewer, the other processors would then have nothing to do.
   */
  private static final int JOBS = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 8);

  @Test
  void everyClaimIsAsRecordedAtTheQuickTierAndAsOnTheReferenceMachines(@TempDir Path other)
      throws Exception {
    CommandRun run =
        CommandRun.of(
            "reproduce",
            "--tier",
            "quick",
            "--threads",
            JOBS,
            "--jobs",
            JOBS,
            "--reference",
            REFERENCES,
            "--out",
            RESULTS,
            "--json");
    assertFalse(run.out().isEmpty(), run.err());
    CommandRun verified = CommandRun.of("verify", RESULTS, "--reference", REFERENCES);
    announce(verified);
    assertEquals(0, run.code(), "a verdict flipped or a metric changed:\n" + verified.out());
    assertFilesAreThere();
    assertEveryClaimHasAVerdict(run.json().get("verdicts"));
    assertEquals(
        run.json().get("verdicts"),
        CommandRun.of("verify", RESULTS, "--json").json().get("verdicts"),
        "verdicts from stored evidence are those of the measurement");
    assertEverythingWasComparedOnTheSameCorpus();
    assertOneJobOfAnotherProcessMeasuresTheSame(other);
  }

  /** Of C2, which trains less than the other claims that train. */
  private static void assertOneJobOfAnotherProcessMeasuresTheSame(Path folder) throws Exception {
    List<String> command =
        List.of(
            Launcher.SCRIPT.toString(),
            "reproduce",
            "C2",
            "--threads",
            "2",
            "--out",
            folder.toString());
    try (Launcher run = Launcher.start(folder, command)) {
      assertEquals(0, run.code(), run.printed().toString());
    }
    Evidence all = new ResultsFolder(RESULTS).readEvidence();
    Evidence alone = new ResultsFolder(folder).readEvidence();
    assertEquals(configurations(all), configurations(alone));
    List<Metric> metrics =
        all.metrics().stream().filter(metric -> metric.claim().equals("C2")).toList();
    assertEquals(metrics, alone.metrics());
  }

  private static List<String> configurations(Evidence evidence) {
    return evidence.runs().stream()
        .filter(run -> run.claim().equals("C2"))
        .map(run -> run.id() + " " + run.configuration())
        .toList();
  }

  /** An interval that straddles its tolerance was compared all the same. */
  private static void assertEverythingWasComparedOnTheSameCorpus() throws IOException {
    Machine now = machine(RESULTS);
    for (Path folder : folders()) {
      Machine stored = machine(folder);
      if (stored.entry(Provenance.CORPUS_HASH).equals(now.entry(Provenance.CORPUS_HASH))) {
        Regression.of(stored, now, Tolerances.shipped())
            .ifPresent(regression ->
                assertEquals(
                    List.of(),
                    regression.unclear().stream()
                        .filter(m -> m.place().agreement() == Agreement.NOT_COMPARABLE)
                        .toList()));
      }
    }
  }

  private static List<Path> folders() throws IOException {
    try (var folders = Files.list(REFERENCES)) {
      return folders.filter(Files::isDirectory).sorted().toList();
    }
  }

  private static Machine machine(Path folder) {
    return new Machine(folder.toString(), new ResultsFolder(folder).readEvidence(), List.of());
  }

  /** The verdicts on all claims into the build log. */
  private static void announce(CommandRun verified) {
    System.out.print(verified.out());
    System.out.println("report: " + RESULTS.resolve("report.html").toAbsolutePath());
  }

  private static void assertFilesAreThere() {
    for (String file : List.of("runs.arrow", "metrics.arrow", "spectra.arrow", "verdicts.arrow")) {
      assertTrue(Files.exists(RESULTS.resolve(file)), file);
    }
    assertTrue(Files.exists(RESULTS.resolve("report.html")));
    assertFalse(Files.exists(RESULTS.resolve("unfinished")), "finished work is put away");
  }

  private static void assertEveryClaimHasAVerdict(JsonNode verdicts) {
    var reproduced = new TreeSet<String>();
    for (JsonNode verdict : verdicts) {
      if (verdict.get("gates").booleanValue()) {
        assertFalse(verdict.get("outcome").stringValue().equals("SKIPPED"), verdict.toString());
        reproduced.add(verdict.get("claim").stringValue());
      }
    }
    assertEquals(new TreeSet<>(Claims.ids()), reproduced);
  }
}
