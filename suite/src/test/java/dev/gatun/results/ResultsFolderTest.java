package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultsFolderTest {
  @TempDir Path path;

  @Test
  void evidenceReadsBackAsItWasWritten() {
    Evidence evidence = evidence(1.5);
    new ResultsFolder(path).write(evidence);
    assertEquals(evidence, new ResultsFolder(path).readEvidence());
  }

  @Test
  void aLongSpectrumOfSeveralBatchesReadsBack() {
    var builder = new EvidenceBuilder();
    var run = builder.begin("A2/long", "A2", "d64", "quick", "cpu", 1, "{}");
    double[] values = DoubleStream.iterate(1, v -> v * 0.9999).limit(150_000).toArray();
    run.spectrum("logit_gradient", 0, values, 1e-9);
    run.spectrum("logit_gradient", 100, new double[] {2, 1}, 1e-9);
    Evidence evidence = builder.build(provenance(1));
    new ResultsFolder(path).write(evidence);
    assertEquals(evidence.spectra(), new ResultsFolder(path).readEvidence().spectra());
  }

  @Test
  void evidenceWithNothingInItReadsBack() {
    Evidence empty = new EvidenceBuilder().build(new Provenance(java.util.Map.of()));
    new ResultsFolder(path).write(empty);
    assertEquals(empty, new ResultsFolder(path).readEvidence());
  }

  @Test
  void verdictsReadBackAsTheyWereWritten() {
    List<Verdict> verdicts =
        List.of(
            verdict(Outcome.REPRODUCED, 0.98, Double.NaN),
            verdict(Outcome.SKIPPED, Double.NaN, 0.97));
    new ResultsFolder(path).write(verdicts, provenance(1));
    assertEquals(verdicts, new ResultsFolder(path).readVerdicts());
  }

  @Test
  void twoEqualRunsLeaveEqualBytesInMetricsAndSpectra() throws IOException {
    new ResultsFolder(path.resolve("a")).write(evidence(1.5));
    new ResultsFolder(path.resolve("b")).write(evidence(2.5));
    for (String file : new String[] {"metrics.arrow", "spectra.arrow"}) {
      assertArrayEquals(
          Files.readAllBytes(path.resolve("a").resolve(file)),
          Files.readAllBytes(path.resolve("b").resolve(file)),
          file);
    }
    assertFalse(
        Arrays.equals(
            Files.readAllBytes(path.resolve("a/runs.arrow")),
            Files.readAllBytes(path.resolve("b/runs.arrow"))),
        "wall times stand in runs.arrow");
  }

  @ParameterizedTest
  @ValueSource(strings = {"runs.arrow", "metrics.arrow", "spectra.arrow"})
  void aMissingFileIsNamed(String file) throws IOException {
    new ResultsFolder(path).write(evidence(1));
    Files.delete(path.resolve(file));
    assertUnreadable(file, "there is no");
  }

  @Test
  void everyTruncationIsNoticed() throws IOException {
    new ResultsFolder(path).write(evidence(1));
    Path file = path.resolve("metrics.arrow");
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length += 31) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertUnreadable("metrics.arrow", "truncated");
    }
  }

  @Test
  void damageIsNoticedOrHarmlessAndNeverAnyOtherError() throws IOException {
    // Arrow's reader loses buffers when it gives up, and its log says so at length.
    var log = Logger.getLogger("org.apache.arrow");
    log.setLevel(Level.OFF);
    long seed = 11;
    var random = new SplittableRandom(seed);
    Evidence evidence = evidence(1);
    new ResultsFolder(path).write(evidence);
    Path file = path.resolve("metrics.arrow");
    byte[] whole = Files.readAllBytes(file);
    int noticed = 0;
    for (int trial = 0; trial < 200; trial++) {
      byte[] damaged = whole.clone();
      int at = random.nextInt(whole.length);
      damaged[at] ^= (byte) (1 + random.nextInt(255));
      Files.write(file, damaged);
      try {
        new ResultsFolder(path).readEvidence();
      } catch (UnreadableResultsException e) {
        noticed++;
        assertFalse(e.getMessage().contains("\n"), "seed " + seed + ", trial " + trial);
      }
    }
    log.setLevel(null);
    assertTrue(noticed > 80, noticed + " of 200 noticed, seed " + seed);
  }

  @Test
  void anotherTableAndAnotherFileAreNamed() throws IOException {
    new ResultsFolder(path).write(evidence(1));
    Files.copy(
        path.resolve("runs.arrow"),
        path.resolve("metrics.arrow"),
        StandardCopyOption.REPLACE_EXISTING);
    assertUnreadable("metrics.arrow", "not Gatun's metrics table");
    Files.writeString(path.resolve("metrics.arrow"), "name,value\nx,1\n".repeat(100));
    assertUnreadable("metrics.arrow", "truncated, damaged or something else");
  }

  @Test
  void aColumnOfAnotherTypeOrNoneIsNamed() {
    new ArrowTable<Run>("runs", List.of(new Column.Text<>("id", Run::id)), _ -> null)
        .write(path.resolve("runs.arrow"), List.of(), provenance(1));
    assertUnreadable("runs.arrow", "has no column claim");
    new ResultsFolder(path).write(evidence(1));
    new ArrowTable<Run>(
            "metrics",
            List.of(
                new Column.Text<>("run", Run::id),
                new Column.Text<>("claim", Run::id),
                new Column.Text<>("name", Run::id),
                new Column.Text<>("step", Run::id)),
            _ -> null)
        .write(path.resolve("metrics.arrow"), List.of(), provenance(1));
    assertUnreadable("metrics.arrow", "column step is");
  }

  @Test
  void aDiskThatFillsUpAnywhereLeavesAllOldTablesAsTheyWere() {
    var folder = new ResultsFolder(path);
    folder.write(evidence(1));
    for (int table = 0; table < 3; table++) {
      var files = new AtomicInteger(table);
      assertThrows(
          UnwritableResultsException.class,
          () ->
              folder.write(
                  evidence(2),
                  c ->
                      new AtomicFileTest.FullDisk(
                          c, files.getAndDecrement() == 0 ? 900 : 1 << 20)));
      assertEquals(evidence(1), folder.readEvidence());
    }
    assertEquals(3, path.toFile().list().length, "no temporary file is left");
  }

  @Test
  void provenanceKeepsItsOrderAndKnowsTheBuildAndTheMachine() {
    Provenance provenance = Provenance.ofThisProcess();
    assertEquals(
        List.of(
            Provenance.GATUN_VERSION,
            Provenance.GIT_COMMIT,
            Provenance.GIT_DIRTY,
            Provenance.JDK,
            Provenance.OS,
            Provenance.CPU),
        new ArrayList<>(provenance.entries().keySet()));
    provenance.entries().forEach((key, value) -> assertFalse(value.isBlank(), key));
    assertTrue(provenance.entries().get(Provenance.GATUN_VERSION).matches("\\d+\\.\\d+.*"));
    assertTrue(
        provenance.entries().get(Provenance.GIT_COMMIT).matches("[0-9a-f]{40}|unknown"),
        provenance.toString());
    assertNotEquals("", BuildAndMachine.cpuName(path.resolve("no-such-file")));
  }

  @Test
  void aRunIdTwiceIsRefused() {
    var builder = new EvidenceBuilder();
    builder.begin("A1/d64/1", "A1", "d64", "quick", "cpu", 1, "{}");
    assertThrows(
        IllegalArgumentException.class,
        () -> builder.begin("A1/d64/1", "A1", "d64", "quick", "cpu", 1, "{}"));
  }

  private void assertUnreadable(String file, String reason) {
    var e =
        assertThrows(
            UnreadableResultsException.class, () -> new ResultsFolder(path).readEvidence());
    assertTrue(e.getMessage().contains(path.resolve(file).toString()), e.getMessage());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
  }

  private static Verdict verdict(Outcome outcome, double measured, double nullValue) {
    return new Verdict(
        "A1",
        "destroyed_norm",
        outcome,
        outcome != Outcome.SKIPPED,
        measured,
        measured,
        measured,
        0.945,
        Double.POSITIVE_INFINITY,
        "1",
        "a source",
        Grade.PRINTED,
        nullValue,
        "null",
        "a reason — with an accent");
  }

  private static Provenance provenance(double wallSeconds) {
    return new Provenance(java.util.Map.of())
        .with("z", "first")
        .with(Provenance.CPU, "a processor")
        .with(Provenance.STARTED, "2026-01-01T00:00:" + wallSeconds)
        .with(Provenance.WALL_SECONDS, Double.toString(wallSeconds))
        .with("a", "last");
  }

  private static Evidence evidence(double wallSeconds) {
    var builder = new EvidenceBuilder();
    for (int seed = 1; seed <= 5; seed++) {
      var run =
          builder.begin(
              "A1/d64/" + seed, "A1", "d64", "quick", "cpu", seed, "{\"width\": 64, \"é\": 1}");
      for (int step = 0; step < 40; step++) {
        run.metric("destroyed_norm", step, 0.98 + 1e-4 * step * seed, 1e-9, "1");
        run.metric("loss", step, step == 3 ? Double.NaN : 4 - 0.01 * step, "nats");
      }
      run.spectrum("logit_gradient", 0, new double[] {3, 2, 1.0 / seed}, 1e-8);
      run.finish(wallSeconds * seed);
    }
    return builder.build(provenance(wallSeconds));
  }
}
