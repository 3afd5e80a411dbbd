package dev.gatun.report;

import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.comparison.Agreement;
import dev.gatun.results.comparison.Comparison;
import dev.gatun.results.comparison.Machine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The same claims on several machines, side by side: a column each, compared with the first. */
final class AcrossSection {
  private static final int HASH_SHOWN = 12;

  private final List<ExpectedClaim> claims;
  private final List<Comparison> comparisons;
  private final List<Machine> machines = new ArrayList<>();

  /** Of comparisons that all have the same first machine; there may be none. */
  AcrossSection(List<ExpectedClaim> claims, List<Comparison> comparisons) {
    this.claims = claims;
    this.comparisons = comparisons;
    if (!comparisons.isEmpty()) {
      machines.add(comparisons.getFirst().first());
    }
    comparisons.forEach(comparison -> machines.add(comparison.other()));
  }

  /** Whether there is another machine. */
  boolean isShown() {
    return !comparisons.isEmpty();
  }

  List<Machine> machines() {
    return machines;
  }

  List<ExpectedClaim> claims() {
    return claims;
  }

  Mark mark(ExpectedClaim claim, Machine machine) {
    return Mark.of(ClaimVerdict.of(claim, machine.verdicts()).outcome());
  }

  /** The metrics of each claim that any machine has measured. */
  List<AcrossTable> tables() {
    return claims.stream()
        .map(claim -> new AcrossTable(claim.claim(), comparisons))
        .filter(table -> !table.isEmpty())
        .toList();
  }

  /** By its name, what each machine has. */
  Map<String, List<String>> settings() {
    var settings = new LinkedHashMap<String, List<String>>();
    settings.put("Device", entries(Provenance.DEVICE));
    settings.put("Processor", entries(Provenance.CPU));
    settings.put("Math mode", entries(Provenance.MATH_MODE));
    settings.put("Libraries", each(AcrossSection::libraries));
    settings.put("BLAS core", entries(Provenance.CORE_TYPE));
    settings.put("Threads", entries(Provenance.THREADS));
    settings.put("JDK", entries(Provenance.JDK));
    settings.put("Tier", each(AcrossSection::tier));
    settings.put("First seed", entries(Provenance.SEED));
    settings.put("Corpus", each(machine -> hashes(machine, Provenance.CORPUS_HASH)));
    settings.put("Commit", each(machine -> hashes(machine, Provenance.GIT_COMMIT)));
    settings.put("Started", entries(Provenance.STARTED));
    return settings;
  }

  private List<String> entries(String key) {
    return each(machine -> machine.entry(key));
  }

  private List<String> each(Function<Machine, String> of) {
    return machines.stream().map(of).toList();
  }

  private static String libraries(Machine machine) {
    Provenance provenance = machine.evidence().provenance();
    return provenance.keys().stream()
        .filter(key -> key.startsWith(Provenance.LIBRARY_PREFIX) && !key.endsWith("configuration"))
        .map(key -> key.substring(Provenance.LIBRARY_PREFIX.length()) + " " + provenance.entry(key))
        .collect(Collectors.joining(", "));
  }

  private static String tier(Machine machine) {
    return machine.evidence().runs().stream()
        .map(Run::tier)
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static String hashes(Machine machine, String key) {
    List<String> hashes = machine.evidence().provenance().values(key);
    return hashes.isEmpty()
        ? "none"
        : hashes.stream().map(AcrossSection::shortened).collect(Collectors.joining(", "));
  }

  private static String shortened(String hash) {
    return hash.length() > HASH_SHOWN ? hash.substring(0, HASH_SHOWN) + "…" : hash;
  }

  /** How many metrics have an agreement. */
  record Tally(long count, Mark mark) {}

  /** Of each machine but the first, how many metrics agree, and how many do not. */
  List<List<Tally>> tallies() {
    return comparisons.stream().map(AcrossSection::tallies).toList();
  }

  private static List<Tally> tallies(Comparison comparison) {
    return List.of(Agreement.values()).reversed().stream()
        .map(agreement ->
            new Tally(
                comparison.metrics().stream().filter(m -> m.agreement() == agreement).count(),
                Mark.of(agreement)))
        .filter(tally -> tally.count() > 0)
        .toList();
  }
}
