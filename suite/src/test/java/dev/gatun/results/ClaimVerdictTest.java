package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A badge says what the claim's own checks say, and what is to be said against it. */
class ClaimVerdictTest {
  private static final String SECOND =
      ExpectedValuesTest.CHECK
          .substring(ExpectedValuesTest.CHECK.indexOf("[[checks]]"))
          .replace("id = \"x\"", "id = \"y\"")
          .replace("metric = \"m\"", "metric = \"reason\"");

  @TempDir Path folder;

  /** Of a claim whose own check is reproduced and whose second check, of a role, is at a value. */
  private ClaimVerdict judge(String role, double value) throws IOException {
    Path file = folder.resolve("x.toml");
    Files.writeString(file, ExpectedValuesTest.CHECK + SECOND + "role = \"" + role + "\"\n");
    ExpectedValues expected = ExpectedValues.load(file);
    var evidence = new EvidenceBuilder();
    RunRecorder run = evidence.begin("r", "X1", "a", "quick", "cpu", 1, "{}");
    run.metric("m", 0, 0.7, "1");
    if (Double.isFinite(value)) {
      run.metric("reason", 0, value, 0.05, "1");
    }
    run.finish(0);
    List<Verdict> verdicts =
        Verdicts.judge(
            evidence.build(new Provenance(java.util.Map.of())), expected, "quick", "cpu");
    return ClaimVerdict.of(expected.of("X1"), verdicts);
  }

  @Test
  void aReproducedNumberWithARefutedCauseIsNotReproducedInFull() throws IOException {
    ClaimVerdict refuted = judge("cause", 0.3);
    assertEquals(Outcome.REPRODUCED, refuted.outcome());
    assertEquals(List.of("cause not reproduced"), refuted.reservations());
    assertFalse(refuted.isReproducedInFull());
    assertEquals(List.of("cause inconclusive"), judge("cause", 0.52).reservations());
    assertTrue(judge("cause", 0.8).isReproducedInFull());
  }

  @Test
  void aNumberThatItsNullGivesTooIsNotReproducedInFull() throws IOException {
    assertEquals(List.of("no more than its null"), judge("beyond_null", 0.3).reservations());
    assertEquals(List.of("null not excluded"), judge("beyond_null", 0.52).reservations());
    assertTrue(judge("beyond_null", 0.8).isReproducedInFull());
  }

  @Test
  void whatWasNotMeasuredIsNoReservation() throws IOException {
    assertEquals(List.of(), judge("cause", Double.NaN).reservations());
    assertTrue(judge("beyond_null", Double.NaN).isReproducedInFull());
  }

  @Test
  void aCheckOfTheCauseNeverGates() throws IOException {
    assertFalse(judge("cause", 0.3).outcome() == Outcome.NOT_REPRODUCED);
    Path file = folder.resolve("gates.toml");
    for (CheckRole role : List.of(CheckRole.CAUSE, CheckRole.BEYOND_NULL)) {
      Files.writeString(
          file,
          ExpectedValuesTest.CHECK
              + "gates = true\nrole = \"%s\"\n".formatted(role.name().toLowerCase(Locale.ROOT)));
      String message =
          assertThrows(UnreadableResultsException.class, () -> ExpectedValues.load(file))
              .getMessage();
      assertTrue(message.endsWith("is not about the claim itself, so it cannot gate"), message);
    }
  }
}
