package dev.gatun.model.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.backend.cpu.CpuBackend;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The fixtures' models in f32 on the CPU: tensor by tensor no worse than PyTorch in f32, both
 * measured against the f64 oracle.
 */
class CpuFixtureTest {

  static Stream<String> fixtures() {
    return Fixture.NAMES.stream();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void everyTensorIsAsExactAsThatOfPyTorch(String name) {
    Fixture fixture = Fixture.of(name);
    try (Backend oracle = ReferenceBackend.open();
        Backend cpu = CpuBackend.open(2)) {
      FixtureOutputs exact = FixtureOutputs.of(oracle, fixture);
      assertEquals(List.of(), FixtureOutputs.of(cpu, fixture).lessExactThanPyTorch(fixture, exact));
    }
  }
}
