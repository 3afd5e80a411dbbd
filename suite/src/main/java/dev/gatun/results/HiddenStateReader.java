package dev.gatun.results;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Reads a {@link HiddenStateFile} batch by batch, from one mapped batch at a time: whatever the
 * size of the file, no more of it is held.
 */
public final class HiddenStateReader implements AutoCloseable {
  /** Schema and footer; batches are mapped, not read. */
  private static final long FOOTER_LIMIT = 1L << 28;

  /** A message begins with a continuation mark and the length of its metadata. */
  private static final int PREFIX_BYTES = 8;

  /** Buffers of a batch: validity of lists; validity and data of elements; the same of targets. */
  private static final int HIDDEN_BUFFER = 2;

  private static final int TARGET_BUFFER = 4;
  private static final int BUFFERS = 5;

  private final HiddenStateFile file;
  private final FileChannel channel;
  private final List<ArrowBlock> blocks;

  private HiddenStateReader(HiddenStateFile file, FileChannel channel, List<ArrowBlock> blocks) {
    this.file = file;
    this.channel = channel;
    this.blocks = blocks;
  }

  static HiddenStateReader open(HiddenStateFile file) {
    if (!Files.isRegularFile(file.path())) {
      throw new UnreadableResultsException("there are no hidden states at " + file.path());
    }
    ArrowTable.requireWhole(file.path());
    List<ArrowBlock> blocks = blocks(file);
    if (blocks.size() != file.batches()) {
      throw new UnreadableResultsException(
          "%s has %s batches of hidden states and must have %s; delete it to compute them anew"
              .formatted(file.path(), blocks.size(), file.batches()));
    }
    try {
      return new HiddenStateReader(file, file.channel(), blocks);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Where the batches are, once the schema is known to be that of these states. */
  private static List<ArrowBlock> blocks(HiddenStateFile file) {
    try (var allocator = new RootAllocator(FOOTER_LIMIT);
        var arrow = new ArrowFileReader(file.channel(), allocator)) {
      requireSame(file, arrow.getVectorSchemaRoot().getSchema());
      return List.copyOf(arrow.getRecordBlocks());
    } catch (UnreadableResultsException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Arrow meets damage with whatever its buffers throw.
      throw unreadable(file, e);
    }
  }

  private static void requireSame(HiddenStateFile file, Schema found) {
    Map<String, String> metadata = found.getCustomMetadata();
    if (!HiddenStateFile.TABLE.equals(metadata.get(ArrowTable.TABLE_KEY))) {
      throw new UnreadableResultsException(
          file.path() + " is an Arrow file, but not one of Gatun's hidden states");
    }
    if (!file.schema().equals(found)) {
      throw new UnreadableResultsException(
          "%s holds hidden states of another run (%s); delete it to compute them anew"
              .formatted(file.path(), metadata.get(HiddenStateFile.IDENTITY_KEY)));
    }
  }

  private static UnreadableResultsException unreadable(HiddenStateFile file, Exception cause) {
    return new UnreadableResultsException(ArrowTable.notWhole(file.path()), cause);
  }

  public long batches() {
    return blocks.size();
  }

  /**
   * Copies a batch out.
   *
   * @param hidden [rows, width]
   * @param targets [rows]
   * @throws UnreadableResultsException if the file was damaged or cannot be read
   */
  public void read(long batch, float[] hidden, int[] targets) {
    ArrowBlock block = blocks.get(Math.toIntExact(batch));
    try (Arena arena = Arena.ofConfined()) {
      long length = block.getMetadataLength() + block.getBodyLength();
      if (block.getOffset() + length > channel.size()) {
        throw new IOException("a batch ends behind the file");
      }
      MemorySegment mapped = channel.map(MapMode.READ_ONLY, block.getOffset(), length, arena);
      RecordBatch header = header(mapped.asSlice(0, block.getMetadataLength()));
      if (header.length() != file.rows() || header.buffersLength() != BUFFERS) {
        throw new IOException("a batch has another form");
      }
      MemorySegment body = mapped.asSlice(block.getMetadataLength());
      MemorySegment.copy(
          part(body, header.buffers(HIDDEN_BUFFER), hidden.length),
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          0,
          hidden,
          0,
          hidden.length);
      MemorySegment.copy(
          part(body, header.buffers(TARGET_BUFFER), targets.length),
          ValueLayout.JAVA_INT_UNALIGNED,
          0,
          targets,
          0,
          targets.length);
    } catch (IOException | RuntimeException e) {
      // A damaged header leads anywhere.
      throw unreadable(file, e);
    }
  }

  private static RecordBatch header(MemorySegment metadata) throws IOException {
    ByteBuffer buffer =
        metadata.asSlice(PREFIX_BYTES).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (Message.getRootAsMessage(buffer).header(new RecordBatch()) instanceof RecordBatch batch) {
      return batch;
    }
    throw new IOException("a message is no batch");
  }

  private static MemorySegment part(MemorySegment body, Buffer where, int elements)
      throws IOException {
    long bytes = (long) elements * Float.BYTES;
    if (where.length() < bytes) {
      throw new IOException("a buffer is too short");
    }
    return body.asSlice(where.offset(), bytes);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UnreadableResultsException(
          "cannot close " + file.path() + ": " + e.getMessage(), e);
    }
  }
}
