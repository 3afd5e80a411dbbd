package dev.gatun.report.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Where ticks stand and how they are written. */
class TicksTest {
  @Test
  void aShortAxisHasDoublesAndFivefolds() {
    assertEquals(List.of(1e10, 2e10, 5e10, 1e11, 2e11), Ticks.decades(0.9e10, 3e11));
  }

  @Test
  void aLongAxisHasPowersOfTenAlone() {
    assertEquals(List.of(1e-8, 1e-6, 1e-4, 1e-2, 1.0), Ticks.decades(1e-8, 2));
  }

  @Test
  void octavesEndAtTheLargest() {
    assertEquals(
        List.of(128.0, 512.0, 2048.0, 8192.0, 32_768.0, 131_072.0), Ticks.octaves(128, 131_072));
  }

  @Test
  void ticksAreShort() {
    assertEquals("0.95", Ticks.plain(0.95));
    assertEquals("0", Ticks.plain(0));
    assertEquals("1,000", Ticks.plain(1000));
    assertEquals("20k", Ticks.plain(20_000));
    assertEquals("1.5B", Ticks.plain(1.5e9));
    assertEquals("10⁻⁸", Ticks.power(10, 1e-8));
    assertEquals("2¹⁷", Ticks.power(2, 131_072));
  }
}
