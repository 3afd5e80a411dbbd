package dev.gatun.report;

import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.Run;
import java.util.List;

/** The runs of a claim. */
final class RunTable {
  /** Titles name no more arms than this. */
  private static final int MOST_NAMED = 6;

  private final List<Run> runs;

  RunTable(EvidenceIndex evidence, ExpectedClaim claim) {
    this.runs = evidence.runsOf(claim.claim());
  }

  List<Run> runs() {
    return runs;
  }

  /** As in {@code 12 runs in 4 arms: d64, d96, …}. */
  String title() {
    List<String> arms = runs.stream().map(Run::arm).distinct().toList();
    String names = arms.size() > MOST_NAMED ? "" : ": " + String.join(", ", arms);
    return "%s %s in %s %s%s"
        .formatted(
            runs.size(),
            runs.size() == 1 ? "run" : "runs",
            arms.size(),
            arms.size() == 1 ? "arm" : "arms",
            names);
  }
}
