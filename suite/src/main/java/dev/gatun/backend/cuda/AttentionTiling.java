package dev.gatun.backend.cuda;

import dev.gatun.backend.AttentionShape;

/**
 * How the kernels of {@code attention.cu} cut their work, as its {@code Tiling} has it.
 *
 * @param width what rows of a head are padded to in shared memory
 * @param warpRows rows of a warp
 * @param tileColumns columns that stream past them at a time
 */
record AttentionTiling(int width, int warpRows, int tileColumns) {
  private static final int MOST_WARPS = 4;

  /** Shared memory that a block may have on every device since sm_80. */
  private static final int SHARED_BYTES = 99 << 10;

  /**
   * The tiling for heads of this width.
   *
   * @throws IllegalArgumentException if there are no kernels for them
   */
  static AttentionTiling of(String operation, int headWidth) {
    if (headWidth > 256) {
      throw new IllegalArgumentException(
          "%s: heads are %s wide, on a GPU they can be at most 256"
              .formatted(operation, headWidth));
    }
    int width = Math.max(8, Integer.highestOneBit(2 * headWidth - 1));
    return switch (width) {
      case 256 -> new AttentionTiling(width, 8, 16);
      case 128 -> new AttentionTiling(width, 16, 32);
      default -> new AttentionTiling(width, 32, 32);
    };
  }

  /**
   * A block per block of positions, batch and head: as many warps as the memory has room for and
   * the length has work for.
   *
   * @param operands tensors of the block's rows in shared memory: queries, or keys and values
   */
  Grid grid(AttentionShape shape, int heads, int operands) {
    int warps = MOST_WARPS;
    while (warps > 1
        && (sharedBytes(warps, operands) > SHARED_BYTES
            || warps / 2 * warpRows >= shape.length())) {
      warps /= 2;
    }
    long blocks = Math.ceilDiv(shape.length(), warps * warpRows);
    return Grid.of(blocks * shape.batch() * heads, 32 * warps)
        .withShared(sharedBytes(warps, operands));
  }

  private int sharedBytes(int warps, int operands) {
    int rows = warps * warpRows;
    int stride = width + 4;
    int scoreStride = tileColumns + 8;
    return 4 * (operands * rows * stride + 2 * tileColumns * stride + rows * scoreStride);
  }
}
