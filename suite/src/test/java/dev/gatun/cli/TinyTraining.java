package dev.gatun.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A training run that is over in a moment. */
final class TinyTraining {
  private TinyTraining() {}

  /** Writes its configuration into a folder: three steps on SpamLang. */
  static Path configuration(Path folder) throws IOException {
    return Files.writeString(
        folder.resolve("tiny.toml"),
        """
        [model]
        vocabulary = 64
        width = 8
        layers = 1
        heads = 2
        context-length = 8
        [data]
        kind = "spamlang"
        [training]
        steps = 3
        batch = 2
        length = 8
        learning-rate = 1e-3
        seed = 1
        """);
  }
}
