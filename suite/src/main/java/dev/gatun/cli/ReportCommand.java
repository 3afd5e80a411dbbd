package dev.gatun.cli;

import dev.gatun.io.FolderLock;
import dev.gatun.report.Report;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.comparison.Machine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the HTML report of stored evidence. */
@Command(
    name = "report",
    description = "Writes the HTML report of stored evidence: one self-contained file.",
    mixinStandardHelpOptions = true)
final class ReportCommand implements Runnable {
  @Mixin private Console console;
  @Mixin private ReferenceOptions reference;

  @Parameters(
      paramLabel = "<results>",
      arity = "1..*",
      description = {
        "Folders that `gatun reproduce` wrote. The report is of the first; those of other",
        "machines stand beside it, compared, and those of a higher tier speak for their claims."
      })
  private List<Path> results;

  @Option(
      names = "--out",
      paramLabel = "<file>",
      description = {
        "The file to write; the points of its figures go to a .csv file beside it.",
        "Default: report.html in the first folder."
      })
  private Path out;

  @Override
  public void run() {
    ExpectedValues expected = ExpectedValues.shipped();
    Path folder = results.getFirst();
    if (out == null && Files.isDirectory(folder)) {
      // Locked before it is read, so that the report is that of the evidence beside it.
      try (var _ = FolderLock.take(folder)) {
        write(folder.resolve("report.html"), expected);
      }
    } else {
      write(out == null ? folder.resolve("report.html") : out, expected);
    }
  }

  private void write(Path file, ExpectedValues expected) {
    List<Machine> machines =
        console.saying("reading what was measured", () -> Machines.read(results, expected));
    Machine first = machines.getFirst();
    Report.write(
        file,
        first.evidence(),
        first.verdicts(),
        expected,
        Machines.beside(
            machines,
            reference.ofHigherTiers(first.evidence(), expected),
            reference.regressions(first.evidence())));
    console.line(file.toString());
    console.json(Map.of("report", file.toString()));
  }
}
