package dev.gatun.bundle;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs tests where there is no Maven: {@code gatun selftest} starts it in a JVM for each shard of
 * the contract. Each test is a line of a file as soon as it has ended, so that a JVM that dies
 * leaves the name of what it was at.
 */
public final class ContractMain implements TestExecutionListener {
  private final PrintWriter results;
  private final Map<TestIdentifier, Long> started = new HashMap<>();
  private TestPlan plan;
  private int passed;
  private int failed;

  private ContractMain(PrintWriter results) {
    this.results = results;
  }

  /** Arguments: the file of results, then JUnit's identifiers, such as {@code class:<name>}. */
  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    try (var results =
        new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8), true)) {
      var contract = new ContractMain(results);
      List<DiscoverySelector> selectors =
          Arrays.stream(arguments)
              .skip(1)
              .<DiscoverySelector>flatMap(name -> DiscoverySelectors.parse(name).stream())
              .toList();
      LauncherFactory.create()
          .execute(
              LauncherDiscoveryRequestBuilder.request().selectors(selectors).build(), contract);
      // Native libraries and their threads end with the process.
      System.exit(contract.failed == 0 && contract.passed > 0 ? 0 : 1);
    }
  }

  @Override
  public void testPlanExecutionStarted(TestPlan testPlan) {
    plan = testPlan;
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    started.put(test, System.nanoTime());
    if (test.isTest()) {
      results.println("STARTED " + name(test));
    }
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    results.println("SKIPPED " + name(test) + ": " + firstLine(reason));
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == Status.SUCCESSFUL) {
      if (test.isTest()) {
        passed++;
        results.println(
            String.format(
                Locale.ROOT,
                "PASSED %s (%.2f s)",
                name(test),
                (System.nanoTime() - started.get(test)) * 1e-9));
      }
      return;
    }
    Throwable cause = result.getThrowable().orElseThrow();
    if (result.getStatus() == Status.ABORTED) {
      results.println("SKIPPED " + name(test) + ": " + firstLine(cause.getMessage()));
      return;
    }
    failed++;
    results.println("FAILED " + name(test) + ": " + firstLine(cause.toString()));
    cause.printStackTrace();
  }

  /** As in {@code RealGpuIT.gemmMatchesOracle(Case) [3] m=1}. */
  private String name(TestIdentifier test) {
    Deque<String> parts = new ArrayDeque<>();
    TestIdentifier at = test;
    while (plan.getParent(at).isPresent()) {
      parts.push(firstLine(at.getDisplayName()));
      at = plan.getParent(at).get();
    }
    return String.join(" ", parts);
  }

  private static String firstLine(String text) {
    return String.valueOf(text).lines().findFirst().orElse("");
  }
}
