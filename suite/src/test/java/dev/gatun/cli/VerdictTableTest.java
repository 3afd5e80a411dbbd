package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The summary that {@code gatun verify} prints. */
class VerdictTableTest {
  private static final String EXPECTED =
      """
      claim = "X1"
      title = "a"
      statement = "b"
      formula = "c"
      paper = "d"
      [recorded.quick]
      verdict = "undecided"
      history = ["2026-01-01: made up for a test"]
      [[checks]]
      id = "%s"
      metric = "m"
      low = %s
      high = 1.0
      history = ["2026-01-01: made up for a test"]
      title = "a"
      unit = "1"
      tiers = ["quick"]
      devices = ["cpu"]
      kind = "statistical"
      source = "e"
      grade = "printed"
      tolerance = "f"
      """;

  @TempDir Path temporary;

  @Test
  void whatWouldDecideStandsBeforeWhatIsCutOff() throws IOException {
    String row = undecided("half_of_the_directions", "0.55");
    String start = "half_of_the_directions: about 13 seeds would decide it if the mean stays; ";
    assertTrue(row.contains(start.strip() + "…"), row);
  }

  @Test
  void noLengthOfNameCutsWhatWouldDecide() throws IOException {
    String name = "the_same_of_a_check_with_a_name_of_fifty_letters_x";
    assertTrue(undecided(name, "0.55").contains(name + ": about 13 seeds would decide it…"));
    assertTrue(undecided(name, "0.6").contains(name + ": not even 1000 seeds would decide it…"));
  }

  /** The row of a check whose five values lie around 0.6, across a bound. */
  private String undecided(String check, String low) throws IOException {
    var evidence = new EvidenceBuilder();
    for (int seed = 1; seed <= 5; seed++) {
      evidence
          .begin("X1/an-arm/" + seed, "X1", "an-arm", "quick", "cpu", seed, "{}")
          .metric("m", 0, 0.45 + 0.05 * seed, "1");
    }
    Path results = temporary.resolve("results" + low);
    new ResultsFolder(results).write(evidence.build(new Provenance(Map.of())), List.of());
    Path expected = Files.writeString(temporary.resolve("X1.toml"), EXPECTED.formatted(check, low));
    CommandRun run = CommandRun.of("verify", results, "--expected", expected);
    assertEquals(0, run.code(), run.err());
    return run.out().lines().filter(line -> line.contains(check)).findFirst().orElseThrow();
  }
}
