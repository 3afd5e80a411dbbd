package dev.gatun.claims.ngram;

import dev.gatun.io.UnwritableFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Files of numbers in a folder of their own, which {@link #close} deletes. What an interrupted
 * process left there is deleted when the folder is next used.
 */
final class TemporaryFiles implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path folder;
  private final UnaryOperator<WritableByteChannel> through;
  private int created;

  /**
   * Creates or empties the folder.
   *
   * @throws UnwritableFileException if it cannot
   */
  TemporaryFiles(Path folder) {
    this(folder, UnaryOperator.identity());
  }

  /**
   * As above.
   *
   * @param through identity, or a channel that a test makes fail
   */
  TemporaryFiles(Path folder, UnaryOperator<WritableByteChannel> through) {
    this.folder = folder;
    this.through = through;
    try {
      close();
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  Writer write(String purpose) {
    Path file = folder.resolve("%s-%s".formatted(purpose, created++));
    try {
      return new Writer(
          file, FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** A file that was written, from its beginning. */
  Reader read(Path file) {
    return read(file, BUFFER_BYTES);
  }

  /** As {@link #read(Path)}, with a buffer of so many bytes. */
  Reader read(Path file, int bufferBytes) {
    try {
      return new Reader(file, FileChannel.open(file, StandardOpenOption.READ), bufferBytes);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Deletes a file that is no longer needed. */
  void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file + ": " + e.getMessage(), e);
    }
  }

  /** Deletes all files and the folder. */
  @Override
  public void close() {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      all.forEach(this::delete);
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder + ": " + e.getMessage(), e);
    }
  }

  private UnwritableFileException unwritable(IOException e) {
    return new UnwritableFileException(
        "cannot write temporary files to %s (%s): free some space or choose another --out"
            .formatted(folder, e.getMessage()),
        e);
  }

  private static UncheckedIOException unreadable(Path file, IOException e) {
    return new UncheckedIOException(
        new IOException(
            "cannot read the temporary file %s: %s".formatted(file, e.getMessage()), e));
  }

  /** Appends numbers to a new file. */
  final class Writer implements AutoCloseable {
    private final Path file;
    private final FileChannel target;
    private final WritableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

    private Writer(Path file, FileChannel target) {
      this.file = file;
      this.target = target;
      this.channel = through.apply(target);
    }

    Path file() {
      return file;
    }

    void putInt(int value) {
      require(Integer.BYTES);
      buffer.putInt(value);
    }

    void putLong(long value) {
      require(Long.BYTES);
      buffer.putLong(value);
    }

    void putDouble(double value) {
      require(Double.BYTES);
      buffer.putDouble(value);
    }

    private void require(int bytes) {
      if (buffer.remaining() < bytes) {
        flush();
      }
    }

    private void flush() {
      buffer.flip();
      try {
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      } catch (IOException e) {
        throw unwritable(e);
      }
      buffer.clear();
    }

    /** Writes what is left. */
    @Override
    public void close() {
      try (target) {
        flush();
      } catch (IOException e) {
        throw unwritable(e);
      }
    }
  }

  /** Takes numbers from a file in their order. */
  static final class Reader implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer buffer;

    private Reader(Path file, FileChannel channel, int bufferBytes) {
      this.file = file;
      this.channel = channel;
      this.buffer = ByteBuffer.allocate(Math.max(bufferBytes, 64)).flip();
    }

    boolean hasNext() {
      return buffer.hasRemaining() || fill(1);
    }

    int getInt() {
      require(Integer.BYTES);
      return buffer.getInt();
    }

    long getLong() {
      require(Long.BYTES);
      return buffer.getLong();
    }

    double getDouble() {
      require(Double.BYTES);
      return buffer.getDouble();
    }

    private void require(int bytes) {
      if (buffer.remaining() < bytes && !fill(bytes)) {
        throw unreadable(file, new IOException("it ends too soon"));
      }
    }

    private boolean fill(int bytes) {
      buffer.compact();
      try {
        int read = 0;
        while (buffer.position() < bytes && read >= 0) {
          read = channel.read(buffer);
        }
      } catch (IOException e) {
        throw unreadable(file, e);
      }
      return buffer.flip().remaining() >= bytes;
    }

    @Override
    public void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }
  }
}
