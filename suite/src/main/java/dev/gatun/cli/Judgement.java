package dev.gatun.cli;

import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Run;
import dev.gatun.results.UnreadableResultsException;
import dev.gatun.results.Verdict;
import dev.gatun.results.Verdicts;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Verdicts on whatever a piece of evidence holds. */
final class Judgement {
  private Judgement() {}

  /** One verdict per check of each claim that has runs, in the order of the expected values. */
  static List<Verdict> of(Evidence evidence, ExpectedValues expected) {
    Set<String> measured = evidence.runs().stream().map(Run::claim).collect(Collectors.toSet());
    List<String> claims =
        expected.claims().stream().map(ExpectedClaim::claim).filter(measured::contains).toList();
    if (claims.isEmpty()) {
      throw new UnreadableResultsException(
          "the evidence holds no run of a claim that has expected values");
    }
    Run any = evidence.runs().getFirst();
    return Verdicts.judge(evidence, expected.only(claims), any.tier(), any.device());
  }
}
