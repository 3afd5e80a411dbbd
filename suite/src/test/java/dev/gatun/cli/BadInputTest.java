package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.io.FolderLock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each mistake is one line that names the thing and the mend, exit code 2, and nothing is lost. */
class BadInputTest {
  private static final String CONFIG =
      """
      [model]
      vocabulary = 512
      width = 16
      layers = 1
      heads = 2
      context-length = 8

      [data]
      corpus = "corpus.txt"

      [training]
      steps = 2
      batch = 2
      length = 8
      learning-rate = 1e-3
      seed = 1
      """;

  @TempDir static Path shared;
  private static Path evidence;

  @TempDir Path folder;
  private Path out;

  @BeforeAll
  static void measure() {
    evidence = shared.resolve("evidence");
    assertEquals(0, CommandRun.publishedClaims(evidence).code());
  }

  @BeforeEach
  void nameOutput() {
    out = folder.resolve("out");
  }

  private void assertMistake(CommandRun run, String thing, String mend) {
    assertEquals(Gatun.USER_ERROR, run.code(), run.toString());
    // On a busy machine, a text may take so long to read that a note says so.
    List<String> lines =
        run.err().lines().filter(line -> !line.equals("reading the text to train on")).toList();
    assertEquals(1, lines.size(), run.err());
    assertTrue(lines.getFirst().startsWith("gatun: "), run.err());
    assertTrue(run.err().contains(thing), run.err());
    assertTrue(run.err().contains(mend), run.err());
    assertEquals("", run.out());
    assertFalse(Files.exists(out), "something was left at " + out);
  }

  @Test
  void unknownClaimNamesTheNearest() {
    assertMistake(CommandRun.of("reproduce", "A11", "--out", out), "claim A11", "nearest is A1");
  }

  @Test
  void unknownTierNamesTheNearest() {
    assertMistake(
        CommandRun.of("reproduce", "B1", "--tier", "quik", "--out", out), "'quik'", "'quick'?");
  }

  @Test
  void unknownHeadNamesTheNearest() {
    assertMistake(
        CommandRun.of("reproduce", "A4", "--head", "sigsoftmx", "--out", out),
        "'sigsoftmx'",
        "'sigsoftmax'?");
  }

  @Test
  void claimOfLinearHeadsAloneSaysWhichThereAre() {
    assertMistake(
        CommandRun.of("reproduce", "A5", "--head", "sigsoftmax", "--out", out),
        "claim A5 cannot be asked of one other head",
        "A4, A6, A7");
  }

  @Test
  void unknownDeviceNamesTheNearest() {
    assertMistake(
        CommandRun.of("reproduce", "B1", "--device", "cpuu", "--out", out), "'cpuu'", "'cpu'?");
  }

  @Test
  void deviceThatIsNotThereIsNoReasonToTakeAnother() {
    assertMistake(
        CommandRun.of("reproduce", "B1", "--device", "cuda", "--cuda-libraries", out, "--out", out),
        "gatun: ",
        "CUDA");
  }

  @Test
  void optionsOfTheOtherDeviceAreRefused() {
    assertMistake(
        CommandRun.of("reproduce", "B1", "--device", "cuda", "--threads", "2", "--out", out),
        "--threads is for --device cpu",
        "leave one of them out");
    assertMistake(
        CommandRun.of("reproduce", "B1", "--math", "tf32", "--out", out),
        "--math is for --device cuda",
        "leave one of them out");
    assertMistake(
        CommandRun.of("reproduce", "B1", "--attention", "cudnn", "--out", out),
        "--attention is for --device cuda",
        "leave one of them out");
    assertMistake(
        CommandRun.of("reproduce", "B1", "--device", "cuda", "--attention", "cudn", "--out", out),
        "'cudn' is no value of --attention",
        "'cudnn'?");
    assertMistake(
        CommandRun.of("reproduce", "B1", "--device", "cuda", "--attention", "cudnn", "--out", out),
        "--attention cudnn computes in bf16, not in f32",
        "add --math bf16");
    assertMistake(
        CommandRun.of("reproduce", "B1", "--device", "cuda", "--math", "b16", "--out", out),
        "'b16' is no math mode",
        "'bf16'?");
  }

