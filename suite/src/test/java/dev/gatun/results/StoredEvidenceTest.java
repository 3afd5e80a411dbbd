package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The evidence in {@code results/reference}, of all tiers and machines, judged again. */
class StoredEvidenceTest {
  private static final Path REFERENCES = Path.of("..", "results", "reference");
  private static final ExpectedValues EXPECTED = ExpectedValues.shipped();

  /** What the desk tier's evidence of one machine may take. */
  private static final long DESK_BYTES = 6L << 20;

  private static final Map<String, Evidence> EVIDENCE = new LinkedHashMap<>();

  @BeforeAll
  static void read() throws IOException {
    try (var folders = Files.list(REFERENCES)) {
      for (Path folder : folders.sorted().toList()) {
        EVIDENCE.put(folder.getFileName().toString(), new ResultsFolder(folder).readEvidence());
      }
    }
  }

  @Test
  void everyClaimIsAsItIsRecordedAtItsTier() {
    assertTrue(EVIDENCE.size() >= 4, EVIDENCE.keySet().toString());
    assertEquals(List.of(), faults(EVIDENCE, EXPECTED));
  }

  @Test
  void evidenceOfAClaimWithoutARecordedVerdictIsNamed() {
    ExpectedClaim c2 = EXPECTED.of("C2");
    Map<String, RecordedVerdict> quickAlone = new TreeMap<>(c2.recorded());
    quickAlone.remove("desk");
    assertEquals(
        List.of(
            "amd-epyc-avx512-2-cores-desk has evidence of C2, and results/expected/C2.toml has no"
                + " [recorded.desk]"),
        faults(desk(), recording(c2, quickAlone)));
  }

  @Test
  void aVerdictThatNoEvidenceGivesIsNamed() {
    ExpectedClaim c3 = EXPECTED.of("C3");
    Map<String, RecordedVerdict> other = new TreeMap<>(c3.recorded());
    other.put("desk", new RecordedVerdict(Outcome.HOLDS, List.of("2026-11-30: planted")));
    assertEquals(
        List.of(
            "C3 is recorded as holds in [recorded.desk], and the evidence gives"
                + " {amd-epyc-avx512-2-cores-desk=REPRODUCED}"),
        faults(desk(), recording(c3, other)));
  }

  /** As far as it was said; the desk tier's first claims were measured before it was stored. */
  @Test
  void workTookAtMostTwiceWhatWasSaidAndAtLeastHalf() {
    Map<String, Double> ratios = new TreeMap<>();
    EVIDENCE.forEach((folder, evidence) -> {
      for (String claim : evidence.claims()) {
        Provenance own = evidence.provenance().ofClaim(claim);
        if (own.entries().containsKey(Provenance.ESTIMATED_SECONDS)) {
          double taken = Double.parseDouble(own.entry(Provenance.WALL_SECONDS));
          double said = Double.parseDouble(own.entry(Provenance.ESTIMATED_SECONDS));
          ratios.put(folder + " " + claim, taken / said);
        }
      }
    });
    assertTrue(!ratios.isEmpty());
    assertTrue(
        ratios.values().stream().allMatch(ratio -> ratio >= 0.5 && ratio <= 2), ratios.toString());
  }

  private static Map<String, Evidence> desk() {
    String name = "amd-epyc-avx512-2-cores-desk";
    return Map.of(name, EVIDENCE.get(name).ofClaims(Set.of("C2", "C3")));
  }

  /** The shipped values with other recorded verdicts of one claim. */
  private static ExpectedValues recording(
      ExpectedClaim claim, Map<String, RecordedVerdict> recorded) {
    return new ExpectedValues(
        EXPECTED.claims().stream().map(one -> one == claim ? with(claim, recorded) : one).toList());
  }

  private static ExpectedClaim with(ExpectedClaim c, Map<String, RecordedVerdict> recorded) {
    return new ExpectedClaim(
        c.claim(),
        c.title(),
        c.statement(),
        c.formula(),
        c.paper(),
        c.heads(),
        c.needs(),
        recorded,
        c.evidence(),
        c.control(),
        c.follows(),
        c.doesNotFollow(),
        c.checks());
  }

  /**
   * A line for each claim, tier and text whose recorded verdict is missing, or is that of no
   * evidence, or contradicts some: what is undecided on one machine may be decided on another.
   */
  private static List<String> faults(Map<String, Evidence> all, ExpectedValues expected) {
    List<String> faults = new ArrayList<>();
    Map<String, Map<String, Outcome>> outcomes = new TreeMap<>();
    all.forEach((folder, evidence) -> {
      List<Verdict> verdicts = Judgement.of(evidence, expected);
      String tier = evidence.runs().getFirst().tier();
      for (String id : evidence.claims()) {
        ExpectedClaim claim = expected.of(id);
        ClaimVerdict verdict = ClaimVerdict.of(claim, verdicts);
        String key = ExpectedClaim.recordKey(tier, evidence.corpus(id).orElse(""));
        if (!claim.recorded().containsKey(key)) {
          faults.add(
              "%s has evidence of %s, and results/expected/%s.toml has no [recorded.%s]"
                  .formatted(folder, id, id, key));
        } else {
          outcomes
              .computeIfAbsent(id + " " + key, _ -> new TreeMap<>())
              .put(folder, verdict.outcome());
        }
      }
    });
    outcomes.forEach((claimAndKey, found) -> {
      String claim = claimAndKey.split(" ")[0];
      String key = claimAndKey.split(" ")[1];
      Outcome recorded = expected.of(claim).recorded().get(key).verdict();
      boolean flipped =
          found.values().stream()
              .anyMatch(o -> o != recorded && o.isDecided() && recorded.isDecided());
      if (flipped || !found.containsValue(recorded)) {
        faults.add(
            "%s is recorded as %s in [recorded.%s], and the evidence gives %s"
                .formatted(claim, Wording.of(recorded), key, found));
      }
    });
    return faults;
  }

  @Test
  void whatIsUndecidedSaysHowManySeedsWouldDecideOrWhatElse() {
    List<String> silent = new ArrayList<>();
    EVIDENCE.forEach((folder, evidence) -> {
      for (Verdict verdict : Judgement.of(evidence, EXPECTED)) {
        ExpectedClaim claim = EXPECTED.of(verdict.claim());
        boolean isAcross =
            claim.check(verdict.check()).kind() == CheckKind.STATISTICAL
                && verdict.outcome() == Outcome.UNDECIDED
                && Double.isFinite(verdict.measured())
                && !claim.needs().containsKey(verdict.tier());
        if (isAcross && !verdict.reason().matches(".*(would decide it|the check needs).*")) {
          silent.add(folder + ": " + verdict.claim() + " " + verdict.check());
        }
      }
    });
    assertEquals(List.of(), silent);
  }

  @Test
  void theDeskTierOfAMachineIsSmall() throws IOException {
    Map<String, Long> bytes = new TreeMap<>();
    for (var entry : EVIDENCE.entrySet()) {
      if (entry.getValue().runs().getFirst().tier().equals("desk")) {
        String machine = entry.getKey().replaceFirst("-desk.*$", "");
        bytes.merge(machine, size(REFERENCES.resolve(entry.getKey())), Long::sum);
      }
    }
    assertTrue(!bytes.isEmpty());
    bytes.forEach((machine, size) ->
        assertTrue(size <= DESK_BYTES, "%s: %,d bytes".formatted(machine, size)));
  }

  private static long size(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
