package dev.gatun.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.backend.cpu.CpuBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The fixtures' models in f32 on the CPU: tensor by tensor no worse than PyTorch in f32, both
 * measured against the f64 oracle.
 */
class CpuFixtureTest {
  /**
   * The largest of a few thousand rounding errors varies by about this from one order to another.
   */
  private static final double FACTOR = 2;

  /** Where PyTorch happened to be exact: the rounding of the result and of its last two inputs. */
  private static final double FLOOR_HALF_ULPS = 3;

  static Stream<String> fixtures() {
    return FixtureOutputs.FIXTURES.stream();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void everyTensorIsAsExactAsThatOfPyTorch(String name) {
    Fixture fixture = Fixture.of(name);
    try (Backend oracle = new ReferenceBackend();
        Backend cpu = CpuBackend.open(2)) {
      FixtureOutputs exact = FixtureOutputs.of(oracle, fixture);
      FixtureOutputs pyTorch = FixtureOutputs.ofPyTorch(fixture, exact);
      FixtureOutputs ours = FixtureOutputs.of(cpu, fixture);
      List<String> failures = new ArrayList<>();
      for (String tensor : exact.tensors().keySet()) {
        double error = ours.errorInHalfUlps(tensor, exact);
        double allowed = FACTOR * pyTorch.errorInHalfUlps(tensor, exact) + FLOOR_HALF_ULPS;
        if (!(error <= allowed)) {
          failures.add(
              "%s %s: off by %.1f half ulps, allowed %.1f".formatted(name, tensor, error, allowed));
        }
      }
      assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
    }
  }
}
