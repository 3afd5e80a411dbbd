package dev.gatun.results;

import dev.gatun.io.AtomicFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Hidden states of contexts and the token that follows each, as an Arrow IPC file: what the head of
 * a frozen model is trained on. Columns {@code hidden}, a fixed-size list of D float32, and {@code
 * target}, int32; uncompressed, so that it is read where it is mapped. Record batches all have the
 * same number of rows, and one of them is all that is held, written or read. Equal states give
 * equal bytes.
 *
 * @param path of the file
 * @param width D
 * @param rows of a record batch
 * @param batches in the file
 * @param identity of what computed the states, in a few words or a hash
 */
public record HiddenStateFile(Path path, int width, int rows, long batches, String identity) {
  static final String TABLE = "hidden_states";
  static final String IDENTITY_KEY = "gatun.identity";
  static final String HIDDEN = "hidden";
  static final String TARGET = "target";

  /** Rounds up to Arrow's alignment of buffers, with room for validity bits. */
  private static final long SLACK_BYTES = 4096;

  /** Fills record batches. */
  @FunctionalInterface
  public interface Source {
    /**
     * Fills one, asked for in their order.
     *
     * @param hidden [rows, width]
     * @param targets [rows]
     */
    void fill(long batch, float[] hidden, int[] targets);
  }

  /** Checks the extents. */
  public HiddenStateFile {
    if (width < 1 || rows < 1 || batches < 0) {
      throw new IllegalArgumentException(
          "a file of hidden states needs a width, rows and batches, not %s, %s and %s"
              .formatted(width, rows, batches));
    }
    if ((long) rows * width > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a batch of %s hidden states of width %s is too large: take fewer rows"
              .formatted(rows, width));
    }
  }

  /** Size of all hidden states and targets. */
  public long bytes() {
    return batches * rows * (width + 1L) * Float.BYTES;
  }

  /**
   * Creates or replaces the file, batch by batch. A file that is not finished never has this name.
   *
   * @throws dev.gatun.io.UnwritableFileException if the disk is full or the folder not writable
   */
  public void write(Source source) {
    AtomicFile.write(path, channel -> writeTo(channel, source));
  }

  private void writeTo(WritableByteChannel channel, Source source) throws IOException {
    float[] hidden = new float[rows * width];
    int[] targets = new int[rows];
    long limit = 4L * rows * (width + 1L) * Float.BYTES + SLACK_BYTES;
    try (var allocator = new RootAllocator(limit);
        var batch = VectorSchemaRoot.create(schema(), allocator);
        var writer = new ArrowFileWriter(batch, null, channel)) {
      writer.start();
      for (long i = 0; i < batches; i++) {
        source.fill(i, hidden, targets);
        fill(batch, hidden, targets);
        writer.writeBatch();
      }
      writer.end();
    }
  }

  private void fill(VectorSchemaRoot batch, float[] hidden, int[] targets) {
    var lists = (FixedSizeListVector) batch.getVector(HIDDEN);
    var elements = (Float4Vector) lists.getDataVector();
    var ids = (IntVector) batch.getVector(TARGET);
    lists.setInitialCapacity(rows);
    lists.allocateNew();
    ids.allocateNew(targets.length);
    MemorySegment.copy(
        hidden, 0, memory(elements), ValueLayout.JAVA_FLOAT_UNALIGNED, 0, hidden.length);
    MemorySegment.copy(targets, 0, memory(ids), ValueLayout.JAVA_INT_UNALIGNED, 0, targets.length);
    List.of(lists, elements, ids).forEach(HiddenStateFile::setAllValid);
    elements.setValueCount(hidden.length);
    lists.setValueCount(rows);
    ids.setValueCount(rows);
    batch.setRowCount(rows);
  }

  private static MemorySegment memory(FieldVector vector) {
    ArrowBuf buffer = vector.getDataBuffer();
    return MemorySegment.ofBuffer(
        buffer.nioBuffer(0, Math.toIntExact(buffer.capacity())).order(ByteOrder.nativeOrder()));
  }

  private static void setAllValid(FieldVector vector) {
    ArrowBuf bits = vector.getValidityBuffer();
    bits.setOne(0, bits.capacity());
  }

  /**
   * Opens the file for reading.
   *
   * @throws UnreadableResultsException in one line, if it is missing, truncated or damaged, or
   *     holds other states than these
   */
  public HiddenStateReader open() {
    return HiddenStateReader.open(this);
  }

  Schema schema() {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put(ArrowTable.FORMAT_KEY, ArrowTable.FORMAT);
    metadata.put(ArrowTable.TABLE_KEY, TABLE);
    metadata.put(IDENTITY_KEY, identity);
    var real = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
    var element = new Field("element", notNull(real, "1", "component of a state"), null);
    var hidden =
        new Field(
            HIDDEN,
            notNull(
                new ArrowType.FixedSizeList(width),
                "1",
                "hidden state of a context after the last norm"),
            List.of(element));
    var target =
        new Field(
            TARGET,
            notNull(new ArrowType.Int(32, true), Column.NO_UNIT, "id of the token that follows"),
            null);
    return new Schema(List.of(hidden, target), metadata);
  }

  private static FieldType notNull(ArrowType type, String unit, String description) {
    return new FieldType(false, type, null, Column.metadata(unit, description));
  }

  FileChannel channel() throws IOException {
    return FileChannel.open(path);
  }
}