  @Test
  void workThatTheDeviceDoesNotHaveNamesTheNearest() {
    assertMistake(CommandRun.of("bench", "spamlangg"), "'spamlangg'", "'spamlang'?");
    assertMistake(CommandRun.of("bench", "--pairs", "0"), "--pairs 0", "at least 1");
    assertMistake(CommandRun.of("bench", "--kernels"), "--kernels", "--device cuda");
    assertMistake(
        CommandRun.of("bench", "--peer", "no-such-python"), "--peer no-such-python", "PyTorch");
  }

  @Test
  void unknownOptionNamesTheNearest() {
    assertMistake(
        CommandRun.of("reproduce", "B1", "--treads=2", "--out", out), "--treads", "'--threads'?");
  }

  @Test
  void unknownCommandNamesTheNearest() {
    assertMistake(CommandRun.of("repoduce"), "'repoduce'", "'reproduce'?");
  }

  @Test
  void oneArgumentTooManyIsNamed() {
    assertMistake(CommandRun.of("doctor", "me"), "'me'", "gatun doctor --help");
  }

  @Test
  void noThreadsAreTooFew() {
    assertMistake(
        CommandRun.of("reproduce", "B1", "--threads", "0", "--out", out),
        "--threads 0",
        "at least 1");
  }

  @Test
  void jobsThatDoNotFitAreNamed() {
    assertMistake(
        CommandRun.of("reproduce", "B1", "--jobs", "0", "--out", out), "--jobs 0", "at least 1");
    assertMistake(
        CommandRun.of("reproduce", "B1", "--jobs", "3", "--threads", "2", "--out", out),
        "--jobs 3 needs a thread for each",
        "there are 2");
    assertMistake(
        CommandRun.of("reproduce", "B1", "--jobs", "2", "--device", "cuda", "--out", out),
        "--jobs 2",
        "runs on one GPU go one after another");
  }

  @Test
  void seedThatIsNoNumberIsNamed() {
    assertMistake(CommandRun.of("reproduce", "--seed", "one"), "'one'", "is no number");
  }

  @Test
  void missingBlasLibraryIsNamed() {
    Path missing = folder.resolve("libnone.so");
    assertMistake(
        CommandRun.of("reproduce", "B1", "--blas", missing, "--out", out), missing.toString(), "");
  }

  @Test
  void missingCorpusIsNamed() {
    Path missing = folder.resolve("nowhere");
    assertMistake(
        CommandRun.of("reproduce", "A1", "--corpus", missing, "--out", out),
        missing.toString(),
        "give a text file or a folder");
  }

