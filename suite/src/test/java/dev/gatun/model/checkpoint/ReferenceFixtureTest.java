package dev.gatun.model.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.safetensors.SafetensorsFile;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fixtures' models in f64 against PyTorch in f32: what differs is PyTorch's own rounding. */
class ReferenceFixtureTest {

  static Stream<String> fixtures() {
    return Fixture.NAMES.stream();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void everyTensorIsThatOfPyTorchUpToItsRounding(String name) {
    Fixture fixture = Fixture.of(name);
    try (Backend backend = ReferenceBackend.open()) {
      assertEquals(
          List.of(), FixtureOutputs.of(backend, fixture).differencesFromPyTorch(fixture, 1));
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void noExpectedTensorIsLeftOut(String name) {
    Fixture fixture = Fixture.of(name);
    try (Backend backend = ReferenceBackend.open();
        SafetensorsFile file = fixture.expected()) {
      Set<String> computed = FixtureOutputs.of(backend, fixture).tensors().keySet();
      assertEquals(
          List.of("tokens"), file.names().stream().filter(n -> !computed.contains(n)).toList());
    }
  }
}
