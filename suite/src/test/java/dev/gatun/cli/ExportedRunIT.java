package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.TransformersPython;
import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.ByteTokenizer;
import dev.gatun.data.Gpt2Tokenizer;
import dev.gatun.data.SmallText;
import dev.gatun.data.Tokenizer;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.checkpoint.Checkpoint;
import dev.gatun.safetensors.SafetensorsFile;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From a text to transformers: train, export, and the same tokens and logits there. */
class ExportedRunIT {
  private static final int LENGTH = 16;
  private static final String TEXT =
      "A line of text that it's trained on: na\u00efve bytes, 123 numbers,  spaces\n\n and ends. ";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"gpt2, bytes, 256", "llama, gpt2, 1000"})
  void aTrainedModelHasTheSameTokensAndLogitsThere(String family, String tokenizer, int vocabulary)
      throws IOException {
    TransformersPython python = TransformersPython.orSkip();
    Path text = folder.resolve("corpus.txt");
    Files.writeString(text, SmallText.lines(100) + TEXT);
    Path config = folder.resolve("config.toml");
    Files.writeString(
        config,
        """
        [model]
        family = "%s"
        vocabulary = %s
        width = 16
        layers = 2
        heads = 4
        mlp-width = 24
        context-length = %s
        [data]
        corpus = "%s"
        tokenizer = "%s"
        [training]
        steps = 5
        batch = 2
        length = %s
        learning-rate = 1e-2
        seed = 1
        """
            .formatted(family, vocabulary, LENGTH, text, tokenizer, LENGTH));
    Path run = folder.resolve("run");
    Path exported = folder.resolve("exported");
    assertEquals(0, CommandRun.of("train", "--config", config, "--out", run).code());
    assertEquals(0, CommandRun.of("export", run, exported).code());

    Path there = folder.resolve("there.safetensors");
    Files.writeString(text, TEXT);
    python.textLogits(text, LENGTH, exported, there);
    Tokenizer own = tokenizer.equals("bytes") ? new ByteTokenizer() : new Gpt2Tokenizer(vocabulary);
    int[] tokens = Arrays.copyOf(own.encode(TEXT), LENGTH);
    try (SafetensorsFile file = SafetensorsFile.open(there)) {
      assertArrayEquals(
          Arrays.stream(own.encode(TEXT)).asLongStream().toArray(), file.longs("all_tokens"));
      double[] want = file.doubles("logits");
      double largest = Arrays.stream(want).map(Math::abs).max().orElseThrow();
      assertArrayEquals(want, logits(exported, tokens), 60 * 0x1p-24 * largest);
    }
  }

  private static double[] logits(Path checkpoint, int[] tokens) {
    try (Backend backend = CpuBackend.open(1);
        LanguageModel model = Checkpoint.load(checkpoint, backend);
        TensorScope scope = backend.newScope()) {
      Tensor hidden = model.hiddenStates(tokens, 1, tokens.length);
      Tensor weights = model.head().weights(scope);
      Tensor logits = scope.zeros(backend.real(), hidden.rows(), weights.rows());
      backend.gemm(Transpose.NO, Transpose.YES, 1, hidden, weights, 0, logits);
      return backend.toDoubles(logits);
    }
  }
}
