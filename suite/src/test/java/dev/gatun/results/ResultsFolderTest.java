package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.io.AtomicFile;
import dev.gatun.io.AtomicFileTest;
import dev.gatun.io.Checksums;
import dev.gatun.io.DyingDisk;
import dev.gatun.io.FolderLock;
import dev.gatun.io.UnwritableFileException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultsFolderTest {
  private static final ExpectedValues EXPECTED = ExpectedValues.shipped();

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
    List<StoredVerdict> verdicts =
        List.of(
            verdict(Outcome.REPRODUCED, 0.98, Double.NaN, "random_head", ""),
            verdict(Outcome.SKIPPED, Double.NaN, 0.97, "", "code"));
    new ResultsFolder(path).write(evidence(1), verdicts);
    assertEquals(verdicts, new ResultsFolder(path).readVerdicts());
  }

  @Test
  void pointsOfACurveHaveTheirPlaceInAColumnOfItsOwn() {
    var builder = new EvidenceBuilder();
    var run = builder.begin("A5/d64", "A5", "d64", "quick", "cpu", 1, "{}");
    List<String> names = List.of("gain@0.0625", "gain@512", "gain@1.0E-4", "gain", "gain@-2");
    names.forEach(name -> run.metric(name, 0, 1, "1"));
    assertEquals(0.0625, new Metric("r", "A5", "gain@0.0625", 0, 1, 0, "1").at());
    new ResultsFolder(path).write(builder.build(provenance(1)));
    assertEquals(
        names,
        new ResultsFolder(path).readEvidence().metrics().stream().map(Metric::name).toList());
    for (String name : List.of("gain@", "gain@x", "gain@007", "gain@1@2")) {
      assertThrows(IllegalArgumentException.class, () -> CurveName.at(name), name);
    }
  }

  @Test
  void unitsHaveOneSpelling() {
    var run = new EvidenceBuilder().begin("A1/d64", "A1", "d64", "quick", "cpu", 1, "{}");
    var e = assertThrows(IllegalArgumentException.class, () -> run.metric("loss", 0, 1, "nat"));
    assertEquals("there is no unit 'nat'; the nearest is 'nats'", e.getMessage());
  }

  @Test
  void everyFieldSaysItsUnitAndWhatItMeans() throws IOException {
    new ResultsFolder(path).write(evidence(1), List.of());
    for (String table : List.of("runs", "metrics", "spectra", "verdicts")) {
      try (var allocator = new RootAllocator();
          var channel = FileChannel.open(path.resolve(table + ".arrow"));
          var arrow = new ArrowFileReader(channel, allocator)) {
        Schema schema = arrow.getVectorSchemaRoot().getSchema();
        assertEquals("2", schema.getCustomMetadata().get("gatun.format"));
        for (Field field : schema.getFields()) {
          assertFalse(field.getMetadata().get("unit").isBlank(), table + " " + field);
          assertFalse(field.getMetadata().get("description").isBlank(), table + " " + field);
        }
      }
    }
  }

  @Test
  void anEmptyTextIsNoValue() {
    var builder = new EvidenceBuilder();
    builder.begin("A1/d64", "A1", "", "quick", "cpu", 1, "{}");
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new ResultsFolder(path).write(builder.build(provenance(1))));
    assertTrue(e.getMessage().contains("nothing in column arm"), e.getMessage());
  }

  @Test
  void equalRunsLeaveEqualBytesButInTheFileOfWhatDiffers() throws IOException {
    new ResultsFolder(path.resolve("a")).write(evidence(1.5), List.of());
    new ResultsFolder(path.resolve("b")).write(evidence(2.5), List.of());
    for (String file : List.of("runs", "metrics", "spectra", "verdicts")) {
      assertArrayEquals(
          Files.readAllBytes(path.resolve("a").resolve(file + ".arrow")),
          Files.readAllBytes(path.resolve("b").resolve(file + ".arrow")),
          file);
    }
    String run = Files.readString(path.resolve("a/run.json"));
    for (String part : List.of("\"threads\" : \"1.5\"", "\"A1/d64/2\" : 3.0", "started")) {
      assertTrue(run.contains(part), run);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"runs.arrow", "metrics.arrow", "spectra.arrow", "run.json", "SHA256SUMS"})
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
  void anotherTableAndAnotherFileAreNamed() throws IOException {
    new ResultsFolder(path).write(evidence(1));
    Files.copy(
        path.resolve("runs.arrow"),
        path.resolve("metrics.arrow"),
        StandardCopyOption.REPLACE_EXISTING);
    new Checksums(path).seal();
    assertUnreadable("metrics.arrow", "not Gatun's metrics table");
    Files.writeString(path.resolve("metrics.arrow"), "name,value\nx,1\n".repeat(100));
    new Checksums(path).seal();
    assertUnreadable("metrics.arrow", "truncated, damaged or something else");
  }

  @Test
  void aColumnOfAnotherTypeOrNoneIsNamed() throws IOException {
    new ResultsFolder(path).write(evidence(1));
    replace("runs", List.of(text("id")));
    assertUnreadable("runs.arrow", "has no column claim");
    new ResultsFolder(path).write(evidence(1));
    replace("metrics", List.of(text("run"), text("claim"), text("name"), text("at"), text("step")));
    assertUnreadable("metrics.arrow", "column at is");
  }

  private static Column<Run> text(String name) {
    return new Column.Text<>(name, false, "a text", Run::id);
  }

  private void replace(String table, List<Column<Run>> columns) throws IOException {
    var other = new ArrowTable<Run>(table, columns, _ -> null);
    AtomicFile.write(
        path.resolve(other.file()), channel -> other.writeTo(channel, List.of(), provenance(1)));
    new Checksums(path).seal();
  }

  @Test
  void evidenceOfAnOlderVersionIsRefusedByIt() throws IOException {
    try (var old = getClass().getResourceAsStream("format-1/runs.arrow")) {
      Files.write(path.resolve("runs.arrow"), old.readAllBytes());
    }
    assertUnreadable("runs.arrow", "is in format 1 and this Gatun reads format 2");
  }

  @Test
  void aDiskThatFillsUpAnywhereLeavesAllOldTablesAsTheyWere() {
    var folder = new ResultsFolder(path);
    folder.write(evidence(1));
    for (String file : path.toFile().list()) {
      var full = new AtomicFileTest.FullDisk(file, 100);
      assertThrows(
          UnwritableFileException.class, () -> folder.write(evidence(2), Optional.empty(), full));
      assertEquals(evidence(1), folder.readEvidence());
    }
    assertEquals(5, path.toFile().list().length, "no temporary file is left");
  }

  @Test
  void aKillAnywhereLosesNoStoredClaim() {
    var folder = new ResultsFolder(path);
    Evidence both = joined("A1", "A9");
    Evidence all = joined("A1", "A9", "A10");
    int steps = 0;
    int olds = 0;
    write(folder, both);
    while (isKilled(folder, all, steps)) {
      Evidence read = folder.readEvidence();
      boolean isOld = read.equals(both);
      assertEquals(isOld ? both : all, read, "killed after " + steps);
      assertEquals(verdicts(read), folder.readVerdicts(), "of the same write");
      olds += isOld ? 1 : 0;
      steps++;
      // The next command measures another claim there.
      try (var _ = FolderLock.take(path)) {
        assertEquals(7, path.toFile().list().length, "six files and the lock");
        Evidence more = folder.joined(evidence("B3", 1), EXPECTED);
        write(folder, more);
      }
      assertEquals(
          isOld ? List.of("A1", "A9", "B3") : List.of("A1", "A9", "A10", "B3"),
          folder.readEvidence().claims());
      write(folder, both);
    }
    assertTrue(olds >= 30 && steps >= olds + 8, olds + " of " + steps);
  }

  @Test
  void theNextCommandCompletesTheWriteBeforeItAsksWhatIsStored() {
    var folder = new ResultsFolder(path);
    Evidence one = evidence("A1", 1);
    folder.write(one);
    int steps = 0;
    while (isKilled(folder, joined("A1", "A9"), steps)) {
      List<String> staying = folder.staying(List.of("B3"), "quick", one.provenance());
      assertTrue(staying.contains("A1"), staying + " after " + steps);
      steps++;
    }
  }

  private static void write(ResultsFolder folder, Evidence evidence) {
    folder.write(evidence, Optional.of(verdicts(evidence)), DyingDisk.LIVING);
  }

  private static boolean isKilled(ResultsFolder folder, Evidence evidence, int steps) {
    try {
      folder.write(evidence, Optional.of(verdicts(evidence)), new DyingDisk(steps));
      return false;
    } catch (DyingDisk.Killed _) {
      return true;
    }
  }

  private static Evidence joined(String... claims) {
    return Stream.of(claims)
        .map(claim -> evidence(claim, 1))
        .reduce((one, more) -> one.joined(more, EXPECTED))
        .orElseThrow();
  }

  /** There are as many as claims. */
  private static List<StoredVerdict> verdicts(Evidence evidence) {
    return evidence.claims().stream()
        .map(_ -> verdict(Outcome.REPRODUCED, 1, Double.NaN, "", ""))
        .toList();
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
            Provenance.CPU,
            Provenance.OS,
            Provenance.HOST),
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

  private static StoredVerdict verdict(
      Outcome outcome, double measured, double nullValue, String nullName, String corpus) {
    return new StoredVerdict(
        new Verdict(
            "A1",
            "destroyed_norm",
            "quick",
            corpus,
            outcome,
            outcome != Outcome.SKIPPED,
            measured,
            measured,
            measured,
            0.945,
            Double.POSITIVE_INFINITY,
            "1",
            nullValue,
            nullName,
            Double.isNaN(nullValue)
                ? Verdict.AgainstNull.NONE
                : new Verdict.AgainstNull(-0.01, 0.02, 0),
            "a source",
            Grade.PRINTED,
            "a reason — with an accent"),
        "The destroyed norm",
        false,
        true,
        "The head destroys",
        new ClaimVerdict(outcome, Optional.of(Outcome.REPRODUCED), "a longer run"));
  }

  private static Provenance provenance(double wallSeconds) {
    return new Provenance(java.util.Map.of())
        .with("z", "first")
        .with(Provenance.CPU, "a processor")
        .with(Provenance.THREADS, Double.toString(wallSeconds))
        .with(Provenance.STARTED, "2026-01-01T00:00:" + wallSeconds)
        .with(Provenance.WALL_SECONDS, Double.toString(wallSeconds))
        .with("a", "last");
  }

  static Evidence evidence(double wallSeconds) {
    return evidence("A1", wallSeconds);
  }

  private static Evidence evidence(String claim, double wallSeconds) {
    var builder = new EvidenceBuilder();
    for (int seed = 1; seed <= 5; seed++) {
      var run =
          builder.begin(
              claim + "/d64/" + seed,
              claim,
              "d64",
              "quick",
              "cpu",
              seed,
              "{\"width\": 64, \"é\": 1}");
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
