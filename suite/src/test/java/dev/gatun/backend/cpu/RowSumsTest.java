package dev.gatun.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RowSumsTest {
  /** Longer than the loop's step on any processor, and no multiple of a vector. */
  private static final int LONGEST = 8 * 16 + 5;

  @Test
  void theLargestElementIsFoundWhereverItStands() {
    try (var arena = Arena.ofConfined()) {
      for (int n = 1; n <= LONGEST; n++) {
        for (int at = 0; at < n; at++) {
          assertEquals(2f, RowSums.maxLoop(row(arena, n, at, 2f), n), at + " of " + n);
        }
      }
    }
  }

  @Test
  void nanIsPassedOverWhereverItStands() {
    try (var arena = Arena.ofConfined()) {
      for (int at = 0; at < LONGEST; at++) {
        long row = row(arena, LONGEST, at, Float.NaN);
        assertEquals(-1f, RowSums.maxLoop(row, LONGEST), at + " of " + LONGEST);
      }
    }
  }

  /** Elements of −1 but for one. */
  private static long row(Arena arena, int n, int at, float value) {
    float[] values = new float[n];
    Arrays.fill(values, -1);
    values[at] = value;
    MemorySegment row = arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
    return row.address();
  }
}
