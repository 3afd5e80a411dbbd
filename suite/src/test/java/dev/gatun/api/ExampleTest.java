package dev.gatun.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The library from outside Gatun's packages: a program of one file, compiled and run as it is. */
class ExampleTest {
  private static final Path EXAMPLE = Path.of("src", "test", "example", "MeasureMyModel.java");
  private static final Path MODEL =
      Path.of("src", "test", "resources", "fixtures", "gpt2-tiny").toAbsolutePath();
  private static final int[] FIRST = {1, 5, 2, 7, 3, 8, 4, 6};
  private static final int[] SECOND = {6, 4, 8, 3, 7, 2, 5, 1};

  @Test
  void theExamplePrintsWhatTheLibraryMeasures() throws Exception {
    List<String> lines = run(EXAMPLE, MODEL).lines().toList();
    var measured = HeadMeasurement.of(MODEL, FIRST, SECOND);
    assertEquals(
        List.of(
            "destroyed_norm " + measured.value("destroyed_norm"),
            "... of a random head " + measured.value("destroyed_norm_random_head"),
            "singular_entropy " + measured.value("singular_entropy"),
            "... of a random head " + measured.value("singular_entropy_random_head"),
            "largest singular value of W " + measured.singularValues("head")[0]),
        lines.stream().filter(line -> !line.startsWith("WARNING")).toList());
  }

  @Test
  void theGradientsSingularValuesAreAllThere() {
    double[] singularValues =
        HeadMeasurement.of(MODEL, FIRST, SECOND).singularValues("logit_gradient");
    assertEquals(14, singularValues.length);
    assertTrue(singularValues[0] > singularValues[13]);
  }

  @Test
  void mistakesAreOneLineThatNamesWhatThereIs() {
    var measured = HeadMeasurement.of(MODEL, FIRST);
    assertEquals(
        "nothing is measured as destroyed_nrom; the nearest is destroyed_norm",
        message(() -> measured.value("destroyed_nrom")));
    assertEquals(
        "no singular values are measured of heads; the nearest is head",
        message(() -> measured.singularValues("heads")));
    assertEquals(
        "sequences of [8, 2] tokens cannot be measured together; cut them to one length",
        message(() -> HeadMeasurement.of(MODEL, FIRST, new int[] {1, 2})));
  }

  private static String message(Runnable mistake) {
    return assertThrows(IllegalArgumentException.class, mistake::run).getMessage();
  }

  private static String run(Path program, Path argument) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                program.toString(),
                argument.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }
}
