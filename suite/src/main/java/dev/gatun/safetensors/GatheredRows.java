package dev.gatun.safetensors;

import dev.gatun.backend.Backend;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Holding;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/**
 * Some rows of a stored matrix, gathered as they are stored and converted in batches.
 *
 * @param stored [rows, cols]
 */
record GatheredRows(Encoding encoding, MemorySegment stored, long cols) {
  private static final long BATCH_BYTES = 4L << 20;

  /** Index in the stored matrix of a number of these rows that is NaN or infinite. */
  OptionalLong firstNotFinite(int[] rows) {
    long rowBytes = cols * encoding.byteSize();
    for (int row : rows) {
      long found = encoding.firstNotFinite(stored.asSlice(row * rowBytes, rowBytes));
      if (found >= 0) {
        return OptionalLong.of(row * cols + found);
      }
    }
    return OptionalLong.empty();
  }

  /** to [number of rows, cols]. */
  void writeTo(Backend backend, int[] rows, Tensor to) {
    long rowBytes = cols * encoding.byteSize();
    int batch = Math.clamp(BATCH_BYTES / rowBytes, 1, rows.length);
    try (Arena arena = Holding.sharedArena()) {
      MemorySegment gathered = arena.allocate(batch * rowBytes);
      for (int first = 0; first < rows.length; first += batch) {
        int count = Math.min(batch, rows.length - first);
        for (int i = 0; i < count; i++) {
          long from = rows[first + i] * rowBytes;
          MemorySegment.copy(stored, from, gathered, i * rowBytes, rowBytes);
        }
        backend.write(encoding, gathered.asSlice(0, count * rowBytes), to.rows(first, count));
      }
    }
  }
}
