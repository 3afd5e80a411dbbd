package dev.gatun.model.checkpoint;

import dev.gatun.backend.Backend;
import dev.gatun.model.LanguageModel;
import dev.gatun.safetensors.SafetensorsFile;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A tiny checkpoint with PyTorch's outputs; see {@code fixtures/README.md}. */
record Fixture(Path folder) {
  /** Of one file each, by name: one of each family, and two of Llama's. */
  static final List<String> GIVEN =
      List.of(
          "gpt2-tiny", "neox-tiny", "llama-tiny", "llama-tied-tiny", "qwen3-tiny", "olmo2-tiny");

  /** All among the test resources. */
  static final List<String> NAMES =
      Stream.concat(
              GIVEN.stream(),
              Stream.of(
                  "gpt2-by-layer",
                  "neox-odd-rotary",
                  "llama3-biased",
                  "qwen3-biased",
                  "qwen2-window",
                  "mistral-window",
                  "gemma-biased",
                  "gemma2-capped",
                  "gemma3-local",
                  "opt-relu",
                  "opt-narrow",
                  "olmo-plain",
                  "olmo-clipped",
                  "phi3-partial",
                  "phi3-short",
                  "phi3-long",
                  "neo-local",
                  "smollm3-mixed",
                  "smollm3-window"))
          .toList();

  static Fixture of(String name) {
    try {
      return new Fixture(Path.of(Fixture.class.getResource("/fixtures/" + name).toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  LanguageModel load(Backend backend) {
    return Checkpoint.load(folder, backend);
  }

  SafetensorsFile expected() {
    return SafetensorsFile.open(folder.resolve("expected.safetensors"));
  }

  int batch() {
    return extent(0);
  }

  int length() {
    return extent(1);
  }

  private int extent(int index) {
    try (SafetensorsFile file = expected()) {
      return Math.toIntExact(file.shape("tokens").get(index));
    }
  }

  int[] tokens() {
    try (SafetensorsFile file = expected()) {
      return Arrays.stream(file.longs("tokens")).mapToInt(Math::toIntExact).toArray();
    }
  }

  /** The token that follows, −1 at the end of each sequence. */
  int[] targets() {
    int[] tokens = tokens();
    int[] targets = new int[tokens.length];
    int length = length();
    for (int i = 0; i < tokens.length; i++) {
      targets[i] = i % length == length - 1 ? -1 : tokens[i + 1];
    }
    return targets;
  }

  /** Of a mean over all positions that have a target. */
  double meanScale() {
    return 1.0 / (batch() * (length() - 1));
  }

  @Override
  public String toString() {
    return folder.getFileName().toString();
  }
}
