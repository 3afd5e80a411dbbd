package dev.gatun.experiment;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.Tolerances;
import dev.gatun.results.Verdict;
import dev.gatun.results.Verdicts;
import dev.gatun.results.comparison.Machine;
import dev.gatun.results.comparison.Regression;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Says whether what is broken on purpose in a claim is found. */
public final class PlantedFaults {
  private PlantedFaults() {}

  /**
   * The fault is found at each place: a check of the claim, which is decided both times and not the
   * same way, or a metric, which leaves its regression bound. What turns undecided is not found.
   */
  public static void assertFound(String claim, Evidence exact, Evidence faulty, String... places) {
    List<String> checks =
        ExpectedValues.shipped().of(claim).checks().stream().map(ExpectedCheck::id).toList();
    for (String place : places) {
      if (checks.contains(place)) {
        Verdict whole = verdict(exact, claim, place);
        Verdict found = verdict(faulty, claim, place);
        assertTrue(whole.outcome().isDecided(), whole::toString);
        assertTrue(found.outcome().isDecided(), found::toString);
        assertNotEquals(whole.outcome(), found.outcome(), found::toString);
      } else {
        List<String> changed = changed(claim, exact, faulty);
        assertTrue(changed.contains(place), () -> place + " is not among " + changed);
      }
    }
  }

  /** The metrics of a claim that leave their regression bounds. */
  static List<String> changed(String claim, Evidence exact, Evidence faulty) {
    var whole = new Machine("whole", inF32(exact, exact), List.of());
    var broken = new Machine("broken", inF32(faulty, exact), List.of());
    return Regression.of(whole, broken, Tolerances.shipped()).orElseThrow().changed().stream()
        .filter(metric -> metric.claim().equals(claim))
        .map(Regression.Metric::metric)
        .toList();
  }

  /** As if the configuration did not tell the fault, as no fault that matters does. */
  private static Evidence inF32(Evidence evidence, Evidence configured) {
    Map<String, String> configurations =
        configured.runs().stream().collect(Collectors.toMap(Run::id, Run::configuration));
    List<Run> runs =
        evidence.runs().stream()
            .map(r ->
                new Run(
                    r.id(),
                    r.claim(),
                    r.arm(),
                    r.tier(),
                    r.device(),
                    r.seed(),
                    configurations.get(r.id()),
                    r.wallSeconds()))
            .toList();
    return new Evidence(
        evidence.provenance().with(Provenance.MATH_MODE, "f32"),
        runs,
        evidence.metrics(),
        evidence.spectra());
  }

  /**
   * Measures with a fault that touches some runs alone. The others are taken from the whole claim,
   * which was measured in the same context: training them again would change no bit of them.
   *
   * @param touched whether the fault touches the run of an id such as {@code full-seed7}
   */
  public static Evidence evidence(
      ClaimContext context, Predicate<String> touched, Supplier<Evidence> measured) {
    try {
      // A stored run knows its configuration, but not the fault of its training.
      Map<Path, byte[]> whole = take(context, touched);
      Evidence faulty = measured.get();
      take(context, touched);
      for (var file : whole.entrySet()) {
        Files.write(file.getKey(), file.getValue());
      }
      return faulty;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes the files of stored runs: what was in them. */
  private static Map<Path, byte[]> take(ClaimContext context, Predicate<String> runs)
      throws IOException {
    Map<Path, byte[]> taken = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(context.unfinished())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (runs.test(file.getParent().getFileName().toString())) {
          taken.put(file, Files.readAllBytes(file));
          Files.delete(file);
        }
      }
    }
    return taken;
  }

  /** What the shipped expected values say of a check at the quick tier. */
  public static Verdict verdict(Evidence evidence, String claim, String check) {
    return Verdicts.judge(evidence, ExpectedValues.shipped(), "quick", "cpu").stream()
        .filter(verdict -> verdict.claim().equals(claim) && verdict.check().equals(check))
        .findFirst()
        .orElseThrow();
  }
}
