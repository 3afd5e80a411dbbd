package dev.gatun.backend.cuda;

import java.util.ArrayList;
import java.util.List;

/** Memory that is handed out piece by piece and given back as a whole. */
final class Blocks {
  /** Of every piece: what the widest loads and the libraries want. */
  static final long ALIGNMENT = 256;

  /** Pieces from this size on get a block of their own. */
  private static final long LARGE = 1L << 20;

  private final BlockPool pool;
  private final List<Block> taken = new ArrayList<>();
  private long next;
  private long end;

  Blocks(BlockPool pool) {
    this.pool = pool;
  }

  /** The address of so many bytes, which may hold anything. */
  long take(long bytes) {
    if (bytes >= LARGE) {
      return block(bytes).address();
    }
    long size = Math.ceilDiv(Math.max(bytes, 1), ALIGNMENT) * ALIGNMENT;
    if (end - next < size) {
      Block block = block(BlockPool.PAGE);
      next = block.address();
      end = block.address() + block.bytes();
    }
    long address = next;
    next += size;
    return address;
  }

  private Block block(long bytes) {
    Block block = pool.take(bytes);
    taken.add(block);
    return block;
  }

  /** Gives all of it back. */
  void giveBack() {
    taken.forEach(pool::giveBack);
    taken.clear();
    next = 0;
    end = 0;
  }
}
