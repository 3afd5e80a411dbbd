package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.AttentionShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttentionTilingTest {
  @ParameterizedTest
  @CsvSource({"1, 8", "8, 8", "9, 16", "16, 16", "33, 64", "64, 64", "80, 128", "256, 256"})
  void headsArePaddedToTheNextWidthThatHasKernels(int headWidth, int width) {
    assertEquals(width, AttentionTiling.of("attention", headWidth).width());
  }

  @Test
  void widerHeadsAreRefusedInOneLine() {
    var thrown =
        assertThrows(
            IllegalArgumentException.class, () -> AttentionTiling.of("attentionBackward", 257));
    assertEquals(
        "attentionBackward: heads are 257 wide, on a GPU they can be at most 256",
        thrown.getMessage());
  }

  @Test
  void blocksCoverTheSequenceAndFitTheSharedMemoryOfEveryDevice() {
    for (int headWidth = 1; headWidth <= 256; headWidth++) {
      for (int length : new int[] {1, 8, 31, 32, 33, 63, 64, 65, 128, 129, 1024}) {
        for (int operands = 1; operands <= 2; operands++) {
          var shape = new AttentionShape(3, length, 4, 2, headWidth);
          AttentionTiling tiling = AttentionTiling.of("attention", headWidth);
          Grid grid = tiling.grid(shape, 4, operands);
          String where = "head width %s, length %s: %s".formatted(headWidth, length, grid);
          int rows = grid.threads() / 32 * tiling.warpRows();
          assertTrue(grid.threads() >= 32 && grid.threads() <= 128, where);
          assertTrue(grid.sharedBytes() <= 99 * 1024, where);
          assertEquals(3 * 4 * Math.ceilDiv(length, rows), grid.x(), where);
        }
      }
    }
  }

  @Test
  void shortSequencesLeaveNoWarpIdle() {
    var shape = new AttentionShape(1, 64, 9, 9, 64);
    assertEquals(64, AttentionTiling.of("attention", 64).grid(shape, 9, 1).threads());
  }
}
