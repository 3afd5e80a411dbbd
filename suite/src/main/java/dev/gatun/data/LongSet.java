package dev.gatun.data;

/** A set of hashes: open addressing, at most half full. */
final class LongSet {
  private long[] slots = new long[1024];
  private int size;

  /** Stafford's variant 13 of MurmurHash3's finaliser, never 0. */
  static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    long c = b ^ (b >>> 31);
    return c == 0 ? 1 : c;
  }

  /** Whether it is new. */
  boolean add(long value) {
    int at = place(value);
    if (slots[at] == value) {
      return false;
    }
    slots[at] = value;
    size++;
    if (2 * size > slots.length) {
      grow();
    }
    return true;
  }

  boolean contains(long value) {
    return slots[place(value)] == value;
  }

  private int place(long value) {
    int mask = slots.length - 1;
    int at = (int) (value >>> 20) & mask;
    while (slots[at] != 0 && slots[at] != value) {
      at = at + 1 & mask;
    }
    return at;
  }

  private void grow() {
    long[] before = slots;
    slots = new long[2 * before.length];
    for (long value : before) {
      if (value != 0) {
        slots[place(value)] = value;
      }
    }
  }
}
