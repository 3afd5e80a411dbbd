package dev.gatun.results;

import dev.gatun.io.AtomicFile;
import dev.gatun.io.Checksums;
import dev.gatun.io.Disk;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A folder of evidence and verdicts: {@code runs.arrow}, {@code metrics.arrow}, {@code
 * spectra.arrow}, {@code verdicts.arrow}, {@code run.json} and their checksums, as {@code
 * results/README.md} describes them. They are replaced as a whole or not at all.
 */
public record ResultsFolder(Path path) {
  /** One singular value: a row of {@code spectra.arrow}. */
  private record SpectrumRow(SpectrumRecord of, int index, double singularValue) {}

  private static final ArrowTable<Run> RUNS =
      new ArrowTable<>(
          "runs",
          List.of(
              new Column.Text<>("id", false, "unique name, from the claim, arm and seed", Run::id),
              new Column.Text<>("claim", false, "claim that it was run for", Run::claim),
              new Column.Text<>(
                  "arm", false, "what sets it apart from the claim's other runs", Run::arm),
              new Column.Text<>("tier", false, "how much work was done", Run::tier),
              new Column.Text<>("device", false, "kind of device that computed", Run::device),
              new Column.Whole<>("seed", Column.NO_UNIT, "seed of all its randomness", Run::seed),
              new Column.Text<>(
                  "corpus",
                  true,
                  "name of the text that it read, null if none",
                  run -> run.corpus().orElse("")),
              new Column.Text<>(
                  "configuration", false, "whole configuration as JSON", Run::configuration)),
          row ->
              new Run(
                  row.text("id"),
                  row.text("claim"),
                  row.text("arm"),
                  row.text("tier"),
                  row.text("device"),
                  row.whole("seed"),
                  row.text("configuration"),
                  Double.NaN));

  private static final ArrowTable<Metric> METRICS =
      new ArrowTable<>(
          "metrics",
          List.of(
              new Column.Text<>("run", false, "id of the run", Metric::run),
              new Column.Text<>("claim", false, "claim of the run", Metric::claim),
              new Column.Text<>("name", false, "metric, or curve of the point", Metric::curve),
              new Column.Number<>(
                  "at", true, "1", "place on the curve, null if it is no curve", Metric::at),
              new Column.Whole<>(
                  "step", "steps", "training steps done, 0 if untrained", Metric::step),
              new Column.Number<>(
                  "value",
                  false,
                  "column unit",
                  "measured value, NaN if the measurement failed",
                  Metric::value),
              new Column.Number<>(
                  "uncertainty",
                  true,
                  "column unit",
                  "half-width of the measurement's own error, null if not known",
                  Metric::uncertainty),
              new Column.Text<>("unit", false, "unit of the value", Metric::unit)),
          row ->
              new Metric(
                  row.text("run"),
                  row.text("claim"),
                  CurveName.name(row.text("name"), row.number("at")),
                  row.whole("step"),
                  row.number("value"),
                  row.number("uncertainty"),
                  row.text("unit")));

  private static final ArrowTable<SpectrumRow> SPECTRA =
      new ArrowTable<>(
          "spectra",
          List.of(
              new Column.Text<>("run", false, "id of the run", r -> r.of().run()),
              new Column.Text<>("claim", false, "claim of the run", r -> r.of().claim()),
              new Column.Text<>("name", false, "which matrix", r -> r.of().name()),
              new Column.Whole<>(
                  "step", "steps", "training steps done, 0 if untrained", r -> r.of().step()),
              new Column.Whole<>("index", "1", "place in the spectrum, from 0", SpectrumRow::index),
              new Column.Number<>(
                  "singular_value", false, "1", "descending", SpectrumRow::singularValue),
              new Column.Number<>(
                  "error_bound",
                  true,
                  "1",
                  "absolute bound on the error of each value, null if not known",
                  r -> r.of().errorBound())),
          row ->
              new SpectrumRow(
                  new SpectrumRecord(
                      row.text("run"),
                      row.text("claim"),
                      row.text("name"),
                      row.whole("step"),
                      new double[0],
                      row.number("error_bound")),
                  (int) row.whole("index"),
                  row.number("singular_value")));

