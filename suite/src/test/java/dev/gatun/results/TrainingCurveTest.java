package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingCurveTest {
  private static final List<CurvePoint> POINTS =
      List.of(
          new CurvePoint(1, 64, 5.5, 1e-3, 2, Double.NaN, Double.NaN),
          new CurvePoint(2, 128, 5.25, 5e-4, 1.5, Double.NaN, Double.NaN).evaluated(5.1, 0.25));

  @TempDir private Path folder;

  private static Provenance provenance(String started) {
    return Provenance.ofThisProcess().with(Provenance.STARTED, started);
  }

  @Test
  void whatIsWrittenIsReadBack() {
    var curve = new TrainingCurve(folder);
    assertFalse(curve.exists());
    List<StepSpeed> speeds = List.of(new StepSpeed(1, 0.5, 128), new StepSpeed(2, 0.25, 256));
    curve.write(POINTS, speeds, provenance("now"));
    assertTrue(curve.exists());
    assertEquals(POINTS, curve.points());
    assertEquals(speeds, curve.speeds());
  }

  @Test
  void timesLeaveTheCurveAsItIs() throws IOException {
    var curve = new TrainingCurve(folder);
    curve.write(POINTS, List.of(new StepSpeed(1, 0.5, 128)), provenance("yesterday"));
    byte[] first = Files.readAllBytes(curve.file());
    curve.write(POINTS, List.of(new StepSpeed(1, 9.5, 6)), provenance("today"));
    assertEquals(-1, Files.mismatch(curve.file(), Files.write(folder.resolve("first"), first)));
  }

  @Test
  void aFlippedBitIsNamed() throws IOException {
    var curve = new TrainingCurve(folder);
    curve.write(POINTS, List.of(new StepSpeed(1, 0.5, 128)), provenance("now"));
    byte[] bytes = Files.readAllBytes(curve.file());
    bytes[bytes.length / 2] ^= 1;
    Files.write(curve.file(), bytes);
    var mistake = assertThrows(UnreadableResultsException.class, curve::points);
    assertTrue(mistake.getMessage().contains("curve.arrow is truncated, damaged or edited"));
  }

  @Test
  void aCurveThatIsNotWholeIsNamed() throws IOException {
    var curve = new TrainingCurve(folder);
    Files.write(curve.file(), new byte[] {1, 2, 3});
    var mistake = assertThrows(UnreadableResultsException.class, curve::points);
    assertTrue(mistake.getMessage().contains("curve.arrow"), mistake.getMessage());
  }
}
