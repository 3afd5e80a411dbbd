package dev.gatun.claims.ngram;

import dev.gatun.data.Randomness;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;

/** Tokens of several files, one file after the other, each in a random order of its own. */
final class ShuffledTokens implements AutoCloseable {
  private final TemporaryFiles files;
  private final List<Path> buckets;
  private final Randomness randomness;
  private int bucket;
  private int[] tokens = {};
  private int at;

  ShuffledTokens(TemporaryFiles files, List<Path> buckets, Randomness randomness) {
    this.files = files;
    this.buckets = buckets;
    this.randomness = randomness;
  }

  /** The next one, of which there must be one. */
  int next() {
    while (at == tokens.length) {
      tokens = shuffled(bucket);
      bucket++;
      at = 0;
    }
    return tokens[at++];
  }

  /** Fisher and Yates' shuffle. */
  private int[] shuffled(int index) {
    Path file = buckets.get(index);
    int[] all = read(file);
    RandomGenerator generator = randomness.stream("order").stream(index).generator();
    for (int i = all.length - 1; i > 0; i--) {
      int other = generator.nextInt(i + 1);
      int token = all[i];
      all[i] = all[other];
      all[other] = token;
    }
    return all;
  }

  private int[] read(Path file) {
    try (var reader = files.read(file)) {
      int[] all = new int[(int) (Files.size(file) / Integer.BYTES)];
      for (int i = 0; i < all.length; i++) {
        all[i] = reader.getInt();
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Deletes the files. */
  @Override
  public void close() {
    buckets.forEach(files::delete);
  }
}
