package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpectedValuesTest {
  private static final Path FOLDER = Path.of("../results/expected");

  @TempDir Path folder;

  @Test
  void everyFileIsShippedAndEveryShippedOneLoads() throws IOException {
    ExpectedValues shipped = ExpectedValues.shipped();
    assertEquals(ExpectedValues.load(FOLDER), shipped);
    try (var files = Files.list(FOLDER)) {
      assertEquals(
          files
              .map(f -> f.getFileName().toString())
              .filter(f -> f.endsWith(".toml"))
              .sorted()
              .toList(),
          shipped.claims().stream().map(c -> c.claim() + ".toml").sorted().toList());
    }
  }

  @Test
  void shippedChecksNameKnownTiersAndDevicesAndStateTheirReasons() {
    for (ExpectedClaim claim : ExpectedValues.shipped().claims()) {
      Set<String> tiers = Set.of("quick", "desk", "paper", "checkpoint");
      assertTrue(tiers.containsAll(claim.needs().keySet()), claim.claim());
      for (String key : claim.recorded().keySet()) {
        assertTrue(tiers.contains(key.replaceFirst("-prose$", "")), claim.claim() + " " + key);
      }
      assertTrue(claim.recorded().containsKey("quick"), claim.claim());
      for (ExpectedCheck check : claim.checks()) {
        String name = claim.claim() + " " + check.id();
        assertTrue(tiers.containsAll(check.tiers()), name);
        assertTrue(Set.of("cpu", "cuda").containsAll(check.devices()), name);
        assertFalse(check.source().isBlank() || check.tolerance().isBlank(), name);
        assertTrue(
            check.history().stream().allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\d: .+")),
            name);
      }
    }
  }

  @Test
  void everyCheckThatMayBeReproducedHasANullOrSaysWhyNot() {
    assertEquals(List.of(), ofNoClearNull(ExpectedValues.shipped()));
  }

  @Test
  void aCheckWithNeitherANullNorAReasonIsNamed() throws IOException {
    String check = CHECK.replace("\"algebra\"", "\"statistical\"");
    String reason = check.replace("\"f\"", "\"f. Without a null: no other was measured\"");
    String differing = check + "minus_arm = \"n\"\n";
    assertEquals(List.of("X1 x"), ofNoClearNull(loaded(check)));
    assertEquals(List.of(), ofNoClearNull(loaded(CHECK)), "an identity");
    assertEquals(List.of(), ofNoClearNull(loaded(reason)));
    assertEquals(List.of(), ofNoClearNull(loaded(check + "null_metric = \"n\"\n")));
    assertEquals(List.of("X1 x"), ofNoClearNull(loaded(reason + "null_metric = \"n\"\n")), "both");
    assertEquals(List.of(), ofNoClearNull(loaded(differing)), "0.5 and more, and not 0");
    assertEquals(List.of("X1 x"), ofNoClearNull(loaded(differing.replace("0.5", "-0.5"))));
  }

  /** Checks that may be reproduced and have no null, by one of three ways, or have two of these. */
  private static List<String> ofNoClearNull(ExpectedValues expected) {
    return expected.claims().stream()
        .flatMap(claim ->
            claim.checks().stream()
                .filter(check -> check.inside() == Outcome.REPRODUCED)
                .filter(check ->
                    (check.hasNull() || check.subtractsItsNull())
                        == check.tolerance().contains("Without a null: "))
                .map(check -> claim.claim() + " " + check.id()))
        .toList();
  }

  private ExpectedValues loaded(String toml) throws IOException {
    return ExpectedValues.load(Files.writeString(folder.resolve("x.toml"), toml));
  }

  /** The report is made of these; without them a number stands there with nothing said of it. */
  @Test
  void everyShippedClaimSaysWhatItIsHeldAgainstAndWhatFollowsAndWhatDoesNot() {
    for (ExpectedClaim claim : ExpectedValues.shipped().claims()) {
      assertFalse(claim.evidence().isEmpty(), claim.claim() + " evidence");
      assertFalse(claim.control().isEmpty(), claim.claim() + " control");
      assertFalse(claim.follows().isEmpty(), claim.claim() + " follows");
      assertFalse(claim.doesNotFollow().isEmpty(), claim.claim() + " does_not_follow");
    }
  }

  @Test
  void everyShippedClaimIsOfOnePaper() {
    assertEquals(
        ExpectedValues.shipped().claims().stream().map(ExpectedClaim::claim).sorted().toList(),
        Papers.shipped().papers().stream().flatMap(p -> p.claims().stream()).sorted().toList());
  }

  @Test
  void aRemarkOnACheckThatThereIsNotIsNamedWithTheNearestOne() {
    assertTrue(
        errorOf(CHECK + "[[follows]]\ntext = \"because of {xx}\"\n")
            .endsWith("a remark speaks of the check xx, which there is not; the nearest is x"));
    assertTrue(
        errorOf(CHECK + "[[control]]\ntext = \"a\"\nwhen = { y = \"reproduced\" }\n")
            .endsWith("a remark speaks of the check y, which there is not; the nearest is x"));
  }

  @Test
  void anUnknownKeyIsNamedWithItsPlaceAndTheNearestOne() {
    assertEquals(
        "checks 1 mimimum_seeds: unknown key mimimum_seeds; the nearest is minimum_seeds",
        errorOf(CHECK.replace("history", "mimimum_seeds = 3\nhistory")));
    assertTrue(
        errorOf("clam = \"A1\"\n" + CHECK).contains("unknown key clam; the nearest is claim"));
  }

  @Test
  void anUnknownChoiceIsNamedWithTheNearestOne() {
    assertTrue(
        errorOf(CHECK.replace("\"algebra\"", "\"algebre\""))
            .endsWith("unknown kind algebre; the nearest is algebra"));
  }

  @Test
  void aMissingKeyAnEmptyIntervalAndBrokenTomlAreOneLineEach() {
    assertTrue(errorOf(CHECK.replace("grade = \"printed\"", "")).endsWith("lacks the key grade"));
    assertTrue(errorOf(CHECK.replace("low = 0.5", "")).endsWith("neither low nor high"));
    assertTrue(errorOf(CHECK.replace("low = 0.5", "low = 2\nhigh = 1")).contains("is above high"));
    assertTrue(errorOf(CHECK.replace("title = \"a\"", "title = ")).startsWith("line "));
    assertTrue(errorOf(CHECK + CHECK.substring(CHECK.indexOf("[["))).endsWith("is there twice"));
  }

  @Test
  void aRecordedVerdictHasACauseAndIsOneOfTheWords() {
    String recorded = "\n[recorded.quick]\nverdict = \"as_its_null\"\n";
    assertTrue(errorOf(CHECK + recorded).endsWith("a recorded verdict lacks its history"));
    assertTrue(
        errorOf(CHECK + recorded.replace("as_its", "at_its") + "history = [\"a\"]\n")
            .endsWith("unknown verdict at_its_null; the nearest is as_its_null"));
  }

  @Test
  void aSlopeOfRunsABoundBelowALogarithmAndANullOfADifferenceAreRefused() {
    assertTrue(errorOf(CHECK + "aggregate = \"slope\"\n").endsWith("a slope is over steps"));
    assertTrue(
        errorOf(CHECK.replace("low = 0.5", "low = -1") + "scale = \"log\"\n")
            .endsWith("bounds on a logarithmic scale are above 0"));
    assertTrue(
        errorOf(CHECK + "minus_metric = \"n\"\nnull_metric = \"n\"\n")
            .endsWith("let that one be the null"));
  }

  @Test
  void mostChecksArePureNumbersOverSeedsOnAnyDevice() throws IOException {
    ExpectedCheck check =
        loaded(CHECK.replaceAll("(?m)^(unit|devices|kind) = .*\\R", "")).of("X1").check("x");
    assertEquals("1", check.unit());
    assertEquals(CheckKind.STATISTICAL, check.kind());
    assertEquals(List.of("cpu", "cuda"), check.devices());
  }

  @Test
  void aMissingFolderIsOneClearError() {
    assertThrows(UnreadableResultsException.class, () -> ExpectedValues.load(folder.resolve("no")));
    assertThrows(UnreadableResultsException.class, () -> ExpectedValues.load(folder));
  }

  @Test
  void anUnknownClaimIsNamedWithTheNearestOne() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> ExpectedValues.shipped().only(List.of("A1", "a22")));
    assertEquals("unknown claim a22; the nearest is A2", e.getMessage());
    assertEquals(
        List.of("B1", "A1"),
        ExpectedValues.shipped().only(List.of("B1", "A1")).claims().stream()
            .map(ExpectedClaim::claim)
            .toList());
  }

  private String errorOf(String toml) {
    Path file = folder.resolve("x.toml");
    try {
      Files.writeString(file, toml);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    String message =
        assertThrows(UnreadableResultsException.class, () -> ExpectedValues.load(file))
            .getMessage();
    assertFalse(message.contains("\n"), message);
    assertTrue(message.startsWith(file + ", "), message);
    return message.substring((file + ", ").length());
  }

  static final String CHECK =
      """
      claim = "X1"
      title = "a"
      statement = "b"
      formula = "c"
      paper = "d"
      [[checks]]
      id = "x"
      metric = "m"
      low = 0.5
      history = ["2026-01-01: made up for a test"]
      title = "a"
      unit = "1"
      tiers = ["quick"]
      devices = ["cpu"]
      kind = "algebra"
      source = "e"
      grade = "printed"
      tolerance = "f"
      """;
}
