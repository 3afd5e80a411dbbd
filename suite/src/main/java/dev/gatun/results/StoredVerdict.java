package dev.gatun.results;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A verdict with what a reader of {@code verdicts.arrow} needs to understand it alone: the words of
 * its check and what became of its claim.
 *
 * @param title what is checked, in words
 * @param openLow whether the least expected value itself lies outside
 * @param openHigh whether the greatest expected value itself lies outside
 * @param claim verdict on the whole claim
 * @param corpus name of the corpus that the claim's runs read, empty if they read none or several
 */
public record StoredVerdict(
    Verdict verdict,
    String title,
    boolean openLow,
    boolean openHigh,
    String claimTitle,
    ClaimVerdict claim,
    Optional<String> corpus) {

  /** What is stored of each verdict. */
  public static List<StoredVerdict> of(
      List<Verdict> verdicts, ExpectedValues expected, Evidence evidence) {
    Map<String, Optional<String>> corpora = new TreeMap<>();
    return verdicts.stream()
        .map(verdict -> {
          ExpectedClaim claim = expected.of(verdict.claim());
          ExpectedCheck check = claim.check(verdict.check());
          return new StoredVerdict(
              verdict,
              check.title(),
              check.openLow(),
              check.openHigh(),
              claim.title(),
              ClaimVerdict.of(claim, verdicts),
              corpora.computeIfAbsent(claim.claim(), name -> corpus(name, evidence.runs())));
        })
        .toList();
  }

  private static Optional<String> corpus(String claim, List<Run> runs) {
    List<String> names =
        runs.stream()
            .filter(run -> run.claim().equals(claim))
            .flatMap(run -> run.corpus().stream())
            .distinct()
            .toList();
    return names.size() == 1 ? Optional.of(names.getFirst()) : Optional.empty();
  }

  /** Claim and check, which name it among others. */
  public String name() {
    return verdict.claim() + " " + verdict.check();
  }
}
