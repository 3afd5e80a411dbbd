package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks of a claim that is about one form of head decide nothing about another. */
class HeadVerdictsTest {
  @TempDir Path folder;
  private final EvidenceBuilder evidence = new EvidenceBuilder();

  @Test
  void checksGateForTheHeadThatTheClaimNames() throws IOException {
    run("a", "{\"head\": {\"form\": \"linear\", \"tied\": false}}");
    assertTrue(verdict("heads = [\"linear\"]").gates());
    assertTrue(verdict("").gates());
  }

  @Test
  void checksOfAnotherHeadAreReportedAndSayWhy() throws IOException {
    run("a", "{\"head\": {\"form\": \"sigsoftmax\", \"tied\": false}}");
    Verdict other = verdict("heads = [\"linear\", \"factorised\"]");
    assertFalse(other.gates());
    assertEquals(Outcome.HOLDS, other.outcome());
    assertEquals(
        "the claim is about linear or factorised heads, and this is one of form sigsoftmax; inside"
            + " the bound (a, seed 1, step 0)",
        other.reason());
    assertTrue(verdict("").gates());
  }

  @Test
  void controlsAloneDecideNothing() throws IOException {
    evidence.begin("X1/b/1", "X1", "b", "quick", "cpu", 1, "{\"head\": {\"form\": \"other\"}}");
    run("a", "{\"contexts\": 3}");
    assertFalse(verdict("heads = [\"linear\"]").gates());
  }

  @Test
  void anArmOfAnotherHeadLeavesTheOtherArmsGating() throws IOException {
    evidence.begin("X1/b/1", "X1", "b", "quick", "cpu", 1, "{\"head\": {\"form\": \"other\"}}");
    run("a", "{\"head\": {\"form\": \"linear\"}}");
    assertTrue(verdict("heads = [\"linear\"]").gates());
  }

  @Test
  void configurationThatIsNotJsonIsNamed() {
    run("a", "head=linear");
    var thrown =
        assertThrows(UnreadableResultsException.class, () -> verdict("heads = [\"linear\"]"));
    assertTrue(thrown.getMessage().contains("run X1/a/1 is not JSON"), thrown.getMessage());
  }

  private void run(String arm, String configuration) {
    evidence
        .begin("X1/" + arm + "/1", "X1", arm, "quick", "cpu", 1, configuration)
        .metric("m", 0, 0.5, "1");
  }

  /** On the check of {@link ExpectedValuesTest}, with a key of its claim. */
  private Verdict verdict(String key) throws IOException {
    Path file = folder.resolve("expected.toml");
    Files.writeString(file, ExpectedValuesTest.CHECK.replace("[[checks]]", key + "\n[[checks]]"));
    Evidence built = evidence.build(new Provenance(Map.of()));
    return Verdicts.judge(built, ExpectedValues.load(file), "quick", "cpu").getFirst();
  }
}
