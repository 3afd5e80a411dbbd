package dev.gatun.cli;

import dev.gatun.io.FolderLock;
import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Judgement;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import dev.gatun.results.StoredVerdict;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts the evidence of claims that were measured apart into one folder. */
@Command(
    name = "join",
    description = {
      "Puts claims that were measured into several folders into one, and judges them.",
      "",
      "They must be of one tier, seed and machine. Each claim keeps its provenance. If several",
      "folders have the same claim, that of the last one stays. Nothing is measured."
    },
    mixinStandardHelpOptions = true)
final class JoinCommand implements Runnable {
  @Mixin private Console console;

  @Parameters(
      paramLabel = "<results>",
      arity = "1..*",
      description = "Folders that `gatun reproduce` wrote; they stay as they are.")
  private List<Path> results;

  @Option(
      names = "--out",
      paramLabel = "<folder>",
      required = true,
      description = "Where the evidence goes. Other claims that are stored there stay.")
  private Path out;

  @Override
  public void run() {
    Machines.requireDifferent(results);
    var folder = new ResultsFolder(out);
    folder.requireWritable();
    ExpectedValues expected = ExpectedValues.shipped();
    try (var _ = FolderLock.take(out)) {
      Evidence all =
          results.stream()
              .map(JoinCommand::evidence)
              .reduce((one, more) -> one.joined(more, expected))
              .map(more -> folder.joined(more, expected))
              .orElseThrow();
      folder.write(all, StoredVerdict.of(Judgement.of(all, expected), expected));
      console.line("%s: %s".formatted(out, String.join(" ", all.claims())));
      console.line("verdicts: gatun verify %s".formatted(out));
      console.line("report:   gatun report %s".formatted(out));
      console.json(new Joined(out.toString(), all.claims()));
    }
  }

  private record Joined(String results, List<String> claims) {}

  private static Evidence evidence(Path folder) {
    Evidence evidence = new ResultsFolder(folder).readEvidence();
    if (evidence.runs().stream().allMatch(Run::isMeasurement)) {
      throw new IllegalArgumentException(
          "%s has no evidence of claims; name folders that `gatun reproduce` wrote"
              .formatted(folder));
    }
    return evidence;
  }
}
