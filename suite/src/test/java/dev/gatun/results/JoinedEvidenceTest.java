package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Evidence of claims that were measured apart, in one folder. */
class JoinedEvidenceTest {
  private static final ExpectedValues EXPECTED = ExpectedValues.shipped();

  @TempDir Path path;

  private final Evidence b6 = evidence("desk", "aaaa", "B6");
  private final Evidence controls = evidence("desk", "bbbb", "C2", "C3");
  private final Evidence a4 = evidence("desk", "cccc", "A4");

  @Test
  void eachClaimKeepsItsRunsAndItsProvenance() {
    var folder = new ResultsFolder(path);
    folder.write(controls);
    folder.write(folder.joined(b6, EXPECTED));
    Evidence all = folder.readEvidence();
    assertEquals(List.of("B6", "C2", "C3"), all.claims());
    assertEquals(b6.metrics(), all.ofClaims(Set.of("B6")).metrics());
    assertEquals(controls.runs(), all.ofClaims(Set.of("C2", "C3")).runs());
    assertEquals(controls.spectra(), all.ofClaims(Set.of("C2", "C3")).spectra());
    assertEquals(withoutHash(b6.provenance()), withoutHash(all.provenance().ofClaim("B6")));
    assertEquals(withoutHash(controls.provenance()), withoutHash(all.provenance().ofClaim("C3")));
    assertEquals("a processor", all.provenance().entries().get(Provenance.CPU), "in common");
    assertEquals(List.of("aaaa", "bbbb"), all.provenance().values(Provenance.GIT_COMMIT));
    assertEquals("aaaa, bbbb", all.provenance().entry(Provenance.GIT_COMMIT));
  }

  private static Map<String, String> withoutHash(Provenance provenance) {
    return Map.copyOf(provenance.without(Provenance.CONFIGURATION_HASH).entries());
  }

  @Test
  void whichClaimCameFirstChangesNoByte() throws IOException {
    write("one", List.of(controls, b6, a4));
    write("other", List.of(a4, controls, b6));
    write("twice", List.of(a4, controls, b6, controls));
    for (String file : List.of("runs.arrow", "metrics.arrow", "spectra.arrow", "run.json")) {
      for (String other : List.of("other", "twice")) {
        assertEquals(
            -1,
            Files.mismatch(path.resolve("one").resolve(file), path.resolve(other).resolve(file)),
            file);
      }
    }
  }

  private void write(String name, List<Evidence> parts) {
    var folder = new ResultsFolder(path.resolve(name));
    parts.forEach(part -> folder.write(folder.joined(part, EXPECTED)));
  }

  @Test
  void whatDiffersByRunStandsInRunJsonAlone() throws IOException {
    write("joined", List.of(controls, b6));
    String run = Files.readString(path.resolve("joined/run.json"));
    assertTrue(run.contains("\"claim.C3.started\" : \"2026-01-01 bbbb\""), run);
    Provenance ofTheNumbers = controls.joined(b6, EXPECTED).provenance().ofTheNumbers();
    assertEquals(List.of(), ofTheNumbers.values(Provenance.STARTED));
  }

  @Test
  void aClaimThatIsMeasuredAgainIsReplacedAsAWhole() {
    Evidence again = evidence("desk", "dddd", "C3");
    Evidence all = controls.joined(again, EXPECTED);
    assertEquals(List.of("C2", "C3"), all.claims());
    assertEquals("bbbb", all.provenance().ofClaim("C2").entry(Provenance.GIT_COMMIT));
    assertEquals("dddd", all.provenance().ofClaim("C3").entry(Provenance.GIT_COMMIT));
    assertEquals(again.runs(), all.ofClaims(Set.of("C3")).runs());
    assertSame(again, evidence("desk", "bbbb", "C3").joined(again, EXPECTED), "nothing stays");
  }

  @Test
  void anotherTierIsRefused() {
    Evidence quick = evidence("quick", "aaaa", "B6");
    assertEquals(
        "the tier of C2, C3 is desk, and that of B6 is quick; the two cannot be joined",
        assertThrows(IllegalArgumentException.class, () -> controls.joined(quick, EXPECTED))
            .getMessage());
    Evidence same = evidence("quick", "aaaa", "C2", "C3");
    assertThrows(IllegalArgumentException.class, () -> controls.joined(same, EXPECTED));
    var folder = new ResultsFolder(path);
    folder.write(controls);
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> folder.staying(List.of("B6"), "quick", quick.provenance()));
    assertEquals(
        path
            + ": the tier of C2, C3 is desk, and that of B6 is quick; choose another folder with"
            + " --out",
        refused.getMessage());
    assertEquals(List.of("C2"), folder.staying(List.of("C3"), "desk", b6.provenance()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"seed", "cpu", "device", "math.mode", "blas.core", "library.vector width"})
  void anotherSeedOrMachineIsRefusedWhereSomethingStays(String key) {
    var other =
        new Evidence(b6.provenance().with(key, "another"), b6.runs(), b6.metrics(), b6.spectra());
    String line =
        assertThrows(IllegalArgumentException.class, () -> controls.joined(other, EXPECTED))
            .getMessage();
    assertTrue(line.startsWith("the " + key + " of C2, C3 is "), line);
    assertTrue(line.contains("that of B6 is another"), line);
    assertEquals(Optional.empty(), b6.obstacle(List.of("B6"), "desk", other.provenance()));
  }

  @Test
  void aRunOfTwoClaimsIsRefused() {
    var builder = new EvidenceBuilder();
    builder.begin("C2/full/seed1", "B6", "full", "desk", "cpu", 1, "{}").finish(1);
    Evidence stray = builder.build(b6.provenance());
    String line =
        assertThrows(IllegalArgumentException.class, () -> controls.joined(stray, EXPECTED))
            .getMessage();
    assertTrue(line.contains("C2/full/seed1"), line);
  }

  private static Evidence evidence(String tier, String commit, String... claims) {
    var builder = new EvidenceBuilder();
    for (String claim : claims) {
      RunRecorder run =
          builder.begin(
              claim + "/full/seed1",
              claim,
              "full",
              tier,
              "cpu",
              1,
              "{\"of\": \"%s\"}".formatted(commit));
      run.metric("loss", 1, 2.5, "nats");
      run.spectrum("head", 1, new double[] {2, 1}, 0);
      run.finish(commit.charAt(0));
    }
    var provenance =
        new Provenance(Map.of())
            .with(Provenance.GIT_COMMIT, commit)
            .with(Provenance.CPU, "a processor")
            .with(Provenance.SEED, "1")
            .with("library.BLAS of " + commit, "3")
            .with(Provenance.STARTED, "2026-01-01 " + commit);
    return builder.build(provenance).withConfigurationHash();
  }
}
