package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class RemarkTest {
  private static Verdict verdict(
      String check, Outcome outcome, double low, double high, double nullValue) {
    double measured = (low + high) / 2;
    return new Verdict(
        "X1",
        check,
        "quick",
        "",
        outcome,
        true,
        measured,
        low,
        high,
        0,
        1,
        "1",
        nullValue,
        "n",
        new Verdict.AgainstNull(low - nullValue, high - nullValue, 0),
        "s",
        Grade.IDENTITY,
        "r");
  }

  private static Function<String, Optional<Verdict>> of(Verdict... verdicts) {
    return name -> List.of(verdicts).stream().filter(v -> v.check().equals(name)).findFirst();
  }

  @Test
  void aRemarkIsMadeOnlyIfEveryConditionHolds() {
    var remark =
        new Remark(
            "so",
            Map.of(
                "a",
                List.of(Standing.REPRODUCED),
                "b",
                List.of(Standing.UNDECIDED, Standing.NOT_REPRODUCED)));
    Verdict a = verdict("a", Outcome.REPRODUCED, 0.1, 0.2, 0);
    assertTrue(remark.holds(of(a, verdict("b", Outcome.NOT_REPRODUCED, 0.1, 0.2, 0))));
    assertTrue(remark.holds(of(a, verdict("b", Outcome.UNDECIDED, 0.1, 0.2, 0))));
    assertFalse(remark.holds(of(a, verdict("b", Outcome.REPRODUCED, 0.1, 0.2, 0))));
    assertFalse(remark.holds(of(a)), "b was not judged");
  }

  @Test
  void whereTheIntervalLiesBesideTheNullIsACondition() {
    for (var way : List.of(Standing.AT_NULL, Standing.ABOVE_NULL, Standing.BELOW_NULL)) {
      var remark = new Remark("so", Map.of("a", List.of(way)));
      assertEquals(
          way == Standing.AT_NULL,
          remark.holds(of(verdict("a", Outcome.REPRODUCED, 0.1, 0.2, 0.2))));
      assertEquals(
          way == Standing.ABOVE_NULL,
          remark.holds(of(verdict("a", Outcome.REPRODUCED, 0.1, 0.2, 0.09))));
      assertEquals(
          way == Standing.BELOW_NULL,
          remark.holds(of(verdict("a", Outcome.REPRODUCED, 0.1, 0.2, 0.21))));
      assertFalse(remark.holds(of(verdict("a", Outcome.REPRODUCED, 0.1, 0.2, Double.NaN))));
    }
  }

  @Test
  void whereTheIntervalOfADifferenceLiesBesideZeroIsACondition() {
    for (var way : List.of(Standing.AT_ZERO, Standing.ABOVE_ZERO, Standing.BELOW_ZERO)) {
      var remark = new Remark("so", Map.of("a", List.of(way)));
      assertEquals(
          way == Standing.AT_ZERO, remark.holds(of(verdict("a", Outcome.REPRODUCED, -0.1, 0, 9))));
      assertEquals(
          way == Standing.ABOVE_ZERO,
          remark.holds(of(verdict("a", Outcome.REPRODUCED, 0.1, 0.2, 9))));
      assertEquals(
          way == Standing.BELOW_ZERO,
          remark.holds(of(verdict("a", Outcome.REPRODUCED, -0.2, -0.1, 9))));
    }
  }

  @Test
  void whatWasNotMeasuredIsNotSpokenOf() {
    var remark = new Remark("measured at {a}", null);
    assertEquals(Set.of("a"), remark.checks());
    assertTrue(remark.holds(of(verdict("a", Outcome.REPRODUCED, 0.1, 0.2, 0))));
    assertFalse(remark.holds(of(verdict("a", Outcome.SKIPPED, Double.NaN, Double.NaN, 0))));
    assertTrue(new Remark("always", null).holds(of()));
  }

  @Test
  void placeholdersAreReplacedByTheirPart() {
    var remark = new Remark("{A6.x} against {b:null} within {b:expected}, {c-d_1.5:value}", null);
    assertEquals(
        "<A6.x MEASURED> against <b NULL> within <b EXPECTED>, <c-d_1.5 VALUE>",
        remark.filled((check, part) -> "<" + check + " " + part + ">"));
  }

  @Test
  void aPlaceholderThatIsNoneIsRefused() {
    for (String text : List.of("{a:nul}", "{a b}", "{}", "a }", "{a:value:null}", " ")) {
      assertThrows(IllegalArgumentException.class, () -> new Remark(text, null), text);
    }
  }
}
