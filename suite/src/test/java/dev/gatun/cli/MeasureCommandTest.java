package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code gatun measure} over two steps of one run and two texts, and what reads its results. */
class MeasureCommandTest {
  @TempDir static Path shared;
  private static Path results;
  private static Path again;
  private static CommandRun measured;

  @TempDir Path folder;

  @BeforeAll
  static void measure() throws IOException {
    Path early = TinyCheckpoint.withTokenizer(shared.resolve("tiny").resolve("step1000"));
    Path late = TinyCheckpoint.withTokenizer(shared.resolve("tiny").resolve("step2000"));
    Path one =
        Files.writeString(shared.resolve("one.txt"), "the price of a ; is the { ".repeat(60));
    Path two = Files.writeString(shared.resolve("two.txt"), "public return of a thing ".repeat(60));
    results = shared.resolve("results");
    again = shared.resolve("again");
    measured = run(results, early, late, one, two, "--threads", 1);
    assertEquals(0, run(again, early, late, one, two, "--threads", 2).code());
  }

  private static CommandRun run(
      Path out, Path early, Path late, Path one, Path two, String option, int value) {
    return CommandRun.of(
        "measure",
        early,
        late,
        "--text",
        one,
        "--text",
        two,
        "--contexts",
        60,
        "--length",
        16,
        "--json",
        "--out",
        out,
        option,
        value);
  }

  @Test
  void printsOneJsonObjectOfEachModelAndText() {
    assertEquals(0, measured.code(), measured.err());
    List<JsonNode> lines = measured.json().path("measured").valueStream().toList();
    assertEquals(4, lines.size(), measured.out());
    assertEquals(
        List.of("tiny 1000 one.txt", "tiny 1000 two.txt", "tiny 2000 one.txt", "tiny 2000 two.txt"),
        lines.stream()
            .map(l ->
                "%s %s %s"
                    .formatted(
                        l.path("model").asString(),
                        l.path("step").asLong(),
                        l.path("text").asString()))
            .toList());
    JsonNode first = lines.getFirst();
    assertEquals(4, first.path("sequences").asInt());
    assertEquals(16, first.path("length").asInt());
    assertEquals(60, first.path("contexts").asInt());
    for (String scalar :
        List.of(
            "loss",
            "accuracy",
            "destroyed_norm",
            "kept_norm",
            "destroyed_norm_unrelated",
            "destroyed_norm_random_head",
            "target_leverage",
            "gradient_rank",
            "rank_cap",
            "best_rank_residual",
            "direction_residual",
            "moved_to_tail",
            "cosine_hidden_induced",
            "singular_entropy",
            "singular_entropy_random_head",
            "anisotropy",
            "parameters")) {
      assertTrue(first.path(scalar).isNumber(), scalar);
    }
    assertEquals(3, first.path("anisotropy_of_layer").size());
    assertTrue(first.path("truncated_loss_of_rank").path("32").isNumber());
    assertEquals(0, first.path("head_error_of_rank").path("32").asDouble(), 1e-6);
  }

  @Test
  void rankDMeasuresTheHeadItself() {
    JsonNode first = measured.json().path("measured").path(0);
    assertEquals(
        first.path("loss").asDouble(),
        first.path("truncated_loss_of_rank").path("32").asDouble(),
        1e-5);
    assertEquals(
        first.path("accuracy").asDouble(),
        first.path("truncated_accuracy_of_rank").path("32").asDouble());
  }

  @Test
  void evidenceIsArrowWithoutPathsAndHasTheCheckpointsHash() {
    Evidence evidence = new ResultsFolder(results).readEvidence();
    assertEquals(4, evidence.runs().size());
    assertEquals(
        Set.of("tiny on one.txt", "tiny on two.txt"),
        evidence.runs().stream().map(Run::arm).collect(Collectors.toSet()));
    assertTrue(evidence.runs().stream().allMatch(Run::isMeasurement));
    assertEquals(
        Set.of(1000L, 2000L),
        evidence.metrics().stream().map(Metric::step).collect(Collectors.toSet()));
    for (Run run : evidence.runs()) {
      JsonNode configuration = JsonMapper.shared().readTree(run.configuration());
      assertTrue(
          configuration
              .path("experiment")
              .path("checkpointSha256")
              .asString()
              .matches("[0-9a-f]{64}"));
      assertFalse(run.configuration().contains(shared.toString()), run.configuration());
    }
    assertTrue(
        evidence.spectra().stream().anyMatch(spectrum -> spectrum.name().equals("logit_gradient")));
  }

