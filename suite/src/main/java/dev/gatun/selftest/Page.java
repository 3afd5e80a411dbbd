package dev.gatun.selftest;

import dev.gatun.selftest.StepResult.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The page that is read first: what passed, what failed and why. */
final class Page {
  /** So much fits one message of those that pages are sent by. */
  static final int LIMIT = 12_000;

  /** What one step may fill of it, so that the later ones are seen too. */
  private static final int STEP = 2_400;

  private static final int LINE = 200;
  private static final String CUT = "… cut here; the rest is in log.txt\n";

  private Page() {}

  /** The page of some results, which is never longer than it may be. */
  static String of(String title, List<StepResult> results) {
    var text = new StringBuilder(title).append('\n').append(counts(results)).append("\n\n");
    results.forEach(result -> append(text, result));
    if (text.length() <= LIMIT) {
      return text.toString();
    }
    int end = text.lastIndexOf("\n", LIMIT - CUT.length() - 1) + 1;
    return text.substring(0, end) + CUT;
  }

  private static void append(StringBuilder text, StepResult result) {
    text.append(
        String.format(
            Locale.ROOT, "%s %s (%.0f s)%n", result.outcome(), result.step(), result.seconds()));
    int end = text.length() + STEP;
    for (String line : result.lines()) {
      if (text.length() > end) {
        text.append("  … more in log.txt\n");
        break;
      }
      text.append("  ").append(shortened(line)).append('\n');
    }
  }

  private static String counts(List<StepResult> results) {
    var counts = new ArrayList<String>();
    for (Outcome outcome : Outcome.values()) {
      List<String> steps =
          results.stream()
              .filter(result -> result.outcome() == outcome)
              .map(StepResult::step)
              .toList();
      if (!steps.isEmpty()) {
        counts.add(outcome.name().toLowerCase(Locale.ROOT) + ": " + String.join(", ", steps));
      }
    }
    return String.join("\n", counts);
  }

  private static String shortened(String line) {
    return line.length() <= LINE ? line : line.substring(0, LINE - 1) + "…";
  }

  /** The last lines of what was printed: there a process says why it ends. */
  static List<String> lastLines(List<String> lines, int most) {
    return lines.subList(Math.max(0, lines.size() - most), lines.size());
  }
}
