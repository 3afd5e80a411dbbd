package dev.gatun.safetensors;

import dev.gatun.backend.Backend;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Holding;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The transpose of a stored matrix, made in bands of rows as they are stored and converted band by
 * band.
 *
 * @param stored [rows, cols]
 */
record TransposedRows(Encoding encoding, MemorySegment stored, long rows, long cols) {
  private static final long BAND_BYTES = 4L << 20;

  /** A tile of so many rows and columns is read and written within a first-level cache. */
  private static final int TILE = 32;

  /** to [cols, rows]. */
  void writeTo(Backend backend, Tensor to) {
    long rowBytes = rows * encoding.byteSize();
    long band = Math.clamp(BAND_BYTES / rowBytes / TILE * TILE, Math.min(TILE, cols), cols);
    try (Arena arena = Holding.sharedArena()) {
      MemorySegment transposed = arena.allocate(band * rowBytes, Long.BYTES);
      for (long first = 0; first < cols; first += band) {
        long count = Math.min(band, cols - first);
        transpose(first, count, transposed);
        backend.write(encoding, transposed.asSlice(0, count * rowBytes), to.rows(first, count));
      }
    }
  }

  /** Columns {@code first} to {@code first + count} become rows. */
  private void transpose(long first, long count, MemorySegment transposed) {
    for (long row = 0; row < rows; row += TILE) {
      int height = (int) Math.min(TILE, rows - row);
      for (long col = 0; col < count; col += TILE) {
        int width = (int) Math.min(TILE, count - col);
        long from = row * cols + first + col;
        long to = col * rows + row;
        switch (encoding.byteSize()) {
          case Short.BYTES -> shorts(from, to, transposed, height, width);
          case Integer.BYTES -> ints(from, to, transposed, height, width);
          default -> longs(from, to, transposed, height, width);
        }
      }
    }
  }

  private void shorts(long from, long to, MemorySegment transposed, int height, int width) {
    var layout = ValueLayout.JAVA_SHORT_UNALIGNED;
    for (int i = 0; i < height; i++) {
      for (int j = 0; j < width; j++) {
        transposed.setAtIndex(
            layout, to + j * rows + i, stored.getAtIndex(layout, from + i * cols + j));
      }
    }
  }

  private void ints(long from, long to, MemorySegment transposed, int height, int width) {
    var layout = ValueLayout.JAVA_INT_UNALIGNED;
    for (int i = 0; i < height; i++) {
      for (int j = 0; j < width; j++) {
        transposed.setAtIndex(
            layout, to + j * rows + i, stored.getAtIndex(layout, from + i * cols + j));
      }
    }
  }

  private void longs(long from, long to, MemorySegment transposed, int height, int width) {
    var layout = ValueLayout.JAVA_LONG_UNALIGNED;
    for (int i = 0; i < height; i++) {
      for (int j = 0; j < width; j++) {
        transposed.setAtIndex(
            layout, to + j * rows + i, stored.getAtIndex(layout, from + i * cols + j));
      }
    }
  }
}
