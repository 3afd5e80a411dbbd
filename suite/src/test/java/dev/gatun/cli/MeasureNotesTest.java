package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import dev.gatun.results.ResultsFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What {@code gatun measure} says of how checkpoints were read, and of their steps. */
class MeasureNotesTest {
  private static final String IGNORED =
      "config.json has fields that change nothing of what is computed, and they are ignored:"
          + " auto_map";

  @TempDir Path folder;

  private CommandRun measure(Object... arguments) {
    var all = new ArrayList<Object>(List.of("measure"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--json", "--threads", 1, "--out", folder.resolve("out")));
    CommandRun run = CommandRun.of(all.toArray());
    assertEquals(0, run.code(), run.err());
    return run;
  }

  private Path tokens() {
    return TinyCheckpoint.tokens(folder.resolve("tokens.safetensors"), 2, 5, 3);
  }

  private Path model(String name, String field) throws IOException {
    Path model = TinyCheckpoint.withTokenizer(folder.resolve(name));
    Path config = model.resolve("config.json");
    Files.writeString(config, Files.readString(config).replaceFirst("\\{", "{" + field + ","));
    return model;
  }

  @Test
  void noteOfSeveralModelsIsToldOnceAndStoredWithEach() throws IOException {
    String field = "\"auto_map\": {\"a\": \"b\"}";
    CommandRun run = measure(model("one", field), model("two", field), "--tokens", tokens());
    assertEquals(List.of(IGNORED), texts(run.json().path("notes")));
    assertEquals(List.of(IGNORED), texts(run.json().at("/measured/1/notes")));
    assertEquals(
        List.of("gatun: one: " + IGNORED),
        run.err().lines().filter(line -> line.startsWith("gatun: ")).toList());
    Evidence evidence = new ResultsFolder(folder.resolve("out")).readEvidence();
    assertTrue(evidence.runs().stream().allMatch(r -> r.configuration().contains(IGNORED)));
  }

  @Test
  void unknownFieldIsIgnoredOnRequest() throws IOException {
    Path model = model("model", "\"things\": 7");
    CommandRun refused =
        CommandRun.of("measure", model, "--tokens", tokens(), "--out", folder.resolve("out"));
    assertEquals(Gatun.USER_ERROR, refused.code());
    assertTrue(refused.err().contains("add --ignore-field things"), refused.err());
    CommandRun run = measure(model, "--tokens", tokens(), "--ignore-field", "things");
    assertEquals(
        List.of("fields of config.json are ignored as was asked: things"),
        texts(run.json().path("notes")));
  }

  @Test
  void stageAndStepAreThoseOfTheNameOrNull() throws IOException {
    TinyCheckpoint.withTokenizer(folder.resolve("run/stage1-step1000-tokens3B"));
    TinyCheckpoint.withTokenizer(folder.resolve("run/step0"));
    CommandRun run =
        measure(
            folder.resolve("run/stage1-step1000-tokens3B"),
            folder.resolve("run/step0"),
            TinyCheckpoint.fixture(),
            "--tokens",
            tokens());
    JsonNode measured = run.json().path("measured");
    assertEquals("run", measured.at("/0/model").asString());
    assertEquals("stage1", measured.at("/0/stage").asString());
    assertEquals(1000, measured.at("/0/step").asInt());
    assertEquals(0, measured.at("/1/step").asInt(-1));
    assertTrue(measured.at("/1/stage").isNull());
    assertTrue(measured.at("/2/step").isNull(), run.out());
    Evidence evidence = new ResultsFolder(folder.resolve("out")).readEvidence();
    assertEquals(
        List.of(1000L, 0L, Metric.NO_STEP),
        evidence.metrics().stream().map(Metric::step).distinct().toList());
    assertTrue(Files.readString(folder.resolve("out/report.html")).contains("<td>–</td>"));
  }

  @Test
  void sequencesBeginAsTokenizerJsonSaysUnlessToldOtherwise() throws IOException {
    Path model = TinyCheckpoint.withTokenizer(folder.resolve("model"));
    Path text = Files.writeString(folder.resolve("text"), "return a public ; of { } ".repeat(60));
    Object[] what = {model, "--text", text, "--length", 9, "--contexts", 80};
    CommandRun auto = measure(what);
    assertEquals(
        List.of("every sequence begins with token 1, which the model's files put before a text"),
        texts(auto.json().path("notes")));
    CommandRun always = measure(with(what, "--bos", "always"));
    CommandRun never = measure(with(what, "--bos", "never"));
    assertEquals(List.of(), texts(never.json().path("notes")));
    assertEquals(loss(auto), loss(always));
    assertNotEquals(loss(auto), loss(never));
    assertEquals(80, auto.json().at("/measured/0/contexts").asInt());
    assertEquals(80, never.json().at("/measured/0/contexts").asInt());
  }

  @Test
  void tokenThatNoFileNamesCannotBeginSequences() throws IOException {
    Path model = model("model", "\"bos_token_id\": null");
    Path config = model.resolve("config.json");
    Files.writeString(
        config, Files.readString(config).replaceAll(",\\s*\"bos_token_id\": [0-9]+", ""));
    Path tokenizer = model.resolve("tokenizer.json");
    Files.writeString(
        tokenizer,
        Files.readString(tokenizer)
            .replaceFirst(
                "(?s)\"post_processor\":.*\"decoder\"", "\"post_processor\": null, \"decoder\""));
    CommandRun run =
        CommandRun.of(
            "measure", model, "--bos", "always", "--out", folder.resolve("out"), "--contexts", 9);
    assertEquals(Gatun.USER_ERROR, run.code(), run.out());
    assertTrue(run.err().contains("take --bos never"), run.err());
  }

  private static Object[] with(Object[] arguments, Object... others) {
    var all = new ArrayList<Object>(List.of(arguments));
    all.addAll(List.of(others));
    return all.toArray();
  }

  private static double loss(CommandRun run) {
    return run.json().at("/measured/0/loss").asDouble();
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asString).toList();
  }
}
