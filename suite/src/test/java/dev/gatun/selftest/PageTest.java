package dev.gatun.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.selftest.StepResult.Outcome;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** However much the steps say, the page is one message and tells first what failed. */
class PageTest {
  private static final String LINE = "x".repeat(500);

  @Test
  void longStepsAreCutWhereThePageEnds() {
    List<StepResult> results = SelfTest.STEPS.stream().map(step -> result(step, 300)).toList();
    String page = Page.of("title", results);
    assertTrue(page.length() <= 12_000, page.length() + " characters");
    assertTrue(page.length() > 11_500, "only what must be is cut: " + page.length());
    List<String> lines = page.lines().toList();
    assertEquals("failed: " + String.join(", ", SelfTest.STEPS), lines.get(1));
    assertEquals("… cut here; the rest is in log.txt", lines.getLast());
    assertTrue(page.endsWith("\n"));
    String whole = "  " + "x".repeat(199) + "…";
    assertEquals(whole, lines.get(lines.size() - 2), "lines are whole");
  }

  @Test
  void aStepThatSaysMuchLeavesRoomForTheNext() {
    String page = Page.of("title", List.of(result("contract", 300), result("claims", 1)));
    assertTrue(page.contains("  … more in log.txt\nFAILED claims (1 s)\n  x"), page);
    assertFalse(page.contains("cut here"), page);
    assertTrue(page.length() < 3_500, page.length() + " characters");
  }

  @Test
  void aPageThatFitsIsWhole() {
    var result = new StepResult("doctor", Outcome.PASSED, 2.4, List.of("first", "second"));
    assertEquals(
        "title\npassed: doctor\n\nPASSED doctor (2 s)\n  first\n  second\n",
        Page.of("title", List.of(result)));
  }

  private static StepResult result(String step, int lines) {
    return new StepResult(step, Outcome.FAILED, 1, Collections.nCopies(lines, LINE));
  }
}
