package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A claim's word, beside the recorded one. */
class ClaimVerdictTest {
  private static final String CHECK =
      ExpectedValuesTest.CHECK.replace("\"algebra\"", "\"statistical\"\nminimum_seeds = 1");

  @TempDir Path folder;

  /** Of a claim with some keys more, whose check is at a value; its bound begins at 0.5. */
  private ClaimVerdict judge(double value, String keys) throws IOException {
    Path file = folder.resolve("x.toml");
    Files.writeString(file, CHECK + keys);
    ExpectedValues expected = ExpectedValues.load(file);
    var evidence = new EvidenceBuilder();
    RunRecorder run = evidence.begin("r", "X1", "a", "quick", "cpu", 1, "{}");
    run.metric("m", 0, value, "1");
    run.finish(0);
    List<Verdict> verdicts =
        Verdicts.judge(evidence.build(new Provenance(Map.of())), expected, "quick", "cpu");
    return ClaimVerdict.of(expected.of("X1"), verdicts);
  }

  private static String recorded(String tier, String verdict) {
    return "[recorded.%s]\nverdict = \"%s\"\nhistory = [\"2026-01-01: made up\"]\n"
        .formatted(tier, verdict);
  }

  @Test
  void aDecidedVerdictThatIsDecidedOtherwiseHasFlipped() throws IOException {
    ClaimVerdict flipped = judge(0.3, recorded("quick", "reproduced"));
    assertEquals(Outcome.NOT_REPRODUCED, flipped.outcome());
    assertTrue(flipped.isFlipped());
    assertTrue(judge(0.7, recorded("quick", "as_its_null")).isFlipped());
    assertFalse(judge(0.7, recorded("quick", "reproduced")).isMoved());
  }

  @Test
  void aPaperThatIsContradictedAsRecordedHasNotFlipped() throws IOException {
    ClaimVerdict contradicted = judge(0.3, recorded("quick", "not_reproduced"));
    assertFalse(contradicted.isFlipped() || contradicted.isMoved());
  }

  @Test
  void toAndFromUndecidedIsAMoveAndNoFlip() throws IOException {
    ClaimVerdict from = judge(0.7, recorded("quick", "undecided"));
    assertTrue(from.isMoved() && !from.isFlipped());
    String needs = "[needs]\nquick = \"a longer run\"\n";
    ClaimVerdict to = judge(0.7, recorded("quick", "reproduced") + needs);
    assertEquals(Outcome.UNDECIDED, to.outcome());
    assertEquals("a longer run", to.needs());
    assertTrue(to.isMoved() && !to.isFlipped());
  }

  @Test
  void whatIsRecordedOfAnotherTierSaysNothingOfThisOne() throws IOException {
    ClaimVerdict other = judge(0.3, recorded("desk", "reproduced"));
    assertEquals(Optional.empty(), other.recorded());
    assertFalse(other.isMoved());
  }
}
