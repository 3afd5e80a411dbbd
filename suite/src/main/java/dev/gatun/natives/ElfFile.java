package dev.gatun.natives;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The one thing about a shared library that must be known before the dynamic linker sees it: a file
 * that was cut short, by a full disk or a broken copy, kills the process with a bus error instead
 * of failing to load.
 */
final class ElfFile {
  private static final int MAGIC = 0x7f454c46;
  private static final int HEADER_BYTES = 64;
  private static final int SEGMENT_BYTES = 56;

  private ElfFile() {}

  /**
   * Whether the file is a 64-bit little-endian ELF file that ends before its last segment does.
   * Every other file is left to the dynamic linker to judge.
   */
  static boolean isCutShort(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var header = read(channel, 0, HEADER_BYTES);
      if (header.remaining() < HEADER_BYTES
          || header.order(ByteOrder.BIG_ENDIAN).getInt(0) != MAGIC
          || header.get(4) != 2
          || header.get(5) != 1) {
        return false;
      }
      header.order(ByteOrder.LITTLE_ENDIAN);
      long table = header.getLong(32);
      int segments = Short.toUnsignedInt(header.getShort(56));
      var entries = read(channel, table, segments * SEGMENT_BYTES);
      for (int i = 0; i < segments; i++) {
        int entry = i * SEGMENT_BYTES;
        if (entry + SEGMENT_BYTES > entries.limit()
            || entries.getLong(entry + 8) + entries.getLong(entry + 32) > channel.size()) {
          return true;
        }
      }
      return false;
    }
  }

  private static ByteBuffer read(FileChannel channel, long position, int bytes) throws IOException {
    var buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int n = 0; n >= 0 && buffer.hasRemaining(); ) {
      n = channel.read(buffer, position + buffer.position());
    }
    return buffer.flip();
  }
}
