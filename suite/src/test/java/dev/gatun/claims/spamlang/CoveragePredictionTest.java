package dev.gatun.claims.spamlang;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.Evidence;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** What G5 predicts of V = 131,072 follows from the stored evidence. */
class CoveragePredictionTest {
  private static final Path RESULTS = Path.of("..", "results");

  /** The paper's largest setting: 5,000 steps of 128 sequences. */
  private static final double MEAN = 5000.0 * 128 / 131_072;

  private static final int MOST_VISITS = 16;

  /** Rounded in the table. */
  private static final double LAST_DIGIT = 5.1e-5;

  @Test
  void theTableFollowsFromTheEvidence() throws IOException {
    List<String> stored =
        Files.readAllLines(RESULTS.resolve("expected/spamlang-131072.csv")).stream()
            .filter(line -> !line.startsWith("#"))
            .toList();
    List<String> now = table();
    assertEquals(now.size(), stored.size(), () -> String.join("\n", now));
    assertEquals(now.getFirst(), stored.getFirst());
    for (int row = 1; row < now.size(); row++) {
      String[] expected = now.get(row).split(",");
      String[] shown = stored.get(row).split(",");
      assertEquals(expected[0], shown[0]);
      for (int i = 1; i < expected.length; i++) {
        assertEquals(
            Double.parseDouble(expected[i]),
            Double.parseDouble(shown[i]),
            LAST_DIGIT,
            () -> String.join("\n", now));
      }
    }
  }

  private static List<String> table() {
    Evidence evidence =
        new ResultsFolder(RESULTS.resolve("reference/intel-xeon-avx512-2-cores")).readEvidence();
    List<VisitLaw> narrow = laws(evidence, "v2048-batch128-rate0.003");
    List<VisitLaw> wide = laws(evidence, "d64-v2048-seq4.88");
    List<String> table = new ArrayList<>();
    table.add("visits,share_of_symbols,d16_low,d16,d16_high,d64_low,d64,d64_high");
    for (int visits = 0; visits <= MOST_VISITS; visits++) {
      int k = visits;
      double share = VisitLaw.poissonMean(MEAN, n -> n == k ? 1 : 0);
      table.add(row(String.valueOf(k), share, narrow, wide, law -> law.accuracy(k)));
    }
    table.add(row("all", 1, narrow, wide, law -> law.predicted(MEAN)));
    return table;
  }

  /** The law of each seed's run. */
  private static List<VisitLaw> laws(Evidence evidence, String arm) {
    List<VisitLaw> laws =
        evidence.runs().stream()
            .filter(run -> run.claim().equals("G5") && run.arm().equals(arm))
            .map(run -> law(evidence, run))
            .toList();
    assertTrue(laws.size() >= 5, arm);
    return laws;
  }

  private static VisitLaw law(Evidence evidence, Run run) {
    return VisitLaw.fit(
        VisitLaw.Counts.of(
            evidence.metrics().stream().filter(m -> m.run().equals(run.id())).toList()));
  }

  private static String row(
      String visits,
      double share,
      List<VisitLaw> narrow,
      List<VisitLaw> wide,
      ToDoubleFunction<VisitLaw> of) {
    return "%s,%s,%s,%s".formatted(visits, rounded(share), spread(narrow, of), spread(wide, of));
  }

  private static String spread(List<VisitLaw> laws, ToDoubleFunction<VisitLaw> of) {
    var values = laws.stream().mapToDouble(of).summaryStatistics();
    return "%s,%s,%s"
        .formatted(
            rounded(values.getMin()), rounded(values.getAverage()), rounded(values.getMax()));
  }

  private static String rounded(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
