package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.safetensors.SafetensorsFile;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;

/** A tiny checkpoint with PyTorch's outputs; see {@code fixtures/README.md}. */
record Fixture(Path folder) {
  static final int BATCH = 2;
  static final int LENGTH = 24;

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

  int[] tokens() {
    try (SafetensorsFile file = expected()) {
      return Arrays.stream(file.longs("tokens")).mapToInt(Math::toIntExact).toArray();
    }
  }

  /** The token that follows, −1 at the end of each sequence. */
  int[] targets() {
    int[] tokens = tokens();
    int[] targets = new int[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      targets[i] = i % LENGTH == LENGTH - 1 ? -1 : tokens[i + 1];
    }
    return targets;
  }

  static double meanScale() {
    return 1.0 / (BATCH * (LENGTH - 1));
  }
}
