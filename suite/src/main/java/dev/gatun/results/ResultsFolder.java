package dev.gatun.results;

import dev.gatun.io.AtomicFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A folder of evidence and verdicts: {@code runs.arrow}, {@code metrics.arrow}, {@code
 * spectra.arrow} and {@code verdicts.arrow}, as {@code results/README.md} describes them. They are
 * replaced as a whole or not at all.
 */
public record ResultsFolder(Path path) {
  /** One singular value: a row of {@code spectra.arrow}. */
  private record SpectrumRow(SpectrumRecord of, int index, double singularValue) {}

  private static final ArrowTable<Run> RUNS =
      new ArrowTable<>(
          "runs",
          List.of(
              new Column.Text<>("id", Run::id),
              new Column.Text<>("claim", Run::claim),
              new Column.Text<>("arm", Run::arm),
              new Column.Text<>("tier", Run::tier),
              new Column.Text<>("device", Run::device),
              new Column.Whole<>("seed", Run::seed),
              new Column.Text<>("configuration", Run::configuration),
              new Column.Number<>("wall_seconds", true, Run::wallSeconds)),
          row ->
              new Run(
                  row.text("id"),
                  row.text("claim"),
                  row.text("arm"),
                  row.text("tier"),
                  row.text("device"),
                  row.whole("seed"),
                  row.text("configuration"),
                  row.number("wall_seconds")));

  private static final ArrowTable<Metric> METRICS =
      new ArrowTable<>(
          "metrics",
          List.of(
              new Column.Text<>("run", Metric::run),
              new Column.Text<>("claim", Metric::claim),
              new Column.Text<>("name", Metric::name),
              new Column.Whole<>("step", Metric::step),
              new Column.Number<>("value", false, Metric::value),
              new Column.Number<>("uncertainty", true, Metric::uncertainty),
              new Column.Text<>("unit", Metric::unit)),
          row ->
              new Metric(
                  row.text("run"),
                  row.text("claim"),
                  row.text("name"),
                  row.whole("step"),
                  row.number("value"),
                  row.number("uncertainty"),
                  row.text("unit")));

  private static final ArrowTable<SpectrumRow> SPECTRA =
      new ArrowTable<>(
          "spectra",
          List.of(
              new Column.Text<>("run", r -> r.of().run()),
              new Column.Text<>("claim", r -> r.of().claim()),
              new Column.Text<>("name", r -> r.of().name()),
              new Column.Whole<>("step", r -> r.of().step()),
              new Column.Whole<>("index", SpectrumRow::index),
              new Column.Number<>("singular_value", false, SpectrumRow::singularValue),
              new Column.Number<>("error_bound", true, r -> r.of().errorBound())),
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

  private static final ArrowTable<Verdict> VERDICTS =
      new ArrowTable<>(
          "verdicts",
          List.of(
              new Column.Text<>("claim", Verdict::claim),
              new Column.Text<>("check", Verdict::check),
              new Column.Text<>("outcome", v -> v.outcome().name()),
              new Column.Flag<>("gates", Verdict::gates),
              new Column.Number<>("measured", true, Verdict::measured),
              new Column.Number<>("measured_low", true, Verdict::measuredLow),
              new Column.Number<>("measured_high", true, Verdict::measuredHigh),
              new Column.Number<>("expected_low", false, Verdict::expectedLow),
              new Column.Number<>("expected_high", false, Verdict::expectedHigh),
              new Column.Text<>("unit", Verdict::unit),
              new Column.Text<>("source", Verdict::source),
              new Column.Text<>("grade", v -> v.grade().name()),
              new Column.Number<>("null_value", true, Verdict::nullValue),
              new Column.Text<>("null_name", Verdict::nullName),
              new Column.Text<>("reason", Verdict::reason)),
          row ->
              new Verdict(
                  row.text("claim"),
                  row.text("check"),
                  Outcome.valueOf(row.text("outcome")),
                  row.flag("gates"),
                  row.number("measured"),
                  row.number("measured_low"),
                  row.number("measured_high"),
                  row.number("expected_low"),
                  row.number("expected_high"),
                  row.text("unit"),
                  row.text("source"),
                  Grade.valueOf(row.text("grade")),
                  row.number("null_value"),
                  row.text("null_name"),
                  row.text("reason")));

  /**
   * Finds out whether evidence can be stored, before there is any: the folder can be written, and
   * the library that compresses can be loaded, which the folder for temporary files must take.
   *
   * @throws dev.gatun.io.UnwritableFileException if the folder cannot be written
   * @throws LinkageError if the library cannot be loaded
   */
  public void requireWritable() {
    AtomicFile.requireWritable(path);
    var run = new Run("", "", "", "", "", 0, "", 0);
    try (var nowhere = Channels.newChannel(OutputStream.nullOutputStream())) {
      RUNS.writeTo(nowhere, List.of(run), Provenance.ofThisProcess());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Stores evidence. Dates and wall times stand in {@code runs.arrow} alone, so that two equal
   * pieces of work leave equal bytes in the other two files. No file is replaced before all three
   * are on the disk.
   *
   * @throws dev.gatun.io.UnwritableFileException if that fails
   */
  public void write(Evidence evidence) {
    write(evidence, UnaryOperator.identity());
  }

  /** As {@link #write(Evidence)}, through a channel that a test makes fail. */
  void write(Evidence evidence, UnaryOperator<WritableByteChannel> through) {
    Provenance all = evidence.provenance();
    Provenance timeless = all.withoutTimes();
    List<SpectrumRow> rows = evidence.spectra().stream().flatMap(ResultsFolder::rowsOf).toList();
    Map<Path, AtomicFile.Body> bodies = new LinkedHashMap<>();
    bodies.put(file(METRICS), c -> METRICS.writeTo(c, evidence.metrics(), timeless));
    bodies.put(file(SPECTRA), c -> SPECTRA.writeTo(c, rows, timeless));
    bodies.put(file(RUNS), c -> RUNS.writeTo(c, evidence.runs(), all));
    AtomicFile.writeAll(bodies, through);
  }

  /**
   * Reads evidence back.
   *
   * @throws UnreadableResultsException naming the file that is missing, truncated, damaged or not
   *     Gatun's
   */
  public Evidence readEvidence() {
    var runs = RUNS.read(file(RUNS));
    return new Evidence(
        runs.provenance(),
        runs.rows(),
        METRICS.read(file(METRICS)).rows(),
        spectraOf(SPECTRA.read(file(SPECTRA)).rows()));
  }

  /**
   * Stores verdicts.
   *
   * @throws dev.gatun.io.UnwritableFileException if that fails
   */
  public void write(List<Verdict> verdicts, Provenance provenance) {
    VERDICTS.write(file(VERDICTS), verdicts, provenance);
  }

  /**
   * Reads verdicts back.
   *
   * @throws UnreadableResultsException as for evidence
   */
  public List<Verdict> readVerdicts() {
    return VERDICTS.read(file(VERDICTS)).rows();
  }

  private Path file(ArrowTable<?> table) {
    return path.resolve(table.name() + ".arrow");
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
