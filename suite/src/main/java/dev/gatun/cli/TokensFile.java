package dev.gatun.cli;

import dev.gatun.io.Hash;
import dev.gatun.measure.TokenBatch;
import dev.gatun.safetensors.SafetensorsFile;
import dev.gatun.safetensors.SafetensorsType;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;

/** Token ids that a user gives: a safetensors file with an int64 tensor {@code tokens} [B, T]. */
final class TokensFile {
  private static final String TENSOR = "tokens";

  /** More tokens than any measurement takes. */
  private static final long MOST = 1 << 24;

  private TokensFile() {}

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException if there are none, or they are of another type or shape
   */
  static TokenBatch read(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new IllegalArgumentException(
          "%s: there is no such file; --tokens takes a safetensors file with an int64 tensor 'tokens' [B, T]"
              .formatted(path));
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      if (!file.contains(TENSOR)) {
        throw mistake(path, "has no tensor 'tokens'");
      }
      if (file.type(TENSOR) != SafetensorsType.I64) {
        throw mistake(path, "holds 'tokens' as " + file.type(TENSOR));
      }
      List<Long> shape = file.shape(TENSOR);
      if (shape.size() != 2 || shape.getFirst() < 1 || shape.getLast() < 2) {
        throw mistake(path, "holds 'tokens' of shape %s, with T 2 or more".formatted(shape));
      }
      if (file.size(TENSOR) > MOST) {
        throw mistake(path, "holds %s tokens, too many to measure".formatted(file.size(TENSOR)));
      }
      long[] ids = file.longs(TENSOR);
      return new TokenBatch(
          path.getFileName().toString(),
          sha256(ids),
          narrow(path, ids),
          Math.toIntExact(shape.getFirst()),
          Math.toIntExact(shape.getLast()));
    }
  }

  private static int[] narrow(Path path, long[] ids) {
    int[] tokens = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "%s: token %s is in no vocabulary".formatted(path, ids[i]));
      }
      tokens[i] = (int) ids[i];
    }
    return tokens;
  }

  private static IllegalArgumentException mistake(Path path, String what) {
    return new IllegalArgumentException(
        "%s %s; --tokens takes an int64 tensor 'tokens' [B, T]".formatted(path, what));
  }

  private static String sha256(long[] ids) {
    ByteBuffer bytes = ByteBuffer.allocate(ids.length * Long.BYTES);
    bytes.asLongBuffer().put(ids);
    MessageDigest digest = Hash.sha256();
    digest.update(bytes);
    return Hash.hex(digest);
  }
}
