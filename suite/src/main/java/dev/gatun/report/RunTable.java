package dev.gatun.report;

import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.Metric;
import dev.gatun.results.Run;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The runs of a claim, and behind a fold what its checks read of them. */
final class RunTable {
  /** Titles name no more arms than this. */
  private static final int MOST_NAMED = 6;

  private final EvidenceIndex evidence;
  private final List<Run> runs;
  private final List<String> read;

  RunTable(EvidenceIndex evidence, ExpectedClaim claim) {
    this.evidence = evidence;
    this.runs = evidence.runsOf(claim.claim());
    this.read =
        claim.checks().stream()
            .flatMap(c -> Stream.of(c.metric(), c.minusMetric(), c.nullMetric()))
            .distinct()
            .toList();
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

  /** The metrics that checks read, each with all its steps: the first and the last are shown. */
  Collection<List<Metric>> metricsOf(Run run) {
    Map<String, List<Metric>> byName = new LinkedHashMap<>();
    for (Metric m : evidence.metricsOf(run)) {
      if (read.contains(m.name())) {
        byName.computeIfAbsent(m.name(), _ -> new ArrayList<>()).add(m);
      }
    }
    return byName.values();
  }
}
