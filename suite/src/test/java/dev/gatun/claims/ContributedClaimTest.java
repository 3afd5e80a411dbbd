package dev.gatun.claims;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.Evidence;
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
  void theFileJudgesTheEvidenceAsTheShippedOneDoes() throws IOException {
    Path file = Files.writeString(folder.resolve("A9.toml"), block("```toml\nclaim = "));
    Evidence evidence =
        new ResultsFolder(ROOT.resolve("results/reference/amd-epyc-avx512-2-cores")).readEvidence();
    List<Verdict> shown = Judgement.of(evidence, ExpectedValues.load(file));
    assertEquals(1, shown.size());
    assertEquals(
        Judgement.of(evidence, ExpectedValues.shipped().only(List.of("A9"))).stream()
            .map(Verdict::outcome)
            .filter(outcome -> outcome != Outcome.SKIPPED)
            .toList(),
        shown.stream().map(Verdict::outcome).toList());
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
