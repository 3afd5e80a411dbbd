package dev.gatun.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BatchRankTest {
  @Test
  void batchesDoubleFrom128ToAllContexts() {
    assertArrayEquals(new long[] {128, 256, 512, 1024, 2048, 4096}, BatchRank.sizes(4096));
    assertArrayEquals(new long[] {34, 68, 136, 272}, BatchRank.sizes(272));
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
