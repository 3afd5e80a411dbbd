package dev.gatun.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Outcome;
import dev.gatun.results.Verdict;
import dev.gatun.results.Verdicts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Runs a claim as it is and with what it measures broken on purpose, and judges both.
 *
 * @param contexts by the name of the folder to write to
 */
public record PlantedFaults(Function<String, ClaimContext> contexts) {

  /** For the claim as it is. */
  public ClaimContext exact() {
    return contexts.apply("exact");
  }

  /** For the broken one. */
  public ClaimContext faulty() {
    return contexts.apply("faulty");
  }

  /**
   * The named checks reproduce for the whole claim; for the broken one they are judged and do not.
   */
  public void assertFound(Claim whole, Claim broken, String... checks) {
    Evidence exact = Measured.evidence(whole, exact());
    Evidence faulty = Measured.evidence(broken, faulty());
    assertFound(whole.id(), exact, faulty, checks);
  }

  /**
   * As above, with a fault that touches some arms alone.
   *
   * @param touched the start of the names of those arms
   */
  public void assertFoundInArms(String touched, Claim whole, Claim broken, String... checks) {
    ClaimContext context = exact();
    Evidence exact = Measured.evidence(whole, context);
    Evidence faulty =
        evidence(context, run -> run.startsWith(touched), () -> Measured.evidence(broken, context));
    assertFound(whole.id(), exact, faulty, checks);
  }

  private static void assertFound(String claim, Evidence exact, Evidence faulty, String... checks) {
    for (String check : checks) {
      Verdict reproduced = verdict(exact, claim, check);
      Verdict found = verdict(faulty, claim, check);
      assertEquals(Outcome.REPRODUCED, reproduced.outcome(), reproduced::toString);
      assertNotEquals(Outcome.REPRODUCED, found.outcome(), found::toString);
      assertNotEquals(Outcome.SKIPPED, found.outcome(), found::toString);
    }
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
