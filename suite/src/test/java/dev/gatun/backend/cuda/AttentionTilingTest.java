package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.MathMode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AttentionTilingTest {
  private static final int[] LENGTHS = {1, 8, 31, 32, 33, 63, 64, 65, 128, 129, 1024};

  @ParameterizedTest
  @CsvSource({
    "F32, 1, attention.cu HEAD_WIDTH=8: attention_forward",
    "F32, 9, attention.cu HEAD_WIDTH=16: attention_forward",
    "F32, 64, attention.cu HEAD_WIDTH=64: attention_forward",
    "F32, 80, attention.cu HEAD_WIDTH=128: attention_forward",
    "F32, 256, attention.cu HEAD_WIDTH=256: attention_forward",
    "TF32, 8, attention_tensor.cu BF16=0 HEAD_WIDTH=32: attention_tensor_forward",
    "BF16, 64, attention_tensor.cu BF16=1 HEAD_WIDTH=64: attention_tensor_forward",
    "BF16, 129, attention.cu HEAD_WIDTH=256: attention_forward"
  })
  void headsArePaddedToTheNextWidthThatHasKernels(MathMode math, int headWidth, String kernel) {
    AttentionTiling tiling = AttentionTiling.of("attention", math, headWidth);
    assertEquals(kernel, tiling.kernel(AttentionPass.FORWARD).toString());
  }

  @Test
  void theVariantsThatAreAskedForAreTheDeclaredOnes() {
    var asked = new HashMap<String, Set<KernelVariant>>();
    for (MathMode math : MathMode.values()) {
      for (int headWidth = 1; headWidth <= 256; headWidth++) {
        AttentionTiling tiling = AttentionTiling.of("attention", math, headWidth);
        for (AttentionPass pass : AttentionPass.values()) {
          Kernel kernel = tiling.kernel(pass);
          assertFalse(KernelSource.read(kernel.file()).signature(kernel.function()).isEmpty());
          asked.computeIfAbsent(kernel.file(), _ -> new HashSet<>()).add(kernel.variant());
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
            () -> AttentionTiling.of("attentionBackward", math, 257));
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
          AttentionTiling tiling = AttentionTiling.of("attention", math, headWidth);
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
    AttentionTiling tiling = AttentionTiling.of("attention", MathMode.F32, 64);
    assertEquals(64, tiling.grid(AttentionPass.FORWARD, shape).threads());
  }
}
