package dev.gatun.cli;

import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Tolerances;
import dev.gatun.results.comparison.Agreement;
import dev.gatun.results.comparison.Comparison;
import dev.gatun.results.comparison.Machine;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says whether several machines or devices measured the same. */
@Command(
    name = "compare",
    description = {
      "Says, metric by metric, whether several machines or devices measured the same, of the"
          + " claims",
      "that all folders have.",
      "`gatun report` with the same folders draws it."
    },
    mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Parameters(
      paramLabel = "<results>",
      arity = "0..*",
      description = "Folders that `gatun reproduce` wrote. Each is compared with the first.")
  private List<Path> folders = List.of();

  @Option(
      names = "--tolerances",
      paramLabel = "<file>",
      description = "How near each metric must come, a .toml file. Default: Gatun's own.")
  private Path tolerancesFile;

  @Override
  public Integer call() {
    if (folders.size() < 2) {
      throw new IllegalArgumentException(
          "there are %s results folders to compare and 2 or more are needed, as `gatun reproduce` writes them"
              .formatted(folders.size()));
    }
    Tolerances tolerances =
        tolerancesFile == null ? Tolerances.shipped() : Tolerances.load(tolerancesFile);
    List<Machine> machines = Machines.read(folders, ExpectedValues.shipped());
    Set<String> common = Machines.commonClaims(machines);
    List<Comparison> comparisons =
        Machines.compare(machines.stream().map(m -> m.ofClaims(common)).toList(), tolerances);
    MachineTable.print(machines, console);
    printOthers(machines, common);
    comparisons.forEach(comparison -> new ComparisonTable(comparison).print(console));
    Agreement agreement = Agreement.worst(comparisons.stream().map(Comparison::agreement).toList());
    console.json(
        new Compared(
            agreement,
            machines.stream().map(MachineTable.Line::new).toList(),
            comparisons.stream().map(c -> new ComparisonTable(c).line()).toList()));
    return agreement == Agreement.DIFFERS ? Gatun.CLAIM_FAILED : 0;
  }

  private void printOthers(List<Machine> machines, Set<String> common) {
    String others =
        machines.stream()
            .flatMap(machine -> machine.evidence().claims().stream())
            .filter(claim -> !common.contains(claim))
            .distinct()
            .collect(Collectors.joining(" "));
    if (!others.isEmpty()) {
      console.paragraph("not compared, as not every folder has them: " + others);
    }
  }

  private record Compared(
      Agreement agreement,
      List<MachineTable.Line> machines,
      List<ComparisonTable.Line> comparisons) {}
}