  @Test
  void anyNumberOfThreadsGivesTheSameBytes() throws IOException {
    for (String table : List.of("runs", "metrics", "spectra", "verdicts")) {
      assertEquals(
          -1,
          Files.mismatch(results.resolve(table + ".arrow"), again.resolve(table + ".arrow")),
          table);
    }
  }

  @Test
  void reportShowsModelsBesideThePapersPoints() throws IOException {
    String html = Files.readString(results.resolve("report.html"));
    for (String part :
        List.of(
            "4 measurements of 2 stored models",
            "tiny on one.txt",
            "figure-measure-anisotropy-layers",
            "figure-measure-destroyed-norm-steps",
            "figure-measure-singular-entropy",
            "GPT-2 (paper, read off)",
            "figure-step-loss-tiny-on-two-txt",
            "read off its figures")) {
      assertTrue(html.contains(part), part);
    }
    assertFalse(html.contains(shared.toString()));
  }

  @Test
  void reportIsWellFormedAndLoadsNothing() throws Exception {
    String html = Files.readString(results.resolve("report.html"));
    Document page =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(html)));
    Set<String> ids = new HashSet<>();
    NodeList all = page.getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      String id = ((Element) all.item(i)).getAttribute("id");
      assertTrue(id.isEmpty() || ids.add(id), id);
      assertEquals("", ((Element) all.item(i)).getAttribute("src"));
    }
  }

  @Test
  void reportIsWrittenAgainFromTheEvidence() throws IOException {
    Path other = folder.resolve("other").resolve("report.html");
    assertEquals(0, CommandRun.of("report", results, "--out", other).code());
    for (String file : List.of("report.html", "report.csv")) {
      assertEquals(
          Files.readString(results.resolve(file)), Files.readString(other.resolveSibling(file)));
    }
  }

  @Test
  void verifySaysThatNothingIsExpected() {
    CommandRun run = CommandRun.of("verify", results);
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("nothing is expected"), run.out());
    assertEquals(1, run.out().lines().count(), run.out());
  }

  @Test
  void measurementsOfTwoMachinesAreCompared() {
    CommandRun run = CommandRun.of("compare", results, again, "--json");
    assertEquals(0, run.code(), run.out() + run.err());
    assertEquals("AGREES", run.json().path("agreement").asString());
    assertFalse(run.out().contains("no tolerance is stated"), run.out());
  }

  @Test
  void defaultTextIsThePinnedCode() {
    Path model = TinyCheckpoint.withTokenizer(folder.resolve("model"));
    CommandRun run =
        CommandRun.of("measure", model, "--contexts", 90, "--out", folder.resolve("out"));
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("code"), run.out());
    assertTrue(run.out().contains("the token that it puts before a text"), run.out());
    assertTrue(run.out().contains("1 sequences of 64 tokens: 63 contexts"), run.out());
  }

  @Test
  void tooLongASequenceIsCutAndThatIsSaid() {
    Path model = TinyCheckpoint.withTokenizer(folder.resolve("model"));
    CommandRun run =
        CommandRun.of(
            "measure",
            model,
            "--text",
            shared.resolve("one.txt"),
            "--contexts",
            63,
            "--length",
            100,
            "--out",
            folder.resolve("out"));
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("--length 100 is cut to 64"), run.err());
  }

  @Test
  void smallestBatchIsOneSequenceOfTwoTokens() {
    Path tokens = TinyCheckpoint.tokens(folder.resolve("t.safetensors"), 1, 2, 7);
    CommandRun run =
        CommandRun.of(
            "measure",
            TinyCheckpoint.fixture(),
            "--tokens",
            tokens,
            "--json",
            "--out",
            folder.resolve("out"));
    assertEquals(0, run.code(), run.err());
    assertEquals(1, run.json().at("/measured/0/gradient_rank").asInt());
  }
}
