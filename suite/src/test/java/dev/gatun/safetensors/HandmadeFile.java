package dev.gatun.safetensors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Safetensors files as nobody should write them, and as somebody may. */
public final class HandmadeFile {
  private HandmadeFile() {}

  /** Writes a file of that header, single quotes for double ones, and that data. */
  public static Path write(Path file, String header, byte[] data) {
    return write(file, header.replace('\'', '"').getBytes(StandardCharsets.UTF_8), data);
  }

  /** Writes a file of that header and that data. */
  public static Path write(Path file, byte[] header, byte[] data) {
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header).put(data);
    return write(file, bytes.array());
  }

  /** Writes a file. */
  public static Path write(Path file, byte[] bytes) {
    try {
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a file of F32 vectors of two elements, all 1 and 2. */
  public static Path ofPairs(Path file, String... names) {
    StringBuilder header = new StringBuilder("{");
    ByteBuffer data = ByteBuffer.allocate(8 * names.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < names.length; i++) {
      header.append(i == 0 ? "" : ",");
      header.append(
          "'%s':{'dtype':'F32','shape':[2],'data_offsets':[%d,%d]}"
              .formatted(names[i], 8 * i, 8 * i + 8));
      data.putFloat(1).putFloat(2);
    }
    return write(file, header.append('}').toString(), data.array());
  }
}
