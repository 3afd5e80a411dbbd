package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.claims.Claims;
import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Judgement;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Verdict;
import dev.gatun.results.Wording;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParseResult;

/** What the documents tell a reader to type exists. */
class ReadmeTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final List<String> DOCUMENTS = List.of("README.md", "CONTRIBUTING.md");
  private static final Pattern FENCED = Pattern.compile("(?ms)^```(?:sh|bash)?\\n(.*?)^```$");
  private static final Pattern INLINE = Pattern.compile("(?<!`)`([^`\\n]+)`(?!`)");
  private static final Set<String> MAVEN_PHASES = Set.of("clean", "test", "package", "verify");

  /** A command line of a document. */
  private record Command(String document, String line) {
    List<String> words() {
      return List.of(line.split("\\s+"));
    }

    String program() {
      return words().getFirst();
    }

    List<String> arguments() {
      return words().subList(1, words().size());
    }
  }

  @TestFactory
  Stream<DynamicTest> whatIsToBeTypedExists() throws IOException {
    return commands().stream()
        .map(c -> DynamicTest.dynamicTest(c.document() + ": " + c.line(), () -> check(c)));
  }

  @Test
  void readmeShowsTheTwoCommandsThatMatter() throws IOException {
    List<String> lines = commands().stream().map(Command::line).toList();
    assertTrue(lines.containsAll(List.of("make reproduce", "mvn verify")), lines.toString());
  }

  @Test
  void readmeShowsWhatTheReferenceEvidenceEndsWith() throws IOException {
    Matcher shown =
        Pattern.compile("(?ms)^```text\\n(.*?)^```$")
            .matcher(Files.readString(ROOT.resolve("README.md")));
    assertTrue(shown.find());
    var verified =
        CommandRun.of("verify", ROOT.resolve("results/reference/amd-epyc-avx512-2-cores"));
    assertEquals(0, verified.code(), verified.err());
    List<String> lines = verified.out().lines().toList();
    assertEquals(
        List.of(),
        shown.group(1).lines().filter(line -> !lines.contains(line)).toList(),
        verified.out());
  }

  @Test
  void readmeShowsTheVerdictOnEveryClaimByItsHighestTier() throws IOException {
    Map<String, String> shown = new TreeMap<>();
    Pattern.compile("(?m)^\\| \\*([a-z ]+)\\* \\|.*\\| (.*) \\|$")
        .matcher(Files.readString(ROOT.resolve("README.md")))
        .results()
        .forEach(row -> shown.put(row.group(1), row.group(2)));
    assertEquals(claimsByVerdict(), shown);
  }

  /** As in {@code A1, A4; desk: C2}. */
  private static Map<String, String> claimsByVerdict() {
    ExpectedValues expected = ExpectedValues.shipped();
    List<Verdict> quick = verdicts("amd-epyc-avx512-2-cores", expected);
    List<Verdict> desk = verdicts("amd-epyc-avx512-2-cores-desk", expected);
    Map<String, List<String>> atQuick = new TreeMap<>();
    Map<String, List<String>> atDesk = new TreeMap<>();
    for (ExpectedClaim claim : expected.claims()) {
      boolean isAtDesk = desk.stream().anyMatch(v -> v.claim().equals(claim.claim()));
      String verdict = Wording.of(ClaimVerdict.of(claim, isAtDesk ? desk : quick).outcome());
      (isAtDesk ? atDesk : atQuick)
          .computeIfAbsent(verdict, _ -> new ArrayList<>())
          .add(claim.claim());
    }
    Map<String, String> all = new TreeMap<>();
    atQuick.forEach((verdict, claims) -> all.put(verdict, String.join(", ", claims)));
    atDesk.forEach((verdict, claims) ->
        all.merge(verdict, "desk: " + String.join(", ", claims), (q, d) -> q + "; " + d));
    return all;
  }

  private static List<Verdict> verdicts(String folder, ExpectedValues expected) {
    Path path = ROOT.resolve("results/reference").resolve(folder);
    return Judgement.of(new ResultsFolder(path).readEvidence(), expected);
  }

  @Test
  void readmeIsShort() throws IOException {
    List<String> lines = Files.readAllLines(ROOT.resolve("README.md"));
    assertTrue(lines.size() <= 160, "lines: " + lines.size());
    lines.forEach(line -> assertTrue(line.length() <= 120, line));
  }

  @Test
  void everyFileOfTheTourExists() throws IOException {
    String text = Files.readString(ROOT.resolve("CONTRIBUTING.md"));
    String tour = text.substring(text.indexOf("## A tour"), text.indexOf("## How to add"));
    List<String> files =
        Pattern.compile("`([a-z]+(?:/[a-z]+)*/[A-Z]\\w+)`")
            .matcher(tour)
            .results()
            .map(file -> file.group(1) + ".java")
            .toList();
    assertTrue(files.size() > 20, files.toString());
    Path sources = ROOT.resolve("suite/src/main/java/dev/gatun");
    assertEquals(
        List.of(), files.stream().filter(f -> Files.notExists(sources.resolve(f))).toList());
  }

  private static void check(Command command) throws IOException {
    switch (command.program()) {
      case "gatun" -> checkGatun(command);
      case "make" -> checkMake(command);
      default -> checkMaven(command);
    }
  }

  private static void checkGatun(Command command) {
    var gatun = Gatun.commandLine(new PrintWriter(System.out), new PrintWriter(System.err));
    ParseResult parsed = gatun.parseArgs(command.arguments().toArray(String[]::new)).subcommand();
    if (parsed.commandSpec().name().equals("reproduce")) {
      assertTrue(Claims.ids().containsAll(values(parsed.matchedPositionals())), command.line());
    }
    List<String> values = values(parsed.matchedArgs());
    for (String value : values) {
      boolean ofTheRepository = value.startsWith("suite/") || value.startsWith("results/expected");
      assertTrue(!ofTheRepository || Files.exists(ROOT.resolve(value)), value);
    }
  }

  private static List<String> values(List<? extends ArgSpec> arguments) {
    return arguments.stream().flatMap(a -> a.stringValues().stream()).toList();
  }

  private static void checkMake(Command command) throws IOException {
    String makefile = Files.readString(ROOT.resolve("Makefile"));
    for (String target : command.arguments()) {
      if (!target.contains("=")) {
        assertTrue(
            Pattern.compile("(?m)^" + Pattern.quote(target) + ":").matcher(makefile).find(),
            "the Makefile has no target " + target);
      }
    }
  }

  private static void checkMaven(Command command) {
    List<String> phases =
        command.arguments().stream().filter(word -> word.matches("[a-z]+")).toList();
    assertEquals(List.of(), phases.stream().filter(p -> !MAVEN_PHASES.contains(p)).toList());
  }

  /** Commands in fenced blocks and, where they begin with the program's name, in the text. */
  private static List<Command> commands() throws IOException {
    var commands = new ArrayList<Command>();
    for (String document : DOCUMENTS) {
      String text = Files.readString(ROOT.resolve(document));
      FENCED
          .matcher(text)
          .results()
          .flatMap(block -> block.group(1).lines())
          .forEach(line -> add(commands, document, line));
      Matcher inline = INLINE.matcher(FENCED.matcher(text).replaceAll(""));
      inline.results().forEach(code -> add(commands, document, code.group(1)));
    }
    return commands;
  }

  private static void add(List<Command> commands, String document, String line) {
    String command = line.replaceFirst("\\s+#.*$", "").replaceFirst("^\\$ ", "").strip();
    if (command.matches("(gatun|make|mvn) .*")) {
      commands.add(new Command(document, command));
    }
  }
}
