package dev.gatun.natives;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;

/**
 * How a library puts a status into words.
 *
 * @param name the constant's name, empty if the library does not know the status
 * @param text what it means, empty if the name is all there is
 */
record StatusWords(String name, String text) {
  static final StatusWords UNKNOWN =
      new StatusWords("", "a status that this version of the library does not explain");

  boolean isNamed() {
    return !name.isEmpty();
  }

  /** The C string that {@code pointer} points to, empty for a null pointer. */
  @SuppressWarnings("restricted")
  static String string(MemorySegment pointer) {
    return pointer.equals(MemorySegment.NULL)
        ? ""
        : pointer.reinterpret(Long.MAX_VALUE).getString(0);
  }

  /** The C string whose address is stored at {@code cell}, empty for a null pointer. */
  static String stringAt(MemorySegment cell) {
    return string(cell.get(ADDRESS, 0));
  }
}
