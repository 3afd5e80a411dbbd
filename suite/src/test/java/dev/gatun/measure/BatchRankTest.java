package dev.gatun.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.spectrum.Spectrum;
import org.junit.jupiter.api.Test;

class BatchRankTest {
  @Test
  void batchesDoubleFrom128ToAllContexts() {
    assertArrayEquals(new long[] {128, 256, 512, 1024, 2048, 4096}, BatchRank.sizes(4096));
    assertArrayEquals(new long[] {34, 68, 136, 272}, BatchRank.sizes(272));
  }

  @Test
  void batchesGrowToAllContextsByFactorsOfFour() {
    assertArrayEquals(new long[] {160, 640, 2560, 10_240}, BatchRank.quarters(10_240));
  }

  @Test
  void whatRoundingMayHaveMadeIsNotCounted() {
    double[] values = {4, 3, 1e-5, 1e-7};
    var spectrum = new Spectrum(values, 1e-9, 4, 4, Spectrum.Method.DIRECT);
    assertEquals(4, BatchRank.of(spectrum).rank());
    assertEquals(3, BatchRank.of(spectrum, BatchRank.KNOWN_IN_F32).rank());
  }

  @Test
  void targetsAloneHaveTheRootsOfTheirCountsAsSingularValues() {
    int[] targets = {3, 3, 3, 3, 5, 5, 5, 7, 7, 9, 1000};
    BatchRank rank = BatchRank.ofTargets(targets, 10);
    assertEquals(4, rank.rank());
    // 70 % of the norm is 49 % of ten: 4 + 3 of them.
    assertEquals(2, rank.most());
    assertEquals(4, rank.nearlyAll());
  }
}
