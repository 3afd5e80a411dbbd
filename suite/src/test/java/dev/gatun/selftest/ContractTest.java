package dev.gatun.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContractTest {
  private static final Path SOURCES = Path.of("src", "test", "java");

  /** Tests on a GPU that are no part of the self-test, and why. */
  private static final Map<String, String> LEFT_OUT =
      Map.of(
          "dev.gatun.cli.RealGpuReproduceIT",
          "the step `claims` runs `gatun reproduce`, claim by claim, as far as the time goes");

  @Test
  void everyTestOnAGpuIsInAStepOrLeftOutForAReason() throws IOException {
    var inSteps = new TreeSet<>(Contract.testsOnCuda());
    assertEquals(Contract.testsOnCuda().size(), inSteps.size(), "each is run once");
    inSteps.addAll(LEFT_OUT.keySet());
    assertEquals(testsOnGpu(), inSteps);
  }

  @Test
  void aPartWhoseTestsWereAllSkippedSaysWhy() {
    String skipped = "SKIPPED RealGpuCudnnAttentionIT equalInputsGiveEqualBytes(): no cuDNN";
    String passed = "PASSED RealGpuCudnnAttentionIT errsAsItsOperandsAreRounded()";
    var failing = new Commands.Ending(1, false, Path.of("log.txt"));
    Contract.Outcome none = Contract.judge("cuDNN", failing, List.of(skipped), 1);
    assertEquals(
        new Contract.Outcome(
            false, true, List.of("cuDNN: 0 passed, 0 failed, 1 skipped in 1 s", skipped)),
        none);
    assertFalse(Contract.judge("cuDNN", failing, List.of(), 1).skipped());
    assertFalse(Contract.judge("cuDNN", failing, List.of(skipped, "STARTED x"), 1).skipped());
    var good = new Commands.Ending(0, false, Path.of("log.txt"));
    Contract.Outcome some = Contract.judge("cuDNN", good, List.of(skipped, passed), 1);
    assertTrue(some.passed() && !some.skipped());
  }

  /** compute-sanitizer ends with an error though every test has passed. */
  @Test
  void whatASanitizerFindsIsOnThePage(@TempDir Path folder) throws IOException {
    String found = "========= ERROR SUMMARY: 1 error";
    Path log = Files.writeString(folder.resolve("memory.txt"), found + "\n");
    Contract.Outcome outcome =
        Contract.judge("memory", new Commands.Ending(9, false, log), List.of("PASSED a"), 1);
    assertEquals(
        new Contract.Outcome(false, false, List.of("memory: 1 passed, 0 failed in 1 s", found)),
        outcome);
  }

  private static TreeSet<String> testsOnGpu() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      List<Path> tests =
          files.filter(file -> file.getFileName().toString().matches("RealGpu.*IT.java")).toList();
      return tests.stream()
          .map(file -> SOURCES.relativize(file).toString().replace(".java", "").replace('/', '.'))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
