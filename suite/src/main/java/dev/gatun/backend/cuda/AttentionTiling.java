package dev.gatun.backend.cuda;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.MathMode;
import java.util.Map;

/**
 * How the attention kernels cut their work, as the constants in their files have it.
 *
 * @param math F32 for {@code attention.cu}, else {@code attention_tensor.cu}
 * @param width what the rows of a head are padded to in shared memory
 * @param warpRows rows of a warp
 * @param tileColumns columns that stream past them at a time
 * @param shaped whether scores are capped, or a window ends before the first key
 */
record AttentionTiling(MathMode math, int width, int warpRows, int tileColumns, boolean shaped) {
  private static final int WIDEST = 256;
  private static final int WIDEST_ON_TENSOR_CORES = 128;
  private static final int MOST_WARPS = 4;
  private static final int WARP = 32;

  /** Shared memory that a block may have on every device since sm_80. */
  private static final int SHARED_BYTES = 99 << 10;

  /**
   * The tiling for heads of this width. Heads too wide for the registers that tensor cores want,
   * and shaped scores, are multiplied in F32 in every mode.
   *
   * @throws IllegalArgumentException if there are no kernels for them
   */
  static AttentionTiling of(String operation, MathMode math, AttentionShape shape) {
    int headWidth = shape.headWidth();
    boolean shaped = shape.isCapped() || shape.isWindowed();
    if (headWidth > WIDEST) {
      throw new IllegalArgumentException(
          "%s: heads are %s wide, on a GPU they can be at most %s"
              .formatted(operation, headWidth, WIDEST));
    }
    int width = Integer.highestOneBit(2 * headWidth - 1);
    return math == MathMode.F32 || width > WIDEST_ON_TENSOR_CORES || shaped
        ? strict(Math.max(8, width), shaped)
        : onTensorCores(math, Math.max(32, width));
  }

  private static AttentionTiling strict(int width, boolean shaped) {
    int warpRows = width <= 64 ? 32 : width <= 128 ? 16 : 8;
    return new AttentionTiling(MathMode.F32, width, warpRows, width <= 128 ? 32 : 16, shaped);
  }

  private static AttentionTiling onTensorCores(MathMode math, int width) {
    boolean narrow = width / perWord(math) <= 64;
    return new AttentionTiling(math, width, width <= 64 ? 32 : 16, narrow ? 32 : 16, false);
  }

  /** Elements of a 32-bit word in shared memory. */
  private static int perWord(MathMode math) {
    return math == MathMode.BF16 ? 2 : 1;
  }

  Kernel kernel(AttentionPass pass) {
    return math == MathMode.F32
        ? new Kernel(
            "attention",
            "attention_" + pass.label(),
            Map.of("HEAD_WIDTH", width, "SHAPED", shaped ? 1 : 0))
        : new Kernel(
            "attention_tensor",
            "attention_tensor_" + pass.label(),
            Map.of("HEAD_WIDTH", width, "BF16", math == MathMode.BF16 ? 1 : 0));
  }

  /**
   * A block per block of positions, batch and head: as many warps as the memory has room for and
   * the length has work for.
   */
  Grid grid(AttentionPass pass, AttentionShape shape) {
    int warps = MOST_WARPS;
    while (warps > 1
        && (sharedBytes(pass, warps) > SHARED_BYTES || warps / 2 * warpRows >= shape.length())) {
      warps /= 2;
    }
    long blocks = Math.ceilDiv(shape.length(), warps * warpRows);
    return Grid.of(blocks * shape.batch() * pass.heads(shape), WARP * warps)
        .withShared(sharedBytes(pass, warps));
  }

  private int sharedBytes(AttentionPass pass, int warps) {
    int rows = warps * warpRows;
    int stride = width / perWord(math) + 4;
    int rowWords = pass.rowOperands() * rows * stride;
    if (math == MathMode.F32) {
      return 4 * (rowWords + 2 * tileColumns * stride + rows * (tileColumns + 8));
    }
    // The forward pass needs values by slots only, the others everything by rows.
    int tiles = pass == AttentionPass.FORWARD ? 1 : 2;
    int slotWords = pass.slotOperands() * tileColumns / perWord(math) * (width + 8);
    return 4 * (rowWords + tiles * tileColumns * stride + slotWords);
  }
}
