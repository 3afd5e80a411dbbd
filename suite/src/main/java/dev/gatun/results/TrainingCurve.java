package dev.gatun.results;

import dev.gatun.io.AtomicFile;
import dev.gatun.io.Checksums;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The curve of a training run, {@code curve.arrow}, and beside it {@code speed.arrow} and {@code
 * run.json}. What differs between equal runs stands in those two alone, so equal runs leave equal
 * bytes in {@code curve.arrow}, interrupted or not. The folder's checksums cover all three.
 *
 * @param folder of the run
 */
public record TrainingCurve(Path folder) {
  private static final ArrowTable<CurvePoint> CURVE =
      new ArrowTable<>(
          "curve",
          List.of(
              new Column.Whole<>(
                  "step", "steps", "training steps done, this one included", CurvePoint::step),
              new Column.Whole<>(
                  "tokens",
                  "tokens",
                  "tokens trained on, this step's included",
                  CurvePoint::tokens),
              new Column.Number<>(
                  "loss",
                  false,
                  "nats",
                  "mean over the step's tokens before the update",
                  CurvePoint::loss),
              new Column.Number<>(
                  "learning_rate",
                  false,
                  "1",
                  "learning rate of the step",
                  CurvePoint::learningRate),
              new Column.Number<>(
                  "gradient_norm",
                  false,
                  "1",
                  "norm of the whole gradient before clipping",
                  CurvePoint::gradientNorm),
              new Column.Number<>(
                  "validation_loss",
                  true,
                  "nats",
                  "loss after the step, null where it was not evaluated",
                  CurvePoint::validationLoss),
              new Column.Number<>(
                  "validation_accuracy",
                  true,
                  "1",
                  "share of tokens predicted first after the step, null where it was not evaluated",
                  CurvePoint::validationAccuracy)),
          row ->
              new CurvePoint(
                  row.whole("step"),
                  row.whole("tokens"),
                  row.number("loss"),
                  row.number("learning_rate"),
                  row.number("gradient_norm"),
                  row.number("validation_loss"),
                  row.number("validation_accuracy")));

  private static final ArrowTable<StepSpeed> SPEED =
      new ArrowTable<>(
          "speed",
          List.of(
              new Column.Whole<>(
                  "step", "steps", "training steps done, this one included", StepSpeed::step),
              new Column.Number<>(
                  "seconds",
                  false,
                  "seconds",
                  "of the step, without evaluations and checkpoints",
                  StepSpeed::seconds),
              new Column.Number<>(
                  "tokens_per_second",
                  false,
                  "tokens per second",
                  "of the step",
                  StepSpeed::tokensPerSecond)),
          row ->
              new StepSpeed(
                  row.whole("step"), row.number("seconds"), row.number("tokens_per_second")));

  public Path file() {
    return folder.resolve(CURVE.file());
  }

  public boolean exists() {
    return Files.exists(file()) && Files.exists(folder.resolve(SPEED.file()));
  }

  /**
   * Stores the whole curve in place of what is there.
   *
   * @throws dev.gatun.io.UnwritableFileException if that fails; the old files are then unchanged
   */
  public void write(List<CurvePoint> points, List<StepSpeed> speeds, Provenance provenance) {
    Provenance ofTheNumbers = provenance.ofTheNumbers();
    Map<String, AtomicFile.Body> files = new LinkedHashMap<>();
    files.put(SPEED.file(), channel -> SPEED.writeTo(channel, speeds, ofTheNumbers));
    files.put(CURVE.file(), channel -> CURVE.writeTo(channel, points, ofTheNumbers));
    files.put(RunFile.NAME, RunFile.of(provenance, List.of()).body());
    new Checksums(folder).update(files);
  }

  /**
   * Reads the curve back.
   *
   * @throws UnreadableResultsException if it is missing, truncated, damaged or not Gatun's
   */
  public List<CurvePoint> points() {
    return read(CURVE);
  }

  /**
   * Reads the speeds back.
   *
   * @throws UnreadableResultsException if they are missing, truncated, damaged or not Gatun's
   */
  public List<StepSpeed> speeds() {
    return read(SPEED);
  }

  /**
   * Writes the curve and the speeds as comma-separated values.
   *
   * @return the files
   * @throws UnreadableResultsException as {@link #points}
   */
  public List<Path> writeCsv(Path to) {
    return List.of(
        new CsvTable<>(CURVE, points()).writeTo(to), new CsvTable<>(SPEED, speeds()).writeTo(to));
  }

  /** A file that was copied alone has no checksums. */
  private <R> List<R> read(ArrowTable<R> table) {
    var checksums = new Checksums(folder);
    if (checksums.exist()) {
      checksums
          .faultOf(table.file())
          .ifPresent(fault -> {
            throw new UnreadableResultsException(fault);
          });
    }
    return table.read(folder).rows();
  }
}
