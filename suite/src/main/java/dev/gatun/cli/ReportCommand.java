package dev.gatun.cli;

import dev.gatun.report.Report;
import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.ResultsFolder;
import java.nio.file.Path;
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

  @Parameters(paramLabel = "<results>", description = "A folder that `gatun reproduce` wrote.")
  private Path results;

  @Option(
      names = "--out",
      paramLabel = "<file>",
      description = "The file to write. Default: report.html in the folder.")
  private Path out;

  @Override
  public void run() {
    Evidence evidence = new ResultsFolder(results).readEvidence();
    ExpectedValues expected = ExpectedValues.shipped();
    Path file = out == null ? results.resolve("report.html") : out;
    Report.write(file, evidence, Judgement.of(evidence, expected), expected);
    console.line(file.toString());
    console.json(Map.of("report", file.toString()));
  }
}
