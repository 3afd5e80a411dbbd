package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import dev.gatun.results.Tolerances;
import dev.gatun.results.comparison.Agreement;
import dev.gatun.results.comparison.Comparison;
import dev.gatun.results.comparison.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code gatun reproduce --checkpoints}, from the command line to the verdicts and the report. */
class ReproduceCheckpointsTest {
  private static final int VOCABULARY = 4096;

  @TempDir static Path shared;
  private static Path tokens;
  private static Path folder;
  private static Path results;
  private static CommandRun reproduced;

  @TempDir Path temporary;

  @BeforeAll
  static void reproduce() {
    tokens = PlantedModel.tokens(shared.resolve("t.safetensors"), 2, 64, VOCABULARY);
    folder = shared.resolve("pythia-14m");
    for (long step : List.of(80_000, 128_000, 143_000)) {
      model(VOCABULARY).write(folder.resolve("step" + step));
    }
    results = shared.resolve("results");
    reproduced = run(results, 1, "A1", "A5", "A9", "A10", "B3", "B5", "--details");
  }

  /** Pythia-14m in its own shape, but for V. */
  private static PlantedModel model(int vocabulary) {
    return new PlantedModel(6, 128, vocabulary, 1.0, 0.99);
  }

  private static CommandRun run(Path out, int threads, String... claimsAndOptions) {
    var command = new ArrayList<Object>(List.of("reproduce"));
    command.addAll(List.of(claimsAndOptions));
    command.addAll(List.of("--checkpoints"));
    for (String step : List.of("step80000", "step128000", "step143000")) {
      command.add(folder.resolve(step));
    }
    command.addAll(List.of("--tokens", tokens, "--out", out, "--threads", threads));
    return CommandRun.of(command.toArray());
  }

  @Test
  void saysWhatCameOutOfEachClaimAndOfEachModelAndStep() {
    assertEquals(0, reproduced.code(), reproduced.out() + reproduced.err());
    for (String part :
        List.of(
            "pythia-14m, step 143000",
            "checkpoint_destroyed_norm",
            "checkpoint_kept_energy_slope",
            "as its null",
            "B3 needs two models at the end of their training",
            "B5 is not judged on pythia-14m, step 80000",
            "The papers took others")) {
      assertTrue(reproduced.out().contains(part), part + " is not in " + reproduced.out());
    }
  }

  @Test
  void evidenceHasARunOfAllStepsForEachClaim() {
    Evidence evidence = new ResultsFolder(results).readEvidence();
    assertEquals(
        List.of("A1", "A5", "A9", "A10", "B5"), evidence.runs().stream().map(Run::claim).toList());
    for (Run run : evidence.runs()) {
      assertEquals("checkpoint", run.tier());
      assertEquals("pythia-14m", run.arm());
      assertFalse(run.configuration().contains(shared.toString()), run.configuration());
    }
    assertEquals(
        List.of(80_000L, 128_000L, 143_000L),
        evidence.metrics().stream().map(m -> m.step()).distinct().toList());
    assertFalse(Files.exists(new ResultsFolder(results).unfinished()));
  }

  @Test
  void storedVerdictsAreThoseOfNow() {
    CommandRun verified = CommandRun.of("verify", results);
    assertEquals(0, verified.code(), verified.out() + verified.err());
    assertFalse(verified.out().contains("verdicts.arrow"), verified.out());
  }

  @Test
  void anotherMachineIsHeldToTheSameNumbers() {
    Path elsewhere = temporary.resolve("elsewhere");
    CommandRun again = run(elsewhere, 2, "A1", "A5", "A9", "A10", "B3", "B5");
    assertEquals(0, again.code(), again.err());
    Evidence first = new ResultsFolder(results).readEvidence();
    Evidence other = new ResultsFolder(elsewhere).readEvidence();
    assertEquals(List.of(), disagreeing(first, other));
    List<Metric> shifted =
        other.metrics().stream()
            .map(m -> m.name().equals("destroyed_norm") ? moved(m) : m)
            .toList();
    var moved = new Evidence(other.provenance(), other.runs(), shifted, other.spectra());
    assertEquals(
        List.of(
            "A1 destroyed_norm",
            "A5 destroyed_norm",
            "A9 destroyed_norm",
            "A10 destroyed_norm",
            "B5 destroyed_norm"),
        disagreeing(first, moved));
  }

