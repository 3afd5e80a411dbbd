package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each mistake is one line that names the thing and the mend, exit code 2, and nothing is lost. */
class MeasureMistakesTest {
  @TempDir Path folder;
  private final Path fixture = TinyCheckpoint.fixture();
  private Path out;
  private Path tokens;

  @BeforeEach
  void nameFiles() {
    out = folder.resolve("out");
    tokens = TinyCheckpoint.tokens(folder.resolve("tokens.safetensors"), 2, 5, 3);
  }

  private void assertMistake(String thing, String mend, Object... arguments) {
    var all = new ArrayList<Object>(List.of("measure"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--out", out));
    CommandRun run = CommandRun.of(all.toArray());
    assertEquals(Gatun.USER_ERROR, run.code(), run.toString());
    // On a busy machine, the text may take so long to read that a note says so.
    List<String> lines =
        run.err().lines().filter(line -> !line.equals("reading what is measured on")).toList();
    assertEquals(1, lines.size(), run.err());
    assertTrue(lines.getFirst().startsWith("gatun: "), run.err());
    assertTrue(run.err().contains(thing), run.err());
    assertTrue(run.err().contains(mend), run.err());
    assertEquals("", run.out());
    assertFalse(Files.exists(out), "something was left at " + out);
  }

  @Test
  void missingFolder() {
    assertMistake("nowhere: there is no such folder", "config.json", folder.resolve("nowhere"));
  }

  @Test
  void fileInPlaceOfAFolder() {
    assertMistake("not a folder", "config.json", tokens);
  }

  @Test
  void folderWithoutConfiguration() {
    assertMistake("has no config.json", "name a model folder", folder);
  }

  @Test
  void textWithoutATokenizer() {
    assertMistake("has no tokenizer.json", "--tokens <file.safetensors>", fixture);
  }

  @Test
  void brokenTokenizer() throws IOException {
    Path model = TinyCheckpoint.withTokenizer(folder.resolve("model"));
    Files.writeString(model.resolve("tokenizer.json"), "{\"model\": 3}");
    assertMistake("tokenizer.json", "no tokenizer that Hugging Face's library", model);
  }

  @Test
  void tokenizerThatCannotCutAText() throws IOException {
    Path model = TinyCheckpoint.withTokenizer(folder.resolve("model"));
    Path file = model.resolve("tokenizer.json");
    String whole = Files.readString(file);
    Path text = Files.writeString(folder.resolve("text"), "words that are no token");
    String noUnknown = whole.replace("\"unk_token\": \"?\"", "\"unk_token\": \"<unk>\"");
    Files.writeString(file, noUnknown);
    assertMistake(
        file + " cannot cut this text: WordLevel error", "\"model\"", model, "--text", text);
    String pieces =
        "\"WordPiece\", \"continuing_subword_prefix\": \"##\", \"max_input_chars_per_word\": 100";
    Files.writeString(file, noUnknown.replace("\"WordLevel\"", pieces));
    assertMistake(
        file + " cannot cut this text: WordPiece error", "\"model\"", model, "--text", text);
    String sequence = ",\n {\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}], \"pair\"";
    assertTrue(whole.contains(sequence));
    Files.writeString(file, whole.replace(sequence, "], \"pair\""));
    assertMistake(file + " makes no token", "post_processor", model, "--text", text);
  }

  @Test
  void tokenizerOfALargerVocabulary() throws IOException {
    Path model = TinyCheckpoint.withTokenizer(folder.resolve("model"));
    Path file = model.resolve("tokenizer.json");
    Files.writeString(file, Files.readString(file).replace("\"public\": 10", "\"public\": 9999"));
    assertMistake("token 9999", "another model's?", model);
  }

  @Test
  void missingTokensFile() {
    assertMistake(
        "no such file", "int64 tensor 'tokens'", fixture, "--tokens", folder.resolve("x"));
  }

  @Test
  void tokensOutsideTheVocabulary() {
    Path outside = TinyCheckpoint.tokens(folder.resolve("t.safetensors"), 2, 5, 211);
    assertMistake("token 211", "vocabulary of 211", fixture, "--tokens", outside);
    Path negative = TinyCheckpoint.tokens(folder.resolve("n.safetensors"), 2, 5, -1);
    assertMistake("token -1", "no vocabulary", fixture, "--tokens", negative);
  }

  @Test
  void sequenceLongerThanTheContext() {
    Path longer = TinyCheckpoint.tokens(folder.resolve("t.safetensors"), 1, 65, 3);
    assertMistake("65 tokens", "context of 64", fixture, "--tokens", longer);
  }

  @Test
  void sequenceOfOneToken() {
    Path one = TinyCheckpoint.tokens(folder.resolve("t.safetensors"), 4, 1, 3);
    assertMistake("[4, 1]", "T 2 or more", fixture, "--tokens", one);
  }

  @Test
  void tokensOfAnotherTypeOrShapeOrName() {
    Path floats = folder.resolve("f.safetensors");
    new SafetensorsWriter(Map.of())
        .addFloats("tokens", List.of(1L, 4L), (_, count) -> new float[count])
        .write(floats);
    assertMistake("'tokens' as F32", "int64 tensor", fixture, "--tokens", floats);
    Path flat = folder.resolve("flat.safetensors");
    new SafetensorsWriter(Map.of())
        .addLongs("tokens", List.of(4L), (_, count) -> new long[count])
        .write(flat);
    assertMistake("shape [4]", "[B, T]", fixture, "--tokens", flat);
    Path other = folder.resolve("o.safetensors");
    new SafetensorsWriter(Map.of())
        .addLongs("ids", List.of(1L, 4L), (_, count) -> new long[count])
        .write(other);
    assertMistake("no tensor 'tokens'", "int64 tensor", fixture, "--tokens", other);
  }

  @Test
  void tooManyContexts() {
    Path many = TinyCheckpoint.tokens(folder.resolve("t.safetensors"), 200, 64, 3);
    assertMistake("12600 contexts", "take fewer", fixture, "--tokens", many);
    assertMistake("--contexts 99999", "take 1 to", fixture, "--contexts", 99999);
  }

  @Test
  void dumpOfSeveralModels() {
    Path other = TinyCheckpoint.withTokenizer(folder.resolve("model"));
    assertMistake(
        "2 models",
        "give one of each",
        fixture,
        other,
        "--tokens",
        tokens,
        "--dump",
        folder.resolve("dump"));
  }

  @Test
  void dumpIntoAnUnwritablePlace() {
    assertMistake("cannot write", "", fixture, "--tokens", tokens, "--dump", "/proc/nowhere/dump");
    assertMistake("is a folder", "name a file", fixture, "--tokens", tokens, "--dump", folder);
  }

  @Test
  void dumpThatFailsLeavesTheOlderOne() throws IOException {
    Path dump = Files.write(folder.resolve("dump"), new byte[] {1, 2, 3});
    Path outside = TinyCheckpoint.tokens(folder.resolve("t.safetensors"), 2, 5, 211);
    assertMistake("token 211", "", fixture, "--tokens", outside, "--dump", dump);
    assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(dump));
  }

  @Test
  void gradientsWithoutADump() {
    assertMistake("--gradients", "--dump <file>", fixture, "--tokens", tokens, "--gradients");
  }

  @Test
  void tokensBesideTexts() {
    assertMistake("--text", "leave one out", fixture, "--tokens", tokens, "--text", tokens);
    assertMistake("--length", "leave", fixture, "--tokens", tokens, "--length", 5);
  }

  @Test
  void oneModelTwice() {
    assertMistake("second folder", "once", fixture, fixture, fixture, "--tokens", tokens);
  }

  @Test
  void misspeltOption() {
    assertMistake("--tokns", "'--tokens'?", fixture, "--tokns", tokens);
  }
}
