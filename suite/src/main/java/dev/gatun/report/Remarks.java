package dev.gatun.report;

import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Remark;
import dev.gatun.results.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Remarks of the data files as prose: those that hold, with what was measured filled in. */
final class Remarks {
  private final Map<String, Verdict> verdicts;
  private final ExpectedValues expected;

  private Remarks(Map<String, Verdict> verdicts, ExpectedValues expected) {
    this.verdicts = verdicts;
    this.expected = expected;
  }

  /** Those of one claim, which name its checks. */
  static Remarks ofClaim(String claim, List<Verdict> verdicts, ExpectedValues expected) {
    return of(
        verdicts.stream().filter(v -> v.claim().equals(claim)).toList(), expected, Verdict::check);
  }

  /** Those of a paper, which name checks as in {@code A6.paper_cause}. */
  static Remarks ofPaper(List<Verdict> verdicts, ExpectedValues expected) {
    return of(verdicts, expected, v -> v.claim() + "." + v.check());
  }

  private static Remarks of(
      List<Verdict> verdicts, ExpectedValues expected, Function<Verdict, String> name) {
    return new Remarks(
        verdicts.stream()
            .collect(Collectors.toMap(name, v -> v, (first, _) -> first, LinkedHashMap::new)),
        expected);
  }

  /** The remarks that hold, one after the other; empty if there is none. */
  List<Inline> said(List<Remark> remarks) {
    String text =
        remarks.stream()
            .filter(remark -> remark.holds(this::verdict))
            .map(remark -> remark.filled(this::shown))
            .collect(Collectors.joining(" "));
    return text.isEmpty() ? List.of() : Inline.prose(text);
  }

  private Optional<Verdict> verdict(String check) {
    return Optional.ofNullable(verdicts.get(check));
  }

  private String shown(String check, Remark.Part part) {
    Verdict v = verdicts.get(check);
    double width = v.measuredHigh() - v.measuredLow();
    String unit = Numbers.unit(v.unit());
    return switch (part) {
      case MEASURED ->
          Numbers.format(v.measured(), width)
              + unit
              + (width > 0 ? " " + Numbers.interval(v.measuredLow(), v.measuredHigh()) : "");
      case VALUE -> Numbers.format(v.measured(), width) + unit;
      case NULL -> Numbers.format(v.nullValue()) + unit;
      case EXPECTED -> Expectation.bounds(v, Expectation.of(v, expected)) + unit;
    };
  }
}