  private static Metric moved(Metric m) {
    double value = m.value() + 1e-3;
    return new Metric(m.run(), m.claim(), m.name(), m.step(), value, m.uncertainty(), m.unit());
  }

  private static List<String> disagreeing(Evidence first, Evidence other) {
    Comparison comparison =
        Comparison.of(
            new Machine("first", first, List.of()),
            new Machine("other", other, List.of()),
            Tolerances.shipped());
    return comparison.metrics().stream()
        .filter(m -> m.agreement() != Agreement.AGREES)
        .map(m -> m.claim() + " " + m.metric())
        .toList();
  }

  @Test
  void reportHasThePapersFigures() throws IOException {
    String html = Files.readString(results.resolve("report.html"));
    for (String part :
        List.of(
            "figure-measure-destroyed-norm",
            "figure-measure-destroyed-norm-steps",
            "figure-step-loss-pythia-14m",
            "paper (secondary)")) {
      assertTrue(html.contains(part), part);
    }
  }

  @Test
  void aHeadThatLetsTooMuchThroughIsNotReproduced() {
    Path narrow = model(512).write(temporary.resolve("pythia-14m"));
    Path ids = PlantedModel.tokens(temporary.resolve("t.safetensors"), 2, 64, 512);
    CommandRun run =
        CommandRun.of(
            "reproduce",
            "A1",
            "--checkpoints",
            narrow,
            "--tokens",
            ids,
            "--json",
            "--out",
            temporary.resolve("out"));
    assertEquals(0, run.code(), run.err());
    JsonNode claim = run.json().path("claims").path(0);
    assertEquals("NOT_REPRODUCED", claim.path("outcome").asString(), run.out());
  }

  @Test
  void whatWasFinishedBeforeAFailureIsNotMeasuredAgain() throws IOException {
    Path first = model(VOCABULARY).write(temporary.resolve("pythia-14m").resolve("step1000"));
    Path second = model(VOCABULARY).write(temporary.resolve("pythia-14m").resolve("step2000"));
    byte[] whole = Files.readAllBytes(second.resolve("model.safetensors"));
    byte[] broken = whole.clone();
    // The last four bytes are of a weight, and now no number.
    Arrays.fill(broken, broken.length - 4, broken.length, (byte) 0xFF);
    Files.write(second.resolve("model.safetensors"), broken);
    Path out = temporary.resolve("out");
    Object[] command = {"measure", first, second, "--tokens", tokens, "--out", out};
    CommandRun failed = CommandRun.of(command);
    assertEquals(2, failed.code(), failed.out() + failed.err());
    Path kept =
        new ResultsFolder(out).unfinished().resolve("measure").resolve("pythia-14m-step1000-seed1");
    double seconds = new ResultsFolder(kept).readEvidence().runs().getFirst().wallSeconds();
    Files.write(second.resolve("model.safetensors"), whole);
    CommandRun whenWhole = CommandRun.of(command);
    assertEquals(0, whenWhole.code(), whenWhole.err());
    assertEquals(seconds, new ResultsFolder(out).readEvidence().runs().getFirst().wallSeconds());
  }

  @Test
  void mistakesAreOneLineEach() {
    Path other = model(VOCABULARY).write(temporary.resolve("pythia-70m"));
    assertMistake(
        "pythia-70m is named as Pythia-70m, which has 6 layers of width 512",
        "reproduce",
        "A1",
        "--checkpoints",
        other);
    Path unknown = model(VOCABULARY).write(temporary.resolve("pythia-14n"));
    assertMistake("the nearest is pythia-14m", "reproduce", "A1", "--checkpoints", unknown);
    Path one = folder.resolve("step143000");
    assertMistake(
        "claim A2 cannot be asked of published models", "reproduce", "A2", "--checkpoints", one);
    assertMistake(
        "B4 needs steps of one model and at least two sizes",
        "reproduce",
        "B4",
        "--checkpoints",
        one);
    assertMistake(
        "--tier is about training", "reproduce", "A1", "--tier", "desk", "--checkpoints", one);
    assertMistake("--text is about folders", "reproduce", "A1", "--text", tokens);
    Path same = model(VOCABULARY).write(temporary.resolve("pythia-14m"));
    assertMistake("are the same step of Pythia-14m", "reproduce", "A1", "--checkpoints", one, same);
  }

  private static void assertMistake(String part, Object... command) {
    CommandRun run = CommandRun.of(command);
    assertEquals(2, run.code(), run.out() + run.err());
    assertTrue(run.err().contains(part), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }
}
