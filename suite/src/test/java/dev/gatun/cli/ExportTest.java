package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.data.SmallText;
import dev.gatun.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code gatun export}: runs and checkpoint folders, in the layout of transformers. */
class ExportTest {
  private static final String MODEL =
      """
      [model]
      family = "FAMILY"
      vocabulary = 300
      width = 8
      layers = 1
      heads = 2
      context-length = 8
      mlp-width = 12
      OTHER

      [data]
      corpus = "CORPUS"

      [training]
      steps = 2
      batch = 2
      length = 8
      learning-rate = 1e-3
      seed = 1
      """;

  @TempDir Path folder;
  private Path to;

  @BeforeEach
  void nameFolder() {
    to = folder.resolve("exported");
  }

  private Path train(String family, String other) throws IOException {
    Path corpus = Files.writeString(folder.resolve("corpus.txt"), SmallText.lines(50));
    Path config = folder.resolve("config.toml");
    Files.writeString(
        config,
        MODEL
            .replace("FAMILY", family)
            .replace("OTHER", other)
            .replace("CORPUS", corpus.toString()));
    Path run = folder.resolve("run");
    CommandRun trained = CommandRun.of("train", "--config", config, "--out", run);
    assertEquals(0, trained.code(), trained.err());
    return run;
  }

  @Test
  void weightsOfARunAreExportedInTheOrderOfCheckpoints() throws IOException {
    Path run = train("gpt2", "");
    CommandRun exported = CommandRun.of("export", run, to);
    assertEquals(0, exported.code(), exported.err());
    assertTrue(exported.out().contains("GPT-2"), exported.out());
    assertTrue(
        Files.readString(to.resolve("config.json")).contains("\"GPT2LMHeadModel\""),
        "no class of transformers is named");
    try (SafetensorsFile here = SafetensorsFile.open(run.resolve("run.safetensors"));
        SafetensorsFile there = SafetensorsFile.open(to.resolve("model.safetensors"))) {
      String name = "transformer.h.0.mlp.c_fc.weight";
      double[] rows = here.doubles(name);
      double[] columns = there.doubles(name);
      assertEquals(List.of(8L, 12L), there.shape(name));
      assertEquals(rows[1], columns[12]);
      assertArrayEquals(
          here.doubles("transformer.wte.weight"), there.doubles("transformer.wte.weight"));
      assertFalse(there.names().stream().anyMatch(n -> n.contains("moment")), "moments");
    }
    JsonNode tokenizer =
        JsonMapper.shared().readTree(Files.readAllBytes(to.resolve("tokenizer.json")));
    assertEquals(300, tokenizer.at("/model/vocab").size());
    // GPT-2's first merges, as its merges.txt has them.
    assertEquals("\u0120 t", tokenizer.at("/model/merges/0").stringValue());
    assertEquals("h e", tokenizer.at("/model/merges/2").stringValue());
    assertEquals(44, tokenizer.at("/model/merges").size());
  }

  @Test
  void aFlippedBitOfASavedRunIsRefusedWithTheNameOfItsFile() throws IOException {
    Path run = train("gpt2", "");
    long seed = System.nanoTime();
    var random = new SplittableRandom(seed);
    for (String name :
        List.of("run.safetensors", "curve.arrow", "speed.arrow", "run.json", "SHA256SUMS")) {
      Path file = run.resolve(name);
      byte[] whole = Files.readAllBytes(file);
      byte[] flipped = whole.clone();
      flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, flipped);
      for (CommandRun refused :
          List.of(
              CommandRun.of("export", run, to),
              CommandRun.of("train", "--config", folder.resolve("config.toml"), "--out", run))) {
        assertEquals(Gatun.USER_ERROR, refused.code(), name + ", seed " + seed);
        assertTrue(refused.err().contains(name), refused.err() + ", seed " + seed);
        assertEquals(1, refused.err().lines().count(), refused.err() + ", seed " + seed);
      }
      Files.write(file, whole);
    }
  }

  @Test
  void aCheckpointFolderIsExportedWithItsTokenizer() throws IOException {
    Path run = train("llama", "key-value-heads = 1");
    assertEquals(0, CommandRun.of("export", run, to).code());
    Path again = folder.resolve("again");
    CommandRun exported = CommandRun.of("export", to, again);
    assertEquals(0, exported.code(), exported.err());
    assertTrue(exported.out().contains("copied: tokenizer.json"), exported.out());
    assertArrayEquals(
        Files.readAllBytes(to.resolve("model.safetensors")),
        Files.readAllBytes(again.resolve("model.safetensors")));
    assertEquals(
        Files.readString(to.resolve("config.json")),
        Files.readString(again.resolve("config.json")));
  }

  @Test
  void aHeadThatTransformersLacksIsRefusedInOneLine() throws IOException {
    Path run = train("gpt2", "head = \"mixture-of-softmaxes\"");
    CommandRun exported = CommandRun.of("export", run, to);
    assertEquals(Gatun.USER_ERROR, exported.code());
    assertEquals(1, exported.err().lines().count(), exported.err());
    assertTrue(exported.err().contains("mixture-of-softmaxes head"), exported.err());
    assertFalse(Files.exists(to.resolve("model.safetensors")));
  }

  @Test
  void aHeadBiasThatTransformersLacksIsRefusedInOneLine() throws IOException {
    Path run = train("llama", "key-value-heads = 1\noutput-bias = \"log-unigram\"");
    CommandRun exported = CommandRun.of("export", run, to);
    assertEquals(Gatun.USER_ERROR, exported.code());
    assertEquals(1, exported.err().lines().count(), exported.err());
    assertTrue(exported.err().contains("has a bias of the head"), exported.err());
    assertFalse(Files.exists(to.resolve("model.safetensors")));
  }

  @Test
  void whatCannotBeExportedIsNamed() throws IOException {
    CommandRun nothing = CommandRun.of("export", folder, to);
    assertEquals(Gatun.USER_ERROR, nothing.code());
    assertTrue(nothing.err().contains("neither run.safetensors"), nothing.err());
    Files.createDirectories(to);
    Files.writeString(to.resolve("mine.txt"), "kept");
    Files.writeString(folder.resolve("config.json"), "{}");
    CommandRun full = CommandRun.of("export", folder, to);
    assertEquals(Gatun.USER_ERROR, full.code());
    assertTrue(full.err().contains("is not empty"), full.err());
  }
}
