package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.bench.Work;
import dev.gatun.claims.Claims;
import dev.gatun.model.HeadForm;
import dev.gatun.results.Evidence;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Metric;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CommandsTest {
  @TempDir static Path shared;
  private static Path evidence;
  private static CommandRun reproduced;

  @TempDir Path folder;

  @BeforeAll
  static void measure() {
    evidence = shared.resolve("evidence");
    reproduced = CommandRun.publishedClaims(evidence);
  }

  static Set<String> commands() {
    return Gatun.commandLine(new PrintWriter(System.out), new PrintWriter(System.err))
        .getSubcommands()
        .keySet();
  }

  static Stream<String> ownCommands() {
    return commands().stream().filter(c -> !c.equals("help") && !c.equals("generate-completion"));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelp(String command) {
    CommandRun run = CommandRun.of(command, "--help");
    assertEquals(0, run.code());
    assertTrue(run.out().contains("Usage: gatun " + command), run.out());
    assertTrue(run.out().contains("130   interrupted by Ctrl-C"), run.out());
    assertEquals("", run.err());
  }

  @ParameterizedTest
  @MethodSource("ownCommands")
  void everyCommandSaysItsVersion(String command) {
    assertTrue(CommandRun.of(command, "--version").out().startsWith("gatun "), command);
  }

  @Test
  void helpListsCommandsAndExitCodes() {
    String help = CommandRun.of("--help").out();
    commands().forEach(command -> assertTrue(help.contains(command), command));
    assertTrue(help.contains("130"), help);
    assertEquals(CommandRun.of().out(), help);
  }

  @Test
  void completionKnowsEveryCommand() {
    String script = CommandRun.of("generate-completion").out();
    commands().forEach(command -> assertTrue(script.contains(command), command));
    Stream.of(
            List.of("quick", "linear", "cpu", "bf16"),
            HeadForm.LABELS,
            Claims.ids(),
            worksOfBench())
        .flatMap(List::stream)
        .forEach(word -> assertTrue(script.contains("\"" + word + "\""), word));
  }

  private static List<String> worksOfBench() {
    return Work.on("cpu", false).stream().map(Work::name).toList();
  }

  @Test
  void reproduceShowsSettingsAndVerdictsAndWhereTheReportIs() {
    assertEquals(0, reproduced.code(), reproduced.err());
    assertTrue(reproduced.out().contains("corpus                  not used"), reproduced.out());
    assertTrue(reproduced.out().contains("2 claims: recomputed 2"), reproduced.out());
    assertTrue(reproduced.out().contains(evidence.resolve("report.html").toString()));
    for (String file : Set.of("runs", "metrics", "spectra", "verdicts")) {
      assertTrue(Files.exists(evidence.resolve(file + ".arrow")), file);
    }
    assertFalse(Files.exists(evidence.resolve("unfinished")));
  }

  @Test
  void thereAreNoColoursButOnATerminal() {
    for (CommandRun run :
        Set.of(reproduced, CommandRun.of("claims"), CommandRun.of("repoduce"), help())) {
      assertFalse(run.out().contains("\u001b"), run.out());
      assertFalse(run.err().contains("\u001b"), run.err());
    }
  }

  private static CommandRun help() {
    return CommandRun.of("reproduce", "--help");
  }

  @Test
  void linesFitATerminal() {
    CommandRun verified = CommandRun.of("verify", evidence);
    Path reference = Path.of("..", "results", "reference", "amd-epyc-avx512-2-cores");
    CommandRun compared = CommandRun.of("compare", reference, evidence);
    Stream.of(reproduced.out(), verified.out(), compared.out(), CommandRun.of("claims").out())
        .flatMap(String::lines)
        .filter(line -> !line.contains(shared.toString()))
        .forEach(line -> assertTrue(line.length() <= 155, line));
  }

  @Test
  void storedEvidenceIsJudgedAsRecorded() throws IOException {
    try (var folders = Files.list(Path.of("..", "results", "reference"))) {
      for (Path folder : folders.toList()) {
        CommandRun run = CommandRun.of("verify", folder);
        assertEquals(0, run.code(), run.out());
      }
    }
  }

  @Test
  void evidenceOfAnotherTextNeitherJudgesARunNorSpeaksForItsClaims() throws IOException {
    Path references = Path.of("..", "results", "reference");
    Path code = references.resolve("amd-epyc-avx512-2-cores");
    Path prose = references.resolve("amd-epyc-avx512-2-cores-prose");
    Path ofBoth = Files.createDirectory(folder.resolve("references"));
    Files.createSymbolicLink(ofBoth.resolve("code"), code.toAbsolutePath());
    Files.createSymbolicLink(ofBoth.resolve("prose"), prose.toAbsolutePath());
    for (Path own : List.of(code, prose)) {
      String beside = CommandRun.of("verify", own, "--reference", ofBoth).out();
      assertEquals(own.equals(code), beside.contains(ofBoth.resolve("code") + ":"), beside);
      assertEquals(own.equals(prose), beside.contains(ofBoth.resolve("prose") + ":"), beside);
      Path report = folder.resolve("r.html");
      CommandRun run = CommandRun.of("report", own, "--reference", references, "--out", report);
      assertEquals(0, run.code(), run.err());
      String html = Files.readString(report);
      assertEquals(own.equals(code), html.contains("B6 (desk)"), "none of prose");
      assertEquals(own.equals(code), html.contains("A1 (desk)"), "two seeds of prose, not five");
      assertTrue(html.contains("A6 (desk)"), "reads no text");
    }
    Files.delete(ofBoth.resolve("code"));
    Files.delete(ofBoth.resolve("prose"));
  }

  @Test
  void verdictsOnAllClaimsFitAScreen() {
    Path reference = Path.of("..", "results", "reference", "amd-epyc-avx512-2-cores");
    List<String> lines =
        CommandRun.of("verify", reference)
            .out()
            .lines()
            .filter(line -> !line.matches(".*(verdicts.arrow calls|stored verdicts differ).*"))
            .toList();
    assertTrue(lines.size() <= Claims.ids().size() + 6, () -> String.join("\n", lines));
    lines.forEach(line -> assertTrue(line.length() <= 100, line));
    for (String claim : Claims.ids()) {
      assertEquals(1, lines.stream().filter(l -> l.strip().startsWith(claim + " ")).count(), claim);
    }
    String details = CommandRun.of("verify", reference, "--details").out();
    assertTrue(details.contains("step_rank_over_cap"), details);
  }

  @Test
  void timingsOfEveryClaimAreKept() throws IOException {
    Path timings = folder.resolve("claims.json");
    CommandRun run =
        CommandRun.of(
            "reproduce",
            "B1",
            "B2",
            "--threads",
            "1",
            "--timings",
            timings,
            "--out",
            folder.resolve("timed"));
    assertEquals(0, run.code(), run.err());
    JsonNode entries = JsonMapper.shared().readTree(Files.readAllBytes(timings));
    assertEquals(2, entries.size());
    assertEquals("dev.gatun.claims.B1", entries.get(0).get("benchmark").stringValue());
    assertEquals(1, entries.get(0).get("threads").intValue());
    assertTrue(entries.get(0).get("primaryMetric").get("score").doubleValue() > 0);
    assertEquals(0, entries.get(0).get("params").get("tokens").intValue());
  }

  @Test
  void reproduceAsJsonIsOneObjectWithoutNaN() {
    CommandRun run =
        CommandRun.of("reproduce", "B1", "B2", "--json", "--out", folder.resolve("out"));
    assertEquals(0, run.code(), run.err());
    JsonNode json = run.json();
    assertEquals(
        folder.resolve("out").resolve("report.html").toString(), json.get("report").stringValue());
    assertEquals(checks(), json.get("verdicts").size());
    assertTrue(json.get("provenance").has("git.commit"));
    assertTrue(json.get("provenance").has("configuration.sha256"));
    JsonNode open = json.get("verdicts").get(2);
    assertTrue(open.get("expected_low").isNumber(), open.toString());
    assertTrue(open.get("expected_high").isNull(), "an open end is null: " + open);
    assertFalse(run.out().contains("NaN"), run.out());
  }

  @Test
  void otherCommandsAsJsonAreOneObject() {
    assertEquals(
        Claims.ids().size(), CommandRun.of("claims", "--json").json().get("claims").size());
    JsonNode libraries = CommandRun.of("doctor", "--json").json().get("libraries");
    assertTrue(libraries.get(0).get("loaded").isString(), libraries.toString());
    assertEquals(
        checks(), CommandRun.of("verify", evidence, "--json").json().get("verdicts").size());
    Path report = folder.resolve("r.html");
    CommandRun run = CommandRun.of("report", evidence, "--json", "--out", report);
    assertEquals(report.toString(), run.json().get("report").stringValue());
    assertTrue(Files.exists(report));
  }

  /** Of the claims that {@link CommandRun#publishedClaims} reproduces. */
  private static int checks() {
    ExpectedValues expected = ExpectedValues.shipped();
    return expected.of("B1").checks().size() + expected.of("B2").checks().size();
  }

  @Test
  void verifyGivesTheVerdictsOfTheReproduction() {
    CommandRun verified = CommandRun.of("verify", evidence);
    assertEquals(0, verified.code());
    assertTrue(reproduced.out().contains(verified.out().strip()), verified.out());
  }

  @Test
  void equalEvidenceAgreesAndAChangedToleranceShowsWhatDoesNot() throws IOException {
    Path other = folder.resolve("other");
    assertEquals(0, CommandRun.publishedClaims(other).code());
    CommandRun same = CommandRun.of("compare", evidence, other);
    assertEquals(0, same.code(), same.err());
    JsonNode json = CommandRun.of("compare", evidence, other, "--json").json();
    assertEquals("AGREES", json.get("agreement").stringValue());
    assertEquals(2, json.get("machines").size());
    JsonNode comparison = json.get("comparisons").get(0);
    int metrics = comparison.get("metrics").size();
    assertTrue(metrics > 18, "of two claims, but " + metrics);
    assertTrue(
        same.out().contains("other against evidence: %s metrics agree".formatted(metrics)),
        same.out());
    assertEquals("published", comparison.get("metrics").get(0).get("kind").stringValue());
    assertEquals(checks(), comparison.get("outcomes").size());
  }

  @Test
  void changedValueExitsWith1AndIsNamed() {
    Evidence measured = new ResultsFolder(evidence).readEvidence();
    List<Metric> changed =
        measured.metrics().stream()
            .map(m ->
                m.name().equals("refit_a")
                    ? new Metric(m.run(), m.claim(), m.name(), m.step(), 117, 0, m.unit())
                    : m)
            .toList();
    Path planted = folder.resolve("planted");
    new ResultsFolder(planted)
        .write(new Evidence(measured.provenance(), measured.runs(), changed, measured.spectra()));
    CommandRun run = CommandRun.of("compare", evidence, planted);
    assertEquals(Gatun.CLAIM_FAILED, run.code(), run.err());
    assertTrue(run.out().contains(" metrics agree, 1 differs"), run.out());
    assertTrue(run.out().contains("outside the tolerance: B1 refit_a"), run.out());
    Path report = folder.resolve("both.html");
    assertEquals(0, CommandRun.of("report", evidence, planted, "--out", report).code());
  }

  @Test
  void storedVerdictsThatDifferFromThoseOfNowAreNamed() throws IOException {
    CommandRun same = CommandRun.of("verify", evidence, "--json");
    assertEquals(0, same.json().get("stored_verdicts_differ").size());
    CommandRun run = CommandRun.of("verify", evidence, "--expected", impossible());
    assertTrue(
        run.out()
            .replaceAll("\\s+", " ")
            .contains("verdicts.arrow calls B1 mean_final_excess recomputed, and now it is not"),
        run.out());
    JsonNode json = CommandRun.of("verify", evidence, "--json", "--expected", impossible()).json();
    JsonNode first = json.get("stored_verdicts_differ").get(0);
    assertEquals("RECOMPUTED", first.get("stored").stringValue());
    assertEquals("NOT_REPRODUCED", first.get("now").stringValue());
  }

  @Test
  void reportOfAReproductionShowsOtherMachinesBesideIt() throws IOException {
    Path out = folder.resolve("beside");
    CommandRun run = CommandRun.of("reproduce", "B1", "--out", out, "--beside", evidence);
    assertEquals(0, run.code(), run.err());
    String html = Files.readString(out.resolve("report.html"));
    assertTrue(html.contains("Across hardware"));
    assertTrue(html.contains("B2 was not run on beside"));
    assertFalse(Files.readString(evidence.resolve("report.html")).contains("Across hardware"));
  }

  @Test
  void aClaimIsAddedToThoseThatAreStored() throws IOException {
    Path out = folder.resolve("one by one");
    assertEquals(0, CommandRun.of("reproduce", "B1", "--out", out).code());
    Evidence first = new ResultsFolder(out).readEvidence();
    CommandRun second = CommandRun.of("reproduce", "B2", "--out", out);
    assertEquals(0, second.code(), second.err());
    assertTrue(second.out().contains("B1, measured earlier"), second.out());
    assertTrue(second.out().contains("2 claims: recomputed 2"), second.out());
    assertOneByOne(first, out);
    assertTrue(Files.readString(out.resolve("report.html")).contains("recomputed 2, skipped"));
  }

  @Test
  void foldersOfClaimsAreJoined() throws IOException {
    Path one = folder.resolve("one");
    Path other = folder.resolve("other");
    Path all = folder.resolve("all");
    assertEquals(0, CommandRun.of("reproduce", "B1", "--out", one).code());
    assertEquals(0, CommandRun.of("reproduce", "B2", "--out", other).code());
    CommandRun joined = CommandRun.of("join", one, other, "--out", all, "--json");
    assertEquals(0, joined.code(), joined.err());
    assertEquals("[\"B1\",\"B2\"]", joined.json().get("claims").toString());
    assertOneByOne(new ResultsFolder(one).readEvidence(), all);
    CommandRun again = CommandRun.of("join", other, "--out", all);
    assertTrue(again.out().contains("all: B1 B2"), again.out());
  }

  @Test
  void onlyTheClaimsThatAllFoldersHaveAreCompared() {
    Path b1 = folder.resolve("b1");
    Path b2 = folder.resolve("b2");
    assertEquals(0, CommandRun.of("reproduce", "B1", "--out", b1).code());
    assertEquals(0, CommandRun.of("reproduce", "B2", "--out", b2).code());
    CommandRun run = CommandRun.of("compare", b1, evidence);
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("not every folder has them: B2"), run.out());
    assertFalse(run.out().contains("not comparable"), run.out());
    CommandRun apart = CommandRun.of("compare", b1, b2);
    assertEquals(Gatun.USER_ERROR, apart.code());
    assertEquals(
        "gatun: no claim is in all of these folders: b1 has B1, b2 has B2", apart.err().strip());
  }

  @Test
  void aClaimTakesNoMoreSeedsThanItIsGiven() {
    Path few = folder.resolve("few");
    CommandRun run = CommandRun.of("reproduce", "B7", "--seed", "4", "--seeds", "2", "--out", few);
    assertEquals(0, run.code(), run.err());
    assertTrue(run.out().contains("seed                    4 to 5"), run.out());
    assertEquals(
        Set.of(4L, 5L),
        new ResultsFolder(few)
            .readEvidence().runs().stream().map(Run::seed).collect(Collectors.toSet()));
  }

  @Test
  void whatWasSaidOfTheTimeIsKeptBesideWhatItTook() {
    Path desk = folder.resolve("desk");
    assertEquals(0, CommandRun.of("reproduce", "B1", "--tier", "desk", "--out", desk).code());
    Provenance said = new ResultsFolder(desk).readEvidence().provenance().ofTheRun();
    assertEquals("0.0", said.entry(Provenance.ESTIMATED_SECONDS));
    Provenance quick = new ResultsFolder(evidence).readEvidence().provenance();
    assertEquals(Provenance.UNKNOWN, quick.entry(Provenance.ESTIMATED_SECONDS));
  }

  @Test
  void theReportShowsTheVerdictOfTheHighestTierThatItIsGivenOrFinds() throws IOException {
    Path desk = folder.resolve("desk");
    Path report = folder.resolve("r.html");
    assertEquals(0, CommandRun.of("reproduce", "B2", "--tier", "desk", "--out", desk).code());
    for (List<Object> more : List.<List<Object>>of(List.of(desk), List.of("--reference", desk))) {
      var command = new ArrayList<Object>(List.of("report", evidence, "--out", report));
      command.addAll(more);
      assertEquals(0, CommandRun.of(command.toArray()).code());
      String html = Files.readString(report);
      assertTrue(html.contains("quick; B2 (desk)"), more.toString());
      assertTrue(html.contains("Checks at the desk tier"), more.toString());
      assertFalse(html.contains("Across hardware"), "another tier is no other machine");
    }
    assertEquals(0, CommandRun.of("report", desk, "--reference", evidence, "--out", report).code());
    assertFalse(Files.readString(report).contains("B1 (quick)"), "found, but of a lower tier");
  }

  /** B1 is as it was when it was alone, and all is as if it had been measured at once. */
  private static void assertOneByOne(Evidence first, Path out) {
    Evidence both = new ResultsFolder(out).readEvidence();
    Evidence atOnce = new ResultsFolder(evidence).readEvidence();
    assertEquals(first.runs(), both.ofClaims(Set.of("B1")).runs());
    assertEquals(first.metrics(), both.ofClaims(Set.of("B1")).metrics());
    assertEquals(atOnce.metrics(), both.metrics());
    assertEquals(atOnce.spectra(), both.spectra());
    assertEquals(
        first.provenance().entry(Provenance.WALL_SECONDS),
        both.provenance().ofClaim("B1").entry(Provenance.WALL_SECONDS));
    assertEquals(new ResultsFolder(evidence).readVerdicts(), new ResultsFolder(out).readVerdicts());
  }

  @Test
  void aVerdictThatFlipsExitsWith1() throws IOException {
    CommandRun run = CommandRun.of("verify", evidence, "--expected", impossible());
    assertEquals(Gatun.CLAIM_FAILED, run.code(), run.err());
    assertTrue(run.out().contains("mean_final_excess: 0.07865, expected 7 to below 8"), run.out());
    CommandRun details = CommandRun.of("verify", evidence, "--details", "--expected", impossible());
    assertTrue(details.out().contains("outside the bound"), details.out());
    assertTrue(
        run.out().contains("B1 is not reproduced (recorded: recomputed): the verdict flipped"),
        run.out());
    CommandRun asJson = CommandRun.of("verify", evidence, "--json", "--expected", impossible());
    assertEquals(Gatun.CLAIM_FAILED, asJson.code());
    assertEquals(
        "NOT_REPRODUCED", asJson.json().get("verdicts").get(0).get("outcome").stringValue());
    JsonNode claim = asJson.json().get("claims").get(0);
    assertEquals("RECOMPUTED", claim.get("recorded").stringValue());
    assertTrue(claim.get("flipped").booleanValue());
  }

  @Test
  void aPaperThatIsContradictedAsRecordedAndWhatWasUndecidedExitWith0() throws IOException {
    for (String recorded : List.of("not_reproduced", "undecided")) {
      Path file = impossible();
      Files.writeString(
          file,
          Files.readString(file).replace("\"recomputed\"\nhist", "\"" + recorded + "\"\nhist"));
      CommandRun run = CommandRun.of("verify", evidence, "--expected", file);
      assertEquals(0, run.code(), run.out());
      assertEquals(recorded.equals("undecided"), run.out().contains("which fails nothing"));
    }
  }

  @Test
  void aMetricThatLeavesItsRegressionBoundExitsWith1() {
    Evidence measured = new ResultsFolder(evidence).readEvidence();
    CommandRun same = CommandRun.of("verify", evidence, "--reference", evidence);
    assertEquals(0, same.code(), same.out());
    assertTrue(same.out().contains(" metrics as before, 0 changed"), same.out());
    List<Metric> changed =
        measured.metrics().stream()
            .map(m ->
                m.name().equals("refit_a")
                    ? new Metric(m.run(), m.claim(), m.name(), m.step(), 117, 0, m.unit())
                    : m)
            .toList();
    Path planted = folder.resolve("changed");
    var moved = new Evidence(measured.provenance(), measured.runs(), changed, measured.spectra());
    new ResultsFolder(planted).write(moved, new ResultsFolder(evidence).readVerdicts());
    CommandRun run = CommandRun.of("verify", planted, "--reference", evidence);
    assertEquals(Gatun.CLAIM_FAILED, run.code(), run.out());
    assertTrue(run.out().contains("changed: B1 refit_a at "), run.out());
    CommandRun none = CommandRun.of("verify", evidence, "--reference", folder.resolve("none"));
    assertEquals(Gatun.USER_ERROR, none.code());
    assertTrue(none.err().contains("no results to hold the metrics to"), none.err());
  }

  /** B1 with an interval that no loss can lie in. */
  private Path impossible() throws IOException {
    try (var shipped = getClass().getResourceAsStream("/dev/gatun/results/expected/B1.toml")) {
      String text = new String(shipped.readAllBytes(), StandardCharsets.UTF_8);
      String planted =
          text.replaceFirst("(?m)^low = .*$", "low = 7")
              .replaceFirst("(?m)^high = .*$", "high = 8");
      return Files.writeString(folder.resolve("B1.toml"), planted);
    }
  }

  @Test
  void noLocaleChangesWhatIsStoredOrShown() throws IOException {
    Locale locale = Locale.getDefault();
    Locale.setDefault(Locale.of("ar", "EG"));
    try {
      Path elsewhere = folder.resolve("elsewhere");
      CommandRun run = CommandRun.publishedClaims(elsewhere);
      assertEquals(
          reproduced.out().replace(evidence.toString(), ""),
          run.out().replace(elsewhere.toString(), ""));
      assertEquals(0, run.code(), run.err());
      for (String table : List.of("runs", "metrics", "spectra", "verdicts")) {
        assertArrayEquals(
            Files.readAllBytes(evidence.resolve(table + ".arrow")),
            Files.readAllBytes(elsewhere.resolve(table + ".arrow")),
            table);
      }
    } finally {
      Locale.setDefault(locale);
    }
  }

  @Test
  void trainingWorksEndToEndAndResumesAFinishedRun() throws IOException {
    Path config = TinyTraining.configuration(folder);
    Path out = folder.resolve("run");
    CommandRun first = CommandRun.of("train", "--config", config, "--out", out, "--json");
    assertEquals(0, first.code(), first.err());
    assertEquals(3, first.json().get("steps").intValue());
    assertTrue(Files.exists(out.resolve("run.safetensors")));
    CommandRun again = CommandRun.of("train", "--config", config, "--out", out);
    assertEquals(0, again.code(), again.err());
    assertTrue(again.err().contains("resumed after step 3"), again.err());
  }
}
