package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.MathMode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AttentionTilingTest {
  private static final int[] LENGTHS = {1, 8, 31, 32, 33, 63, 64, 65, 128, 129, 1024};

  private static AttentionShape heads(int width) {
    return new AttentionShape(1, 9, 1, 1, width);
  }

  private static AttentionShape capped(int width) {
    return new AttentionShape(1, 9, 1, 1, width, width, 50, 9);
  }

  private static AttentionShape windowed(int width, int window) {
    return new AttentionShape(1, 9, 1, 1, width, width, Double.POSITIVE_INFINITY, window);
  }

  @ParameterizedTest
  @CsvSource({
    "F32, 1, attention.cu HEAD_WIDTH=8 SHAPED=0: attention_forward",
    "F32, 9, attention.cu HEAD_WIDTH=16 SHAPED=0: attention_forward",
    "F32, 64, attention.cu HEAD_WIDTH=64 SHAPED=0: attention_forward",
    "F32, 80, attention.cu HEAD_WIDTH=128 SHAPED=0: attention_forward",
    "F32, 256, attention.cu HEAD_WIDTH=256 SHAPED=0: attention_forward",
    "TF32, 8, attention_tensor.cu BF16=0 HEAD_WIDTH=32: attention_tensor_forward",
    "BF16, 64, attention_tensor.cu BF16=1 HEAD_WIDTH=64: attention_tensor_forward",
    "BF16, 129, attention.cu HEAD_WIDTH=256 SHAPED=0: attention_forward"
  })
  void headsArePaddedToTheNextWidthThatHasKernels(MathMode math, int headWidth, String kernel) {
    AttentionTiling tiling = AttentionTiling.of("attention", math, heads(headWidth));
    assertEquals(kernel, tiling.kernel(AttentionPass.FORWARD).toString());
  }

  @ParameterizedTest
  @EnumSource
  void onlyCappedScoresAndWindowsThatEndBeforeTheFirstKeyHaveKernelsOfTheirOwn(MathMode math) {
    assertTrue(AttentionTiling.of("attention", math, capped(64)).shaped());
    assertTrue(AttentionTiling.of("attention", math, windowed(64, 8)).shaped());
    assertFalse(AttentionTiling.of("attention", math, windowed(64, 9)).shaped());
  }

  @Test
  void theVariantsThatAreAskedForAreTheDeclaredOnes() {
    var asked = new HashMap<String, Set<KernelVariant>>();
    for (MathMode math : MathMode.values()) {
      for (int headWidth = 1; headWidth <= 256; headWidth++) {
        for (AttentionShape shape : List.of(heads(headWidth), capped(headWidth))) {
          AttentionTiling tiling = AttentionTiling.of("attention", math, shape);
          for (AttentionPass pass : AttentionPass.values()) {
            Kernel kernel = tiling.kernel(pass);
            assertFalse(KernelSource.read(kernel.file()).signature(kernel.function()).isEmpty());
            asked.computeIfAbsent(kernel.file(), _ -> new HashSet<>()).add(kernel.variant());
          }
        }
      }
    }
    asked.forEach((file, variants) ->
        assertEquals(variants, Set.copyOf(KernelSource.read(file).variants()), file));
  }

  @ParameterizedTest
  @EnumSource
  void widerHeadsAreRefusedInOneLine(MathMode math) {
    var thrown =
        assertThrows(
            IllegalArgumentException.class,
            () -> AttentionTiling.of("attentionBackward", math, heads(257)));
    assertEquals(
        "attentionBackward: heads are 257 wide, on a GPU they can be at most 256",
        thrown.getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void blocksCoverTheSequenceAndFitTheSharedMemoryOfEveryDevice(MathMode math) {
    for (int headWidth = 1; headWidth <= 256; headWidth++) {
      for (int length : LENGTHS) {
        for (AttentionPass pass : AttentionPass.values()) {
          var shape = new AttentionShape(3, length, 4, 2, headWidth);
          AttentionTiling tiling = AttentionTiling.of("attention", math, shape);
          Grid grid = tiling.grid(pass, shape);
          String where =
              "%s: head width %s, length %s: %s".formatted(pass, headWidth, length, grid);
          int rows = grid.threads() / 32 * tiling.warpRows();
          int heads = pass == AttentionPass.KEYS ? 2 : 4;
          assertTrue(grid.threads() >= 32 && grid.threads() <= 128, where);
          assertTrue(grid.sharedBytes() <= 99 * 1024, where);
          assertEquals(3 * heads * Math.ceilDiv(length, rows), grid.x(), where);
        }
      }
    }
  }

  @Test
  void shortSequencesLeaveNoWarpIdle() {
    var shape = new AttentionShape(1, 64, 9, 9, 64);
    AttentionTiling tiling = AttentionTiling.of("attention", MathMode.F32, shape);
    assertEquals(64, tiling.grid(AttentionPass.FORWARD, shape).threads());
  }
}
