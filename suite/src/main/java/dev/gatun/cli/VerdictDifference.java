package dev.gatun.cli;

import dev.gatun.results.Outcome;
import dev.gatun.results.StoredVerdict;
import dev.gatun.results.Wording;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A check whose stored verdict is not the one that the stored evidence is given now. */
record VerdictDifference(
    String check, Optional<StoredVerdict> stored, Optional<StoredVerdict> now) {

  /** All that differ, in the order of the verdicts of now; what is only stored comes last. */
  static List<VerdictDifference> of(List<StoredVerdict> stored, List<StoredVerdict> now) {
    Map<String, StoredVerdict> before = byName(stored);
    Map<String, StoredVerdict> after = byName(now);
    List<String> names = new ArrayList<>(after.keySet());
    before.keySet().stream().filter(name -> !after.containsKey(name)).forEach(names::add);
    return names.stream()
        .map(name ->
            new VerdictDifference(
                name, Optional.ofNullable(before.get(name)), Optional.ofNullable(after.get(name))))
        .filter(difference -> !difference.stored.equals(difference.now))
        .toList();
  }

  private static Map<String, StoredVerdict> byName(List<StoredVerdict> verdicts) {
    Map<String, StoredVerdict> byName = new LinkedHashMap<>();
    verdicts.forEach(verdict -> byName.put(verdict.name(), verdict));
    return byName;
  }

  String inWords() {
    if (stored.isEmpty()) {
      return "verdicts.arrow has no verdict on %s".formatted(check);
    }
    if (now.isEmpty()) {
      return "verdicts.arrow has a verdict on %s, which is not judged now".formatted(check);
    }
    String was = words(stored.get());
    String is = words(now.get());
    return was.equals(is)
        ? "verdicts.arrow calls %s %s, as it is now, but with other values or words"
            .formatted(check, was)
        : "verdicts.arrow calls %s %s, and now it is %s".formatted(check, was, is);
  }

  /** The same as JSON. */
  record Line(String check, Optional<Outcome> stored, Optional<Outcome> now) {}

  Line line() {
    return new Line(
        check, stored.map(was -> was.verdict().outcome()), now.map(is -> is.verdict().outcome()));
  }

  private static String words(StoredVerdict verdict) {
    return Wording.of(verdict.verdict().outcome());
  }
}
