package dev.gatun.data;

import java.nio.charset.StandardCharsets;

/** The bytes of UTF-8: V = 256. */
public record ByteTokenizer() implements Tokenizer {
  /** V. */
  public static final int VOCABULARY = 256;

  @Override
  public String name() {
    return "bytes";
  }

  @Override
  public int vocabulary() {
    return VOCABULARY;
  }

  @Override
  public int[] encode(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[bytes.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = bytes[i] & 0xFF;
    }
    return ids;
  }

  @Override
  public String decode(int[] ids) {
    byte[] bytes = new byte[ids.length];
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= VOCABULARY) {
        throw new IllegalArgumentException("id " + ids[i] + " is not a byte");
      }
      bytes[i] = (byte) ids[i];
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
