package dev.gatun.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.backend.TensorScope;
import dev.gatun.io.Notes;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointWeightsTest {
  private static final String TWO_SHARDS =
      "{'metadata':{'total_size':24},'weight_map':{'a':'1.safetensors','b':'1.safetensors',"
          + "'c':'2.safetensors'}}";

  @TempDir Path folder;

  @Test
  void singleFileIsAView() {
    HandmadeFile.ofPairs(folder.resolve("model.safetensors"), "a", "b");
    try (CheckpointWeights weights = CheckpointWeights.open(folder, new Notes())) {
      assertEquals(Set.of("a", "b"), weights.names());
      assertEquals(List.of(2L), weights.shape("a"));
      assertEquals(SafetensorsType.F32, weights.type("b"));
      assertTrue(weights.contains("a"));
      assertFalse(weights.contains("c"));
      assertArrayEquals(new double[] {1, 2}, read(weights, "b"));
    }
  }

  @Test
  void shardsAreOneView() {
    shards(TWO_SHARDS);
    try (CheckpointWeights weights = CheckpointWeights.open(folder, new Notes())) {
      assertEquals(Set.of("a", "b", "c"), weights.names());
      assertEquals(folder.resolve("2.safetensors"), weights.file("c"));
      assertArrayEquals(new double[] {1, 2}, read(weights, "c"));
    }
  }

  @Test
  void singleFileIsTakenWhereBothAreThere() {
    shards(TWO_SHARDS);
    HandmadeFile.ofPairs(folder.resolve("model.safetensors"), "only");
    try (CheckpointWeights weights = CheckpointWeights.open(folder, new Notes())) {
      assertEquals(Set.of("only"), weights.names());
    }
  }

  @Test
  void indexNeedsNoMetadata() {
    shards("{'weight_map':{'a':'1.safetensors','b':'1.safetensors','c':'2.safetensors'}}");
    CheckpointWeights.open(folder, new Notes()).close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'a':'1.safetensors','b':'3.safetensors','c':'2.safetensors'    | 3.safetensors, which is",
        "'a':'../1.safetensors','b':'1.safetensors','c':'2.safetensors' | no safetensors file of",
        "'a':'/etc/passwd','b':'1.safetensors','c':'2.safetensors'      | no safetensors file of",
        "'a':'..','b':'1.safetensors','c':'2.safetensors'               | no safetensors file of",
        "'a':'x/1.safetensors','b':'1.safetensors','c':'2.safetensors'  | no safetensors file of",
        "'a':'','b':'1.safetensors','c':'2.safetensors'                 | no safetensors file of",
        "'a':'\\u0000.safetensors','b':'1.safetensors'                  | no safetensors file of",
        "'a':1,'b':'1.safetensors','c':'2.safetensors'                  | is not a file name",
        "'a':['1.safetensors'],'b':'1.safetensors','c':'2.safetensors'  | is not a file name",
        "'a':'1.safetensors','a':'1.safetensors','b':'1.safetensors','c':'2.safetensors'"
            + " | Duplicate",
        "                                                               | has no weight_map",
      })
  void indexThatLiesIsRefused(String map, String problem) {
    shards("{'weight_map':{" + (map == null ? "" : map) + "}}");
    refused(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'weight_map':{'a':                       | not JSON",
        "{}                                        | has no weight_map",
        "[]                                        | not a JSON object",
        "{'weight_map':[]}                         | weight_map is not a JSON object",
        "{'a':D,M}                                 | not JSON",
        "{'metadata':{'total_size':N},M}           | not JSON",
      })
  void damagedIndexIsRefused(String index, String problem) {
    shards(
        index
            .replace(
                "M", "'weight_map':{'a':'1.safetensors','b':'1.safetensors','c':'2.safetensors'}")
            .replace("D", "[".repeat(100_000) + "]".repeat(100_000))
            .replace("N", "9".repeat(100_000)));
    refused(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'total_size':25       | 'a':'1.safetensors','b':'1.safetensors'  | total_size is 24, not"
            + " 25",
        "'total_size':null     | 'a':'1.safetensors','b':'1.safetensors'  | 24, not null",
        "'total_size':[[1]]    | 'a':'1.safetensors','b':'1.safetensors'  | 24, not no number",
        "'total_size':1e999999 | 'a':'1.safetensors','b':'1.safetensors'  | 24, not 1e999999",
        "'total_size':24       | 'a':'1.safetensors'                      | b is not listed",
        "'total_size':24       | 'a':'1.safetensors','b':'2.safetensors'  | b is in 1.safetensors",
        "'total_size':24       | 'a':'1.safetensors','b':'1.safetensors','d':'2.safetensors'"
            + " | d is in no shard",
      })
  void shardsDecideWhereTheIndexIsOutOfDate(String total, String map, String note) {
    shards("{'metadata':{%s},'weight_map':{%s,'c':'2.safetensors'}}".formatted(total, map));
    var notes = new Notes();
    try (CheckpointWeights weights = CheckpointWeights.open(folder, notes)) {
      assertEquals(Set.of("a", "b", "c"), weights.names());
    }
    assertEquals(
        List.of(
            "model.safetensors.index.json is out of date, and the shards decide: "
                + (note.startsWith("24") ? "total_size is " + note : note)),
        notes.lines());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "_orig_mod.a | _orig_mod.b | [_orig_mod.]",
        "module.a | module.b | [module.]",
        "module._orig_mod.a | module._orig_mod.b | [module., _orig_mod.]",
        "_orig_mod.a | module.b | []",
      })
  void prefixOfAllNamesIsLeftOutWithANote(String one, String other, String prefixes) {
    HandmadeFile.ofPairs(folder.resolve("model.safetensors"), one, other);
    var notes = new Notes();
    try (CheckpointWeights weights = CheckpointWeights.open(folder, notes)) {
      boolean bare = !prefixes.equals("[]");
      assertEquals(bare ? Set.of("a", "b") : Set.of(one, other), weights.names());
      assertArrayEquals(new double[] {1, 2}, read(weights, bare ? "b" : other));
    }
    String told = prefixes.substring(1, prefixes.length() - 1);
    assertEquals(
        told.isEmpty()
            ? List.of()
            : List.of("all tensors' names begin with " + told + ", which is left out"),
        notes.lines());
  }

  @Test
  void adapterIsToBeMergedFirst() {
    HandmadeFile.ofPairs(folder.resolve("model.safetensors"), "base_model.model.a");
    refused("merge it into its model first");
  }

  @Test
  void adapterAloneIsToBeMergedFirst() throws IOException {
    Files.createFile(folder.resolve("adapter_model.safetensors"));
    refused("a PEFT adapter; merge it into its model first");
  }

  @Test
  void otherWeightsAreNamedWithTheLineThatConvertsThem() throws IOException {
    Files.createFile(folder.resolve("pytorch_model.bin"));
    refused("but pytorch_model.bin, which Gatun does not open");
    refused("M.from_pretrained('" + folder + "').save_pretrained('" + folder + "')");
  }

  @Test
  void shardsWithoutAnIndexAreNamed() throws IOException {
    Files.createFile(folder.resolve("model-00001-of-00002.safetensors"));
    refused("model-00001-of-00002.safetensors; rename a whole model");
  }

  @Test
  void pointerOfGitLfsIsToldFromWeightsAndFromAnIndex() throws IOException {
    String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 548105171\n";
    Files.writeString(folder.resolve("model.safetensors.index.json"), pointer);
    refused("index.json: this is a git-lfs pointer and not the file itself; run `git lfs pull`");
    Files.writeString(folder.resolve("model.safetensors"), pointer);
    refused("model.safetensors: this is a git-lfs pointer");
  }

  @Test
  void tensorOfTwoShardsIsRefused() {
    shards(TWO_SHARDS);
    HandmadeFile.ofPairs(folder.resolve("2.safetensors"), "b", "c");
    refused("tensor 'b' is in 1.safetensors as well");
  }

  @Test
  void truncatedShardIsRefused() throws IOException {
    shards(TWO_SHARDS);
    Path shard = folder.resolve("2.safetensors");
    byte[] bytes = Files.readAllBytes(shard);
    HandmadeFile.write(shard, Arrays.copyOf(bytes, bytes.length - 1));
    refused("2.safetensors: tensor 'c' ends at byte 8 of 7; the file is truncated");
  }

  @Test
  void folderWithoutWeightsIsRefused() {
    refused("it has neither model.safetensors nor its index");
  }

  @Test
  void folderInPlaceOfAFileIsRefused() throws IOException {
    Files.createDirectory(folder.resolve("model.safetensors"));
    refused("model.safetensors: not a file");
  }

  @Test
  void missingTensorIsNamedOnOneLine() {
    HandmadeFile.ofPairs(folder.resolve("model.safetensors"), "a");
    try (CheckpointWeights weights = CheckpointWeights.open(folder, new Notes())) {
      SafetensorsException e =
          assertThrows(SafetensorsException.class, () -> weights.shape("b\nc\u001b[2J"));
      assertTrue(
          e.getMessage().endsWith("tensor 'b\\u000ac\\u001b[2J' is missing"), e.getMessage());
    }
  }

  private void shards(String index) {
    HandmadeFile.ofPairs(folder.resolve("1.safetensors"), "a", "b");
    HandmadeFile.ofPairs(folder.resolve("2.safetensors"), "c");
    HandmadeFile.write(
        folder.resolve("model.safetensors.index.json"), index.replace('\'', '"').getBytes());
  }

  private void refused(String problem) {
    SafetensorsException e =
        assertThrows(SafetensorsException.class, () -> CheckpointWeights.open(folder, new Notes()));
    assertTrue(e.getMessage().contains(problem), e.getMessage());
    assertTrue(e.getMessage().startsWith(folder.toString()), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  private static double[] read(CheckpointWeights weights, String name) {
    try (Backend backend = ReferenceBackend.open();
        TensorScope scope = backend.newScope()) {
      Tensor to = scope.zeros(backend.real(), weights.size(name));
      weights.readInto(name, backend, to);
      return backend.toDoubles(to);
    }
  }
}
