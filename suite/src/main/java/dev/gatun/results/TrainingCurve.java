package dev.gatun.results;

import dev.gatun.io.AtomicFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The curve of a training run, {@code curve.arrow}, and beside it {@code speed.arrow}: times stand
 * there alone, so that equal runs, interrupted or not, leave equal bytes in the first.
 *
 * @param folder of the run
 */
public record TrainingCurve(Path folder) {
  private static final ArrowTable<CurvePoint> CURVE =
      new ArrowTable<>(
          "curve",
          List.of(
              new Column.Whole<>("step", CurvePoint::step),
              new Column.Whole<>("tokens", CurvePoint::tokens),
              new Column.Number<>("loss", false, CurvePoint::loss),
              new Column.Number<>("learning_rate", false, CurvePoint::learningRate),
              new Column.Number<>("gradient_norm", false, CurvePoint::gradientNorm),
              new Column.Number<>("validation_loss", true, CurvePoint::validationLoss),
              new Column.Number<>("validation_accuracy", true, CurvePoint::validationAccuracy)),
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
              new Column.Whole<>("step", StepSpeed::step),
              new Column.Number<>("seconds", false, StepSpeed::seconds),
              new Column.Number<>("tokens_per_second", false, StepSpeed::tokensPerSecond)),
          row ->
              new StepSpeed(
                  row.whole("step"), row.number("seconds"), row.number("tokens_per_second")));

  /** Where the curve is. */
  public Path file() {
    return folder.resolve("curve.arrow");
  }

  /** Whether it was ever written. */
  public boolean exists() {
    return Files.exists(file()) && Files.exists(speedFile());
  }

  /**
   * Stores the whole curve in place of what is there.
   *
   * @throws dev.gatun.io.UnwritableFileException if that fails; the old files are then unchanged
   */
  public void write(List<CurvePoint> points, List<StepSpeed> speeds, Provenance provenance) {
    Provenance timeless = provenance.withoutTimes();
    Map<Path, AtomicFile.Body> bodies = new LinkedHashMap<>();
    bodies.put(speedFile(), channel -> SPEED.writeTo(channel, speeds, timeless));
    bodies.put(file(), channel -> CURVE.writeTo(channel, points, timeless));
    AtomicFile.writeAll(bodies, through -> through);
  }

  /**
   * Reads the curve back.
   *
   * @throws UnreadableResultsException if it is missing, truncated, damaged or not Gatun's
   */
  public List<CurvePoint> points() {
    return CURVE.read(file()).rows();
  }

  /**
   * Reads the speeds back.
   *
   * @throws UnreadableResultsException if they are missing, truncated, damaged or not Gatun's
   */
  public List<StepSpeed> speeds() {
    return SPEED.read(speedFile()).rows();
  }

  private Path speedFile() {
    return folder.resolve("speed.arrow");
  }
}
