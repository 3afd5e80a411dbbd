package dev.gatun.cli;

import dev.gatun.report.Report;
import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Judgement;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Tolerances;
import dev.gatun.results.comparison.Comparison;
import dev.gatun.results.comparison.Machine;
import dev.gatun.results.comparison.Regression;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Results folders of several machines or devices. */
final class Machines {
  private Machines() {}

  /**
   * Reads and judges them; each is named by its folder, or by its path where two folders are named
   * alike.
   *
   * @throws IllegalArgumentException if one is there twice
   * @throws dev.gatun.results.UnreadableResultsException if one holds no whole evidence
   */
  static List<Machine> read(List<Path> folders, ExpectedValues expected) {
    requireDifferent(folders);
    long names = folders.stream().map(Machines::lastName).distinct().count();
    List<Machine> machines = new ArrayList<>();
    for (Path folder : folders) {
      Evidence evidence = new ResultsFolder(folder).readEvidence();
      String name = names == folders.size() ? lastName(folder) : folder.toString();
      machines.add(new Machine(name, evidence, Judgement.of(evidence, expected)));
    }
    return machines;
  }

  /** What a report of the first shows of the others: machines of its tier, and other tiers. */
  static Report.Beside beside(
      List<Machine> machines, List<Machine> higher, List<Regression> regressions) {
    Optional<String> tier = machines.getFirst().evidence().tier();
    Predicate<Machine> isOfTheTier = machine -> machine.evidence().tier().equals(tier);
    return new Report.Beside(
        compare(machines.stream().filter(isOfTheTier).toList(), Tolerances.shipped()),
        regressions,
        Stream.concat(machines.stream().filter(isOfTheTier.negate()), higher.stream()).toList());
  }

  /**
   * The claims that all of them have.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Set<String> commonClaims(List<Machine> machines) {
    Set<String> common = new LinkedHashSet<>(machines.getFirst().evidence().claims());
    machines.forEach(machine -> common.retainAll(machine.evidence().claims()));
    if (common.isEmpty()) {
      throw new IllegalArgumentException(
          "no claim is in all of these folders: "
              + machines.stream()
                  .map(m -> m.name() + " has " + String.join(" ", m.evidence().claims()))
                  .collect(Collectors.joining(", ")));
    }
    return common;
  }

  /** The first against each of the others. */
  static List<Comparison> compare(List<Machine> machines, Tolerances tolerances) {
    return machines.stream()
        .skip(1)
        .map(other -> Comparison.of(machines.getFirst(), other, tolerances))
        .toList();
  }

  /**
   * Folders may be missing, but none may be there twice.
   *
   * @throws IllegalArgumentException naming the one that is
   */
  static void requireDifferent(List<Path> folders) {
    Set<Path> seen = new LinkedHashSet<>();
    for (Path folder : folders) {
      try {
        if (Files.exists(folder) && !seen.add(folder.toRealPath())) {
          throw new IllegalArgumentException(
              "%s is there twice; name folders of different machines".formatted(folder));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static String lastName(Path folder) {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return name == null ? folder.toString() : name.toString();
  }
}
