package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.safetensors.SafetensorsFile;
import dev.gatun.safetensors.SafetensorsWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code gatun measure --hidden --head}: a head that is given as files. */
class MeasureGivenHeadTest {
  private static final Path FIXTURE = Path.of("src", "test", "resources", "fixtures", "llama-tiny");
  private static final String HEAD = "lm_head.weight";

  @TempDir Path folder;
  private Path head;
  private final Path hidden = FIXTURE.resolve("expected.safetensors");

  @BeforeEach
  void takeHeadOutOfTheFixture() {
    head = folder.resolve("head.safetensors");
    try (SafetensorsFile model = SafetensorsFile.open(FIXTURE.resolve("model.safetensors"))) {
      new SafetensorsWriter(Map.of())
          .addFloats(HEAD, model.shape(HEAD), (from, count) -> model.floats(HEAD, from, count))
          .write(head);
    }
  }

  private CommandRun measure(Object... arguments) {
    var all = new ArrayList<Object>(List.of("measure"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--json", "--threads", 1, "--out", folder.resolve("out")));
    return CommandRun.of(all.toArray());
  }

  private void refused(String problem, Object... arguments) {
    CommandRun run = measure(arguments);
    assertEquals(Gatun.USER_ERROR, run.code(), run.out());
    assertTrue(run.err().contains(problem), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(Files.notExists(folder.resolve("out")));
  }

  @Test
  void headOfFilesHasTheNumbersOfItsCheckpoint() {
    CommandRun whole = measure(FIXTURE, "--tokens", hidden);
    assertEquals(0, whole.code(), whole.err());
    CommandRun given = measure("--hidden", hidden, "--head", head);
    assertEquals(0, given.code(), given.err());
    JsonNode expected = whole.json().at("/measured/0");
    JsonNode measured = given.json().at("/measured/0");
    assertEquals("head", measured.path("model").asString());
    assertTrue(measured.path("step").isNull());
    for (String name : List.of("loss", "destroyed_norm", "singular_entropy", "anisotropy")) {
      assertEquals(expected.path(name).asDouble(), measured.path(name).asDouble(), 2e-5, name);
    }
    for (String name : List.of("contexts", "gradient_rank", "head_rank")) {
      assertEquals(expected.path(name).asInt(), measured.path(name).asInt(), name);
    }
  }

  @Test
  void statesWithTargetsAreMeasuredAsTheyAre() {
    CommandRun run = measure("--hidden", states(3, 1, 4, 1, 5, 9), "--head", head);
    assertEquals(0, run.code(), run.err());
    assertEquals(6, run.json().at("/measured/0/contexts").asInt());
  }

  private Path states(long... targets) {
    Path states = folder.resolve("states.safetensors");
    long count = targets.length;
    new SafetensorsWriter(Map.of())
        .addFloats("hidden", List.of(count, 32L), MeasureGivenHeadTest::numbers)
        .addLongs(
            "targets",
            List.of(count),
            (from, length) -> Arrays.copyOfRange(targets, (int) from, (int) from + length))
        .write(states);
    return states;
  }

  private static float[] numbers(long from, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) Math.sin(from + i);
    }
    return numbers;
  }

  @Test
  void mistakesAreToldInOneLine() {
    refused("--hidden and --head belong together", "--hidden", hidden);
    refused("leave folders", FIXTURE, "--hidden", hidden, "--head", head);
    refused("nothing to measure; name a model folder");
    refused(
        "several tensors of shape [V, D]",
        "--hidden",
        hidden,
        "--head",
        FIXTURE.resolve("model.safetensors"));
    refused("has one state", "--hidden", states(3), "--head", head);
    refused("has no tensor 'hidden'", "--hidden", head, "--head", head);
    refused("no such file", "--hidden", folder.resolve("nowhere"), "--head", head);
  }
}