  @Test
  void emptyCorpusIsNamed() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.txt"));
    assertMistake(
        CommandRun.of("reproduce", "A1", "--corpus", empty, "--out", out),
        empty.toString(),
        "give another file");
  }

  @Test
  void noSeedAtAllIsNamed() {
    assertMistake(
        CommandRun.of("reproduce", "A1", "--seeds", "0", "--out", out), "--seeds 0", "at least 1");
  }

  @Test
  void corpusLimitOutOfRangeIsNamed() {
    assertMistake(
        CommandRun.of("reproduce", "A1", "--corpus-limit", "0", "--out", out),
        "--corpus-limit",
        "between 1 and");
    assertMistake(
        CommandRun.of("reproduce", "A1", "--corpus-limit", "much", "--out", out),
        "--corpus-limit",
        "is no number");
  }

  @Test
  void corpusTooSmallToTrainOnIsNamed() throws IOException {
    Path small = Files.writeString(folder.resolve("small.txt"), "Hello, world.");
    CommandRun run = CommandRun.of("reproduce", "A1", "--corpus", small, "--out", out);
    assertEquals(Gatun.USER_ERROR, run.code());
    assertEquals(1, run.err().lines().count(), run.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void fileWhereTheOutputFolderShouldBeIsFoundBeforeTheWork() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "precious");
    assertMistake(
        CommandRun.of("reproduce", "A1", "--out", file.resolve("deeper")),
        file.toString(),
        "another place");
    assertEquals("precious", Files.readString(file));
  }

  @Test
  void folderWithoutEvidenceIsNamed() {
    assertMistake(CommandRun.of("verify", folder), folder.toString(), "that Gatun wrote");
    assertMistake(CommandRun.of("report", folder), folder.toString(), "that Gatun wrote");
  }

  @Test
  void truncatedArrowFileIsNamed() throws IOException {
    Path file = damagedEvidence().resolve("metrics.arrow");
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    assertMistake(CommandRun.of("verify", file.getParent()), file.toString(), "");
    assertMistake(CommandRun.of("report", file.getParent()), file.toString(), "");
    assertFalse(Files.exists(file.resolveSibling("report.html")));
  }

  @Test
  void comparisonNeedsTwoDifferentFoldersOfEvidence() throws IOException {
    assertMistake(CommandRun.of("compare"), "0 results folders", "2 or more");
    assertMistake(CommandRun.of("compare", evidence), "1 results folders", "2 or more");
    Path again = evidence.resolve("..").resolve(evidence.getFileName());
    assertMistake(CommandRun.of("compare", evidence, again), again.toString(), "there twice");
    assertMistake(CommandRun.of("report", evidence, again), again.toString(), "there twice");
    assertMistake(CommandRun.of("compare", evidence, folder), folder.toString(), "Gatun wrote");
    Path missing = folder.resolve("missing");
    assertMistake(CommandRun.of("compare", missing, evidence), missing.toString(), "no folder");
    assertMistake(
        CommandRun.of("reproduce", "B1", "--out", out, "--beside", missing),
        missing.toString(),
        "no folder");
    Path file = damagedEvidence().resolve("spectra.arrow");
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    assertMistake(CommandRun.of("compare", evidence, file.getParent()), file.toString(), "");
  }

  @Test
  void resultsAreNotComparedWithWhatReplacesThem() {
    CommandRun run = CommandRun.of("reproduce", "B1", "--out", evidence, "--beside", evidence);
    assertMistake(run, evidence.toString(), "there twice");
  }

  @Test
  void anotherTierIsNotAddedToStoredEvidence() throws IOException {
    Path before = Files.copy(evidence.resolve("SHA256SUMS"), folder.resolve("before"));
    CommandRun run = CommandRun.of("reproduce", "B2", "--tier", "desk", "--out", evidence);
    assertMistake(run, evidence + ": the tier of B1", "--out");
    Path other = folder.resolve("other");
    assertEquals(0, CommandRun.of("reproduce", "B2", "--tier", "desk", "--out", other).code());
    assertMistake(CommandRun.of("join", other, "--out", evidence), "is quick", "be joined");
    assertEquals(-1, Files.mismatch(before, evidence.resolve("SHA256SUMS")));
  }

  @Test
  void onlyEvidenceOfClaimsIsJoined() {
    assertMistake(CommandRun.of("join", evidence), "--out", "<folder>");
    assertMistake(CommandRun.of("join", folder, "--out", out), folder.toString(), "Gatun wrote");
    assertMistake(
        CommandRun.of("join", evidence, evidence, "--out", out), evidence.toString(), "twice");
  }

  @Test
  void tolerancesWithAMisspeltKeyNameTheNearest() throws IOException {
    String text =
        """
        [[tolerances]]
        metrics = ["loss"]
        kind = "exact"
        wihtin = 1
        reason = "?"
        history = ["?"]
        """;
    Path file = Files.writeString(folder.resolve("t.toml"), text);
    Path other = damagedEvidence();
    assertMistake(
        CommandRun.of("compare", evidence, other, "--tolerances", file), "wihtin", "is within");
    Files.writeString(file, text.replace("wihtin", "within"));
    assertMistake(
        CommandRun.of("compare", evidence, other, "--tolerances", file), "[loss]", "its kind");
  }

  @Test
  void flippedBitOfAnyFileIsNamedByEveryReader() throws IOException {
    Path copy = damagedEvidence();
    for (String name : List.of("verdicts.arrow", "spectra.arrow", "run.json")) {
      Path file = copy.resolve(name);
      byte[] whole = Files.readAllBytes(file);
      byte[] flipped = whole.clone();
      flipped[whole.length / 3] ^= 4;
      Files.write(file, flipped);
      assertMistake(CommandRun.of("verify", copy), file.toString(), "SHA256SUMS");
      assertMistake(CommandRun.of("report", copy), file.toString(), "SHA256SUMS");
      assertMistake(CommandRun.of("compare", evidence, copy), file.toString(), "SHA256SUMS");
      Files.write(file, whole);
    }
    assertEquals(0, CommandRun.of("verify", copy).code());
  }

  @Test
  void folderInUseIsNamedWithItsHolder() {
    Path taken = folder.resolve("taken");
    try (var _ = FolderLock.take(taken)) {
      String line = taken + " is in use by process " + ProcessHandle.current().pid();
      assertMistake(CommandRun.of("reproduce", "B1", "--out", taken), line, "wait");
    }
  }

  @Test
  void fileThatIsNoArrowIsNamed() throws IOException {
    Path file = damagedEvidence().resolve("runs.arrow");
    Files.writeString(file, "a poem");
    assertMistake(CommandRun.of("verify", file.getParent()), file.toString(), "");
  }

  @Test
  void arrowFileOfAnotherTableIsNamed() throws IOException {
    Path file = damagedEvidence().resolve("runs.arrow");
    Files.copy(file.resolveSibling("verdicts.arrow"), file, StandardCopyOption.REPLACE_EXISTING);
    assertMistake(CommandRun.of("verify", file.getParent()), file.toString(), "");
  }

  @Test
  void expectedValuesWithAMisspeltKeyNameTheNearest() throws IOException {
    try (var shipped = getClass().getResourceAsStream("/dev/gatun/results/expected/B1.toml")) {
      String text = new String(shipped.readAllBytes(), StandardCharsets.UTF_8);
      Path file = Files.writeString(folder.resolve("B1.toml"), "papre = \"?\"\n" + text);
      assertMistake(CommandRun.of("verify", evidence, "--expected", file), "papre", "paper");
    }
  }

  @Test
  void unknownConfigurationKeyNamesTheNearestAndItsLine() throws IOException {
    assertMistake(
        train(CONFIG.replace("heads = 2", "haeds = 2")), "line 5: unknown key haeds", "heads");
  }

  @Test
  void widthNotDivisibleByHeadsIsNamed() throws IOException {
    assertMistake(train(CONFIG.replace("heads = 2", "heads = 3")), "width 16", "3 heads");
  }

  @Test
  void vocabularyLargerThanTheTokenizersIsNamed() throws IOException {
    assertMistake(
        train(CONFIG.replace("vocabulary = 512", "vocabulary = 60000")), "60000", "50257");
  }

  @Test
  void missingCorpusOfAConfigurationIsNamed() throws IOException {
    assertMistake(
        train(CONFIG.replace("corpus.txt", "missing-corpus.txt")), "missing-corpus.txt", "give");
  }

  @Test
  void configurationThatIsNotThereIsNamed() {
    Path missing = folder.resolve("none.toml");
    assertMistake(CommandRun.of("train", "--config", missing), missing.toString(), "no config");
    assertMistake(CommandRun.of("train"), "--config", "gatun train --help");
  }

  private CommandRun train(String config) throws IOException {
    Path file = Files.writeString(folder.resolve("run.toml"), config);
    return CommandRun.of("train", "--config", file, "--out", out);
  }

  private Path damagedEvidence() throws IOException {
    Path copy = Files.createDirectory(folder.resolve("evidence"));
    for (String name :
        List.of(
            "runs.arrow",
            "metrics.arrow",
            "spectra.arrow",
            "verdicts.arrow",
            "run.json",
            "SHA256SUMS")) {
      Files.copy(evidence.resolve(name), copy.resolve(name));
    }
    return copy;
  }
}
