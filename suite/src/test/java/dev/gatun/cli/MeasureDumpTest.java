package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.safetensors.SafetensorsFile;
import dev.gatun.safetensors.SafetensorsType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.toml.TomlMapper;

/** What {@code gatun measure --dump} writes is what transformers computed, quantity by quantity. */
class MeasureDumpTest {
  private static final String TOLERANCES = "/dev/gatun/cli/measure-tolerances.toml";
  private static final double HALF_ULP = 0x1p-24;

  /** The loss of training steps: no part of a measurement. */
  private static final String TRAINED = "adamw_losses";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2-tiny",
        "neox-tiny",
        "llama-tiny",
        "llama-tied-tiny",
        "qwen3-tiny",
        "olmo2-tiny"
      })
  void dumpHoldsWhatTransformersComputed(String name) throws IOException {
    Path fixture = Path.of("src", "test", "resources", "fixtures", name);
    Path expectedFile = fixture.resolve("expected.safetensors");
    Path dump = folder.resolve("dump.safetensors");
    CommandRun run =
        CommandRun.of(
            "measure",
            fixture,
            "--tokens",
            expectedFile,
            "--gradients",
            "--dump",
            dump,
            "--json",
            "--threads",
            2,
            "--out",
            folder.resolve("results"));
    assertEquals(0, run.code(), run.err());
    try (var expected = SafetensorsFile.open(expectedFile);
        var actual = SafetensorsFile.open(dump)) {
      Set<String> names = new TreeSet<>(expected.names());
      names.remove(TRAINED);
      assertEquals(names, new TreeSet<>(actual.names()));
      List<String> failures = new ArrayList<>();
      names.forEach(tensor -> compare(tensor, expected, actual, failures));
      assertTrue(failures.isEmpty(), () -> name + "\n" + String.join("\n", failures));
      assertEquals(
          actual.doubles("destroyed_norm")[0],
          run.json().at("/measured/0/destroyed_norm").asDouble());
      assertEquals(actual.doubles("loss")[0], run.json().at("/measured/0/loss").asDouble());
    }
  }

  private static void compare(
      String tensor, SafetensorsFile expected, SafetensorsFile actual, List<String> failures) {
    assertEquals(expected.type(tensor), actual.type(tensor), tensor);
    assertEquals(expected.shape(tensor), actual.shape(tensor), tensor);
    double[] x = values(expected, tensor);
    double[] y = values(actual, tensor);
    double largest = 0;
    double error = 0;
    for (int i = 0; i < x.length; i++) {
      largest = Math.max(largest, Math.abs(x[i]));
      error = Math.max(error, Math.abs(x[i] - y[i])); // NaN stays NaN
    }
    double halfUlps = error / largest / HALF_ULP;
    if (!(halfUlps <= tolerance(tensor))) {
      failures.add(
          "%s is off by %.2f half ulps, allowed %s".formatted(tensor, halfUlps, tolerance(tensor)));
    }
  }

  private static double[] values(SafetensorsFile file, String tensor) {
    if (file.type(tensor) != SafetensorsType.I64) {
      return file.doubles(tensor);
    }
    return Arrays.stream(file.longs(tensor)).asDoubleStream().toArray();
  }

  private static double tolerance(String tensor) {
    for (JsonNode entry : tolerances().path("tolerance")) {
      for (JsonNode pattern : entry.path("tensors")) {
        if (tensor.matches(pattern.asString().replace(".", "\\.").replace("*", ".*"))) {
          return entry.path("within").asDouble();
        }
      }
    }
    throw new AssertionError("no tolerance is stated for " + tensor);
  }

  private static JsonNode tolerances() {
    try (InputStream in = MeasureDumpTest.class.getResourceAsStream(TOLERANCES)) {
      return new TomlMapper().readTree(in);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void withoutGradientsNoneAreWritten() {
    Path fixture = Path.of("src", "test", "resources", "fixtures", "llama-tiny");
    Path dump = folder.resolve("dump.safetensors");
    CommandRun run =
        CommandRun.of(
            "measure",
            fixture,
            "--tokens",
            fixture.resolve("expected.safetensors"),
            "--dump",
            dump,
            "--out",
            folder.resolve("results"));
    assertEquals(0, run.code(), run.err());
    try (var file = SafetensorsFile.open(dump)) {
      assertFalse(file.names().stream().anyMatch(name -> name.startsWith("grad.")));
      assertTrue(file.contains("logits"));
    }
  }
}
