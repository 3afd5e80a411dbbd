package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.bench.Measurement.Peers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MeasurementTest {
  private static final Work WORK =
      KernelWork.crossEntropy("cross-entropy", List.of("cross-entropy"), 2, 4);
  private static final DeviceDescription DEVICE =
      new DeviceDescription("cpu", "a processor", 1, "f32", Map.of());

  @Test
  void floorIsTheSlowerOfProductsAndMemory() {
    var speed = new DeviceSpeed(100, 1000, 500);
    Floor products = speed.floor(new Cost(1500, 250, 50));
    assertEquals(2.0, products.seconds());
    assertEquals("products", products.bound());
    Floor memory = speed.floor(new Cost(1500, 250, 300));
    assertEquals(3.0, memory.seconds());
    assertEquals("memory", memory.bound());
  }

  @Test
  void crossEntropyReadsAndWritesEachLogitOnce() {
    assertEquals(2 * 4 * 2 * 4, WORK.cost().bytes());
  }

  @Test
  void stepsCountSixOperationsForEachWeightOfAProduct() {
    // 12·layers·D² of the blocks and V·D of the head, and the causal half of attention.
    double weights = 12.0 * 2 * 32 * 32 + 8192.0 * 32;
    double perToken = 6 * weights + 6.0 * 2 * 32 * 64;
    assertEquals(128 * 64 * perToken, TrainingWork.SPAMLANG.work().cost().flops());
  }

  @Test
  void ratiosPairTheRunsInTheirOrder() {
    var setting = new PeerSetting("cross-entropy", "cpu", "f32", 1);
    var peers = new Peers(setting, List.of(2.0, 9.0, 12.0), 0);
    var measurement = measured(List.of(1.0, 3.0, 2.0), 1, Optional.of(peers));
    assertEquals(1.0, measurement.best());
    assertEquals(2.0, measurement.ratioOfBests().orElseThrow());
    assertEquals(List.of(2.0, 3.0, 6.0), measurement.ratios());
    assertEquals(2.5, Measurement.median(List.of(4.0, 1.0, 2.0, 3.0)));
  }

  @Test
  void runBelowTheFloorIsAFaultOfTheFloor() {
    assertEquals(Optional.empty(), measured(List.of(2.0, 1.5), 1.5, Optional.empty()).floorFault());
    var faster = measured(List.of(2.0, 1.4), 1.5, Optional.empty());
    String fault = faster.floorFault().orElseThrow();
    assertTrue(fault.contains("floor of cross-entropy is wrong"), fault);
    assertEquals(1, fault.lines().count());
    Map<String, Object> entry =
        BenchmarkFile.entries(new Outcome(WORK, Optional.of(faster), Optional.empty()), DEVICE)
            .getFirst();
    assertEquals(fault, ((Map<?, ?>) entry.get("params")).get("floorFault"));
  }

  private static Measurement measured(
      List<Double> seconds, double productFloor, Optional<Peers> peers) {
    return new Measurement(WORK, seconds, 0, new Floor(productFloor, 0), peers);
  }

  @Test
  void pythonWithoutPyTorchIsSaidInOneLine() {
    var missing =
        assertThrows(IllegalArgumentException.class, () -> Peer.start("no-such-python", 300));
    assertTrue(missing.getMessage().startsWith("--peer no-such-python: "), missing.getMessage());
    var silent = assertThrows(IllegalArgumentException.class, () -> Peer.start("true", 300));
    assertTrue(silent.getMessage().contains("PyTorch"), silent.getMessage());
  }
}