  /**
   * Finds out whether evidence can be stored, before there is any: the folder can be written, and
   * the library that compresses can be loaded, which the folder for temporary files must take.
   *
   * @throws dev.gatun.io.UnwritableFileException if the folder cannot be written
   * @throws LinkageError if the library cannot be loaded
   */
  public void requireWritable() {
    AtomicFile.requireWritable(path);
    var run = new Run("-", "-", "-", "-", "-", 0, "{}", 0);
    try (var nowhere = Channels.newChannel(OutputStream.nullOutputStream())) {
      RUNS.writeTo(nowhere, List.of(run), Provenance.ofThisProcess());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Stores evidence. What differs between equal runs stands in {@code run.json} alone, so that two
   * equal pieces of work leave equal bytes in the Arrow files. A process that is killed meanwhile
   * leaves all the old files or all the new ones.
   *
   * @throws dev.gatun.io.UnwritableFileException if that fails
   */
  public void write(Evidence evidence) {
    write(evidence, Optional.empty(), Disk.REAL);
  }

  /** As {@link #write(Evidence)}, with verdicts on the evidence. */
  public void write(Evidence evidence, List<StoredVerdict> verdicts) {
    write(evidence, Optional.of(verdicts), Disk.REAL);
  }

  /** Stores evidence, and verdicts if there are any, on a disk that a test makes fail. */
  void write(Evidence evidence, Optional<List<StoredVerdict>> verdicts, Disk disk) {
    Provenance provenance = evidence.provenance().ofTheNumbers();
    List<SpectrumRow> rows = evidence.spectra().stream().flatMap(ResultsFolder::rowsOf).toList();
    Map<String, AtomicFile.Body> files = new LinkedHashMap<>();
    files.put(METRICS.file(), c -> METRICS.writeTo(c, evidence.metrics(), provenance));
    files.put(SPECTRA.file(), c -> SPECTRA.writeTo(c, rows, provenance));
    files.put(RUNS.file(), c -> RUNS.writeTo(c, evidence.runs(), provenance));
    verdicts.ifPresent(all ->
        files.put(
            VerdictsTable.TABLE.file(), c -> VerdictsTable.TABLE.writeTo(c, all, provenance)));
    files.put(RunFile.NAME, RunFile.of(evidence.provenance(), evidence.runs()).body());
    new Checksums(path).write(files, disk);
  }

  /** Where the finished parts of work are kept that is to leave its evidence here. */
  public Path unfinished() {
    return path.resolve("unfinished");
  }

  /** Whether evidence was stored here as a whole. */
  public boolean exists() {
    return new Checksums(path).exist();
  }

  /**
   * Reads evidence back.
   *
   * @throws UnreadableResultsException naming the file that is missing, truncated, damaged, of
   *     another version or not Gatun's
   */
  public Evidence readEvidence() {
    requireWhole(List.of(RUNS.file(), METRICS.file(), SPECTRA.file(), RunFile.NAME));
    var runs = RUNS.read(path);
    RunFile ofTheRun = RunFile.read(path);
    return new Evidence(
        runs.provenance().with(ofTheRun.provenance()),
        runs.rows().stream().map(ofTheRun::timed).toList(),
        METRICS.read(path).rows(),
        spectraOf(SPECTRA.read(path).rows()));
  }

  /**
   * The claims that are stored here and stay when evidence of some claims is added.
   *
   * @param tier of that evidence
   * @param provenance of that evidence
   * @throws IllegalArgumentException if the two cannot be joined, as {@link Evidence#joined} says
   * @throws UnreadableResultsException if what is stored here cannot be read
   */
  public List<String> staying(List<String> claims, String tier, Provenance provenance) {
    if (!exists()) {
      return List.of();
    }
    Evidence stored = readEvidence();
    stored
        .obstacle(claims, tier, provenance)
        .ifPresent(why -> {
          throw new IllegalArgumentException(
              "%s: %s; choose another folder with --out".formatted(path, why));
        });
    return stored.claims().stream().filter(claim -> !claims.contains(claim)).toList();
  }

  /**
   * Evidence with that of the other claims that is stored here, as {@link Evidence#joined}.
   *
   * @throws UnreadableResultsException if what is stored here cannot be read
   */
  public Evidence joined(Evidence more, ExpectedValues expected) {
    return exists() ? readEvidence().joined(more, expected) : more;
  }

  /**
   * Reads verdicts back.
   *
   * @throws UnreadableResultsException as for evidence
   */
  public List<StoredVerdict> readVerdicts() {
    requireWhole(List.of(VerdictsTable.TABLE.file()));
    return VerdictsTable.TABLE.read(path).rows();
  }

  /**
   * Writes evidence and verdicts as comma-separated values: a file for each Arrow file, with the
   * same columns.
   *
   * @return the files
   * @throws UnreadableResultsException as {@link #readEvidence}
   */
  public List<Path> writeCsv(Path folder) {
    Evidence evidence = readEvidence();
    List<SpectrumRow> spectra = evidence.spectra().stream().flatMap(ResultsFolder::rowsOf).toList();
    List<Path> files = new ArrayList<>();
    files.add(new CsvTable<>(RUNS, evidence.runs()).writeTo(folder));
    files.add(new CsvTable<>(METRICS, evidence.metrics()).writeTo(folder));
    files.add(new CsvTable<>(SPECTRA, spectra).writeTo(folder));
    if (Files.exists(path.resolve(VerdictsTable.TABLE.file()))) {
      files.add(new CsvTable<>(VerdictsTable.TABLE, readVerdicts()).writeTo(folder));
    }
    return files;
  }

  /** Older evidence has no checksums, and is refused by its version. */
  private void requireWhole(List<String> files) {
    if (!exists() && Files.isRegularFile(path.resolve(RUNS.file()))) {
      RUNS.read(path);
    }
    if (!exists() && Files.isDirectory(unfinished())) {
      throw new UnreadableResultsException(
          "%s is unfinished: it holds finished runs and no evidence yet; the command that began it, run again with the same options, finishes it"
              .formatted(path));
    }
    new Checksums(path)
        .fault(files)
        .ifPresent(fault -> {
          throw new UnreadableResultsException(fault);
        });
  }

  private static Stream<SpectrumRow> rowsOf(SpectrumRecord spectrum) {
    double[] values = spectrum.singularValues();
    return IntStream.range(0, values.length).mapToObj(i -> new SpectrumRow(spectrum, i, values[i]));
  }

  /** Rows of one spectrum stand together, their indices from 0 up. */
  private static List<SpectrumRecord> spectraOf(List<SpectrumRow> rows) {
    List<SpectrumRecord> spectra = new ArrayList<>();
    for (int from = 0; from < rows.size(); ) {
      int to = from + 1;
      while (to < rows.size() && rows.get(to).index() > 0) {
        to++;
      }
      SpectrumRecord of = rows.get(from).of();
      double[] values =
          rows.subList(from, to).stream().mapToDouble(SpectrumRow::singularValue).toArray();
      spectra.add(
          new SpectrumRecord(of.run(), of.claim(), of.name(), of.step(), values, of.errorBound()));
      from = to;
    }
    return spectra;
  }
}
