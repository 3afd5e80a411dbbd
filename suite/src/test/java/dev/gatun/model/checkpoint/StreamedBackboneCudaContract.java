package dev.gatun.model.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.LayerVisitor;
import dev.gatun.safetensors.HandmadeFile;
import dev.gatun.tensor.Encoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checkpoints of half the precision, block by block through the CUDA backend. */
abstract class StreamedBackboneCudaContract {
  @TempDir Path folder;

  /** Opens the device under test. */
  abstract Backend open();

  static Stream<String> fixtures() {
    return Fixture.GIVEN.stream();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void hiddenStatesAreThoseOfTheWholeModelToTheByte(String name) throws IOException {
    Fixture fixture = Fixture.of(name);
    Shards.of(fixture.folder().resolve("model.safetensors"), Encoding.BF16)
        .forEach((file, bytes) -> HandmadeFile.write(folder.resolve(file), bytes));
    Files.copy(fixture.folder().resolve("config.json"), folder.resolve("config.json"));
    try (Backend backend = open();
        LanguageModel model = Checkpoint.load(folder, backend);
        TensorScope scope = backend.newScope();
        StreamedBackbone backbone = StreamedBackbone.open(folder, backend)) {
      assertArrayEquals(
          backend.toFloats(model.hiddenStates(fixture.tokens(), fixture.batch(), fixture.length())),
          backend.toFloats(
              backbone.hiddenStates(
                  scope, fixture.tokens(), fixture.batch(), fixture.length(), LayerVisitor.NONE)));
      assertArrayEquals(
          backend.toFloats(model.head().weights(scope)),
          backend.toFloats(backbone.head().weights(scope)));
    }
  }
}
