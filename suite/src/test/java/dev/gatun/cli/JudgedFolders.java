package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.claims.checkpoint.CheckpointClaims;
import dev.gatun.facts.PublishedModel;
import dev.gatun.report.Report;
import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Judgement;
import dev.gatun.results.Outcome;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import dev.gatun.results.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Folders that are measured as Gatun does, and judged as the models that they are named after. */
final class JudgedFolders {
  private final Path temporary;
  private final CheckpointClaims papers;
  private final List<PublishedModel> models;
  private final List<Path> folders = new ArrayList<>();
  private List<Verdict> verdicts = List.of();

  /**
   * None yet.
   *
   * @param models in the shapes that the folders have
   */
  JudgedFolders(Path temporary, CheckpointClaims papers, PublishedModel... models) {
    this.temporary = temporary;
    this.papers = papers;
    this.models = List.of(models);
  }

  /** A published model in another shape. */
  static PublishedModel model(String name, int layers, int width) {
    PublishedModel of =
        PublishedModel.all().stream().filter(m -> m.name().equals(name)).findFirst().orElseThrow();
    return new PublishedModel(of.family(), of.size(), of.parameters(), width, layers, of.names());
  }

  /** Writes a model as one of its steps. */
  void plant(PublishedModel as, long step, PlantedModel model) {
    Path folder = temporary.resolve(as.names().getFirst()).resolve("step" + step);
    folders.add(model.write(folder));
  }

  /** Measures and judges all. */
  void judge(Path tokens, String... claims) {
    Path out = temporary.resolve("measured");
    List<Object> command = new ArrayList<>(List.of("measure"));
    command.addAll(folders);
    command.addAll(List.of("--tokens", tokens, "--out", out, "--threads", 1));
    CommandRun run = CommandRun.of(command.toArray());
    assertEquals(0, run.code(), run.err());
    Evidence all = new ResultsFolder(out).readEvidence();
    List<Evidence> measured = all.runs().stream().map(of -> only(all, of)).toList();
    Evidence evidence =
        CheckpointReproduction.of(
                List.of(claims), StoredCheckpoint.of(folders, Set.of()), models, papers)
            .evidence(measured, all.provenance());
    verdicts = Judgement.of(evidence, ExpectedValues.shipped());
    Report.write(report(), evidence, verdicts, ExpectedValues.shipped());
  }

  private static Evidence only(Evidence all, Run run) {
    return new Evidence(
        all.provenance(),
        List.of(run),
        all.metrics().stream().filter(m -> m.run().equals(run.id())).toList(),
        all.spectra().stream().filter(s -> s.run().equals(run.id())).toList());
  }

  Path report() {
    return temporary.resolve("report.html");
  }

  /** Holds checks to an outcome. */
  void assertChecks(Outcome expected, List<String> checks) {
    for (String check : checks) {
      Verdict verdict =
          verdicts.stream().filter(v -> v.check().equals(check)).findFirst().orElseThrow();
      assertEquals(expected, verdict.outcome(), verdict.toString());
    }
  }

  /** Holds claims to an outcome. */
  void assertClaims(Outcome expected, String... claims) {
    for (String claim : claims) {
      assertEquals(
          expected,
          ClaimVerdict.of(ExpectedValues.shipped().of(claim), verdicts).outcome(),
          verdicts.toString());
    }
  }
}
