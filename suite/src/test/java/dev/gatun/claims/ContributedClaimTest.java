package dev.gatun.claims;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Judgement;
import dev.gatun.results.Outcome;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Follows what CONTRIBUTING says of a claim on runs that there are. */
class ContributedClaimTest {
  private static final Path ROOT = Path.of("..");

  @TempDir private Path folder;

  @Test
  void theRowIsOneOfTheClaims() throws IOException {
    String row = block("```java\n        new SweepClaim(");
    String claims =
        Files.readString(ROOT.resolve("suite/src/main/java/dev/gatun/claims/Claims.java"));
    assertTrue(claims.contains(row), row);
  }

  @Test
  void theFileJudgesTheEvidence() throws IOException {
    Path file = Files.writeString(folder.resolve("A9.toml"), block("```toml\nclaim = "));
    ExpectedValues expected = ExpectedValues.load(file);
    Evidence evidence =
        new ResultsFolder(ROOT.resolve("results/reference/amd-epyc-zen4-4-cores")).readEvidence();
    List<Verdict> verdicts = Judgement.of(evidence, expected);
    assertEquals(List.of("A9"), verdicts.stream().map(Verdict::claim).toList());
    assertEquals(Outcome.REPRODUCED, verdicts.getFirst().outcome());
  }

  @Test
  void theFileSaysWhatTheShippedOneSays() throws IOException {
    Path file = Files.writeString(folder.resolve("A9.toml"), block("```toml\nclaim = "));
    ExpectedClaim shown = ExpectedValues.load(file).of("A9");
    ExpectedClaim shipped = ExpectedValues.shipped().of("A9");
    assertEquals(shipped.statement(), shown.statement());
    assertTrue(
        shipped.checks().stream().anyMatch(c -> c.id().equals(shown.checks().getFirst().id())));
  }

  /** What a fenced block holds that begins so. */
  private static String block(String start) throws IOException {
    String text = Files.readString(ROOT.resolve("CONTRIBUTING.md"));
    int from = text.indexOf(start);
    assertTrue(from >= 0, start);
    from = text.indexOf('\n', from) + 1;
    return text.substring(from, text.indexOf("```", from));
  }
}
