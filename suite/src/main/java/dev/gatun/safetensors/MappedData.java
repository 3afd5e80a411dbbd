package dev.gatun.safetensors;

import dev.gatun.tensor.Holding;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The data of a file after its header, mapped a part at a time while that part is read: what was
 * read is memory of this process no longer.
 *
 * @param begin first byte of the data in the file
 * @param fileSize bytes of the file when it was checked
 */
record MappedData(Path path, FileChannel channel, long begin, long fileSize) {
  /** Bytes that readers of long ranges map at once. */
  static final long WINDOW_BYTES = 32L << 20;

  /**
   * Shows bytes {@code from} to {@code to} of the data, during the call only.
   *
   * @throws SafetensorsException if the file has been cut short since it was checked
   */
  void read(long from, long to, Consumer<MemorySegment> reader) {
    try (Arena arena = Holding.sharedArena()) {
      if (channel.size() < fileSize) {
        throw cutShort(null);
      }
      reader.accept(channel.map(FileChannel.MapMode.READ_ONLY, begin + from, to - from, arena));
    } catch (IOException e) {
      throw new SafetensorsException(path, "cannot be mapped: " + Unreadable.reason(e), e);
    } catch (InternalError e) {
      // The system's answer to a read of mapped memory that has no file behind it any more.
      throw cutShort(e);
    }
  }

  private SafetensorsException cutShort(Throwable cause) {
    return new SafetensorsException(
        path, "was cut short while it was read; it had %s bytes".formatted(fileSize), cause);
  }
}
