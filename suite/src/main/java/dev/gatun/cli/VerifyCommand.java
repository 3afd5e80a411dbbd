package dev.gatun.cli;

import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Judgement;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.StoredVerdict;
import dev.gatun.results.Verdict;
import dev.gatun.results.comparison.Regression;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Judges stored evidence again; nothing is measured. */
@Command(
    name = "verify",
    description = "Judges stored evidence again, without measuring anything.",
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  private static final int MOST_DIFFERENCES = 1;

  @Mixin private Console console;
  @Mixin private ReferenceOptions reference;

  @Parameters(
      paramLabel = "<results>",
      description = "A folder that `gatun reproduce` or `gatun measure` wrote.")
  private Path results;

  @Option(
      names = "--expected",
      paramLabel = "<path>",
      description = "Expected values, a .toml file or a folder of them. Default: Gatun's own.")
  private Path expectedValues;

  @Option(names = "--details", description = "Print every check, and why it came out so.")
  private boolean details;

  @Override
  public Integer call() {
    var folder = new ResultsFolder(results);
    Evidence evidence = console.saying("reading " + results, folder::readEvidence);
    ExpectedValues expected =
        expectedValues == null ? ExpectedValues.shipped() : ExpectedValues.load(expectedValues);
    List<StoredVerdict> stored = folder.readVerdicts();
    if (expectedValues != null) {
      // Values of some claims say nothing about the verdicts on others.
      stored = stored.stream().filter(v -> expected.expects(v.verdict().claim())).toList();
    }
    List<Verdict> verdicts = Judgement.of(evidence, expected);
    if (verdicts.isEmpty()) {
      console.line(
          "%s: %s measurements of stored checkpoints; nothing is expected of them"
              .formatted(results, evidence.runs().size()));
    }
    List<Regression> regressions = verdicts.isEmpty() ? List.of() : reference.regressions(evidence);
    var table = new VerdictTable(verdicts, expected, regressions);
    if (!verdicts.isEmpty() && details) {
      table.printDetails(console);
    } else if (!verdicts.isEmpty()) {
      table.printSummary(console);
    }
    List<VerdictDifference> differences =
        VerdictDifference.of(stored, StoredVerdict.of(verdicts, expected));
    long shown = details ? differences.size() : MOST_DIFFERENCES;
    differences.stream().limit(shown).forEach(d -> console.paragraph(d.inWords()));
    if (differences.size() > shown) {
      console.paragraph(
          "%s more stored verdicts differ; --details names them"
              .formatted(differences.size() - shown));
    }
    console.json(
        new Verification(
            results.toString(),
            table.claimLines(),
            table.regressionLines(),
            verdicts,
            differences.stream().map(VerdictDifference::line).toList()));
    return table.exitCode();
  }

  private record Verification(
      String results,
      List<VerdictTable.ClaimLine> claims,
      List<VerdictTable.RegressionLine> regressions,
      List<Verdict> verdicts,
      List<VerdictDifference.Line> storedVerdictsDiffer) {}
}
