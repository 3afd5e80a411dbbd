package dev.gatun.results;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * A table as an Arrow IPC file, compressed with zstd. The schema's metadata says which table it is,
 * the version of the format, and the provenance.
 *
 * @param <R> what a row is
 */
record ArrowTable<R>(String name, List<Column<R>> columns, Function<Row, R> reader) {
  /** Version of the format; raised when a reader of the old one would misread the new. */
  static final String FORMAT = "2";

  static final String FORMAT_KEY = "gatun.format";
  static final String TABLE_KEY = "gatun.table";
  private static final String PROVENANCE_PREFIX = "provenance.";
  private static final int ROWS_PER_BATCH = 65_536;

  private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  /** No batch of ours comes near this; a damaged length does. */
  private static final long MEMORY_LIMIT = 1L << 28;

  /** Rows, and where they come from. */
  record Contents<R>(List<R> rows, Provenance provenance) {}

  /** One row of an open file. */
  record Row(VectorSchemaRoot batch, int index) {
    /** Empty if there is none. */
    String text(String column) {
      var vector = (VarCharVector) batch.getVector(column);
      if (vector.isNull(index)) {
        return "";
      }
      // Before an array of the length that it has: a damaged one may be gigabytes.
      vector.getDataBuffer().checkBytes(vector.getStartOffset(index), vector.getEndOffset(index));
      return new String(vector.get(index), StandardCharsets.UTF_8);
    }

    long whole(String column) {
      return ((BigIntVector) batch.getVector(column)).get(index);
    }

    /** NaN if there is none. */
    double number(String column) {
      var vector = (Float8Vector) batch.getVector(column);
      return vector.isNull(index) ? Double.NaN : vector.get(index);
    }

    boolean flag(String column) {
      return ((BitVector) batch.getVector(column)).get(index) != 0;
    }
  }

  String file() {
    return name + ".arrow";
  }

  /** Writes the bytes of the file. */
  void writeTo(WritableByteChannel channel, List<R> rows, Provenance provenance)
      throws IOException {
    try (var allocator = new RootAllocator();
        var batch = VectorSchemaRoot.create(schema(provenance), allocator);
        var writer =
            new ArrowFileWriter(
                batch,
                null,
                channel,
                null,
                IpcOption.DEFAULT,
                CommonsCompressionFactory.INSTANCE,
                CompressionUtil.CodecType.ZSTD,
                Optional.empty())) {
      writer.start();
      for (int from = 0; from < rows.size(); from += ROWS_PER_BATCH) {
        fill(batch, rows.subList(from, Math.min(rows.size(), from + ROWS_PER_BATCH)));
        writer.writeBatch();
      }
      writer.end();
    }
  }

  /**
   * Reads the whole file of a folder.
   *
   * @throws UnreadableResultsException if it is missing, truncated, damaged, of another version or
   *     another table
   */
  Contents<R> read(Path folder) {
    Path file = folder.resolve(file());
    if (!Files.isRegularFile(file)) {
      throw new UnreadableResultsException(
          "there is no " + name + " table at " + file + "; is it a folder that Gatun wrote?");
    }
    requireWhole(file);
    try (var channel = FileChannel.open(file);
        var allocator = new RootAllocator(MEMORY_LIMIT);
        var arrow = new ArrowFileReader(channel, allocator, CommonsCompressionFactory.INSTANCE)) {
      VectorSchemaRoot batch = arrow.getVectorSchemaRoot();
      Provenance provenance = provenanceOf(batch.getSchema(), file);
      List<R> rows = new ArrayList<>();
      while (arrow.loadNextBatch()) {
        for (int i = 0; i < batch.getRowCount(); i++) {
          rows.add(reader.apply(new Row(batch, i)));
        }
      }
      return new Contents<>(rows, provenance);
    } catch (UnreadableResultsException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Arrow meets damage with whatever its buffers throw.
      throw new UnreadableResultsException(notWhole(file), e);
    }
  }

  /**
   * Refuses files of other versions.
   *
   * @throws UnreadableResultsException if the format is not this Gatun's
   */
  static void requireFormat(Path file, String format) {
    if (!FORMAT.equals(format)) {
      throw new UnreadableResultsException(
          "%s is in format %s and this Gatun reads format %s; read it with the version that wrote it"
              .formatted(file, format, FORMAT));
    }
  }

  /** Every whole Arrow file begins and ends with the same six bytes; a truncated one does not. */
  static void requireWhole(Path file) {
    try (var channel = FileChannel.open(file)) {
      var head = ByteBuffer.allocate(MAGIC.length);
      var tail = ByteBuffer.allocate(MAGIC.length);
      channel.read(head, 0);
      channel.read(tail, Math.max(0, channel.size() - MAGIC.length));
      if (!Arrays.equals(head.array(), MAGIC) || !Arrays.equals(tail.array(), MAGIC)) {
        throw new UnreadableResultsException(notWhole(file));
      }
    } catch (IOException e) {
      throw new UnreadableResultsException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  static String notWhole(Path file) {
    return file + " is not a whole Arrow file: it is truncated, damaged or something else";
  }

  private Schema schema(Provenance provenance) {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put(FORMAT_KEY, FORMAT);
    metadata.put(TABLE_KEY, name);
    int index = 0;
    for (var entry : provenance.entries().entrySet()) {
      // Arrow's metadata has no order that all readers keep: the number does.
      metadata.put(
          PROVENANCE_PREFIX + String.format(Locale.ROOT, "%03d.", index++) + entry.getKey(),
          entry.getValue());
    }
    return new Schema(columns.stream().map(Column::field).toList(), metadata);
  }

  private Provenance provenanceOf(Schema schema, Path file) {
    Map<String, String> metadata = schema.getCustomMetadata();
    if (!name.equals(metadata.get(TABLE_KEY))) {
      throw new UnreadableResultsException(
          file + " is an Arrow file, but not Gatun's " + name + " table");
    }
    requireFormat(file, metadata.get(FORMAT_KEY));
    for (Column<R> column : columns) {
      Field found =
          schema.getFields().stream()
              .filter(f -> f.getName().equals(column.name()))
              .findFirst()
              .orElseThrow(() ->
                  new UnreadableResultsException(
                      file + " has no column " + column.name() + "; it is not as Gatun wrote it"));
      if (!found.getType().equals(column.field().getType())) {
        throw new UnreadableResultsException(
            "%s: column %s is %s and must be %s"
                .formatted(file, column.name(), found.getType(), column.field().getType()));
      }
    }
    Map<String, String> entries = new LinkedHashMap<>();
    new TreeMap<>(metadata)
        .tailMap(PROVENANCE_PREFIX)
        .forEach((key, value) -> addProvenance(entries, key, value));
    return new Provenance(entries);
  }

  private static void addProvenance(Map<String, String> entries, String key, String value) {
    if (key.startsWith(PROVENANCE_PREFIX)) {
      String numbered = key.substring(PROVENANCE_PREFIX.length());
      entries.put(numbered.substring(numbered.indexOf('.') + 1), value);
    }
  }

  private void fill(VectorSchemaRoot batch, List<R> rows) {
    batch.clear();
    for (Column<R> column : columns) {
      fill(batch, column, rows);
    }
    batch.setRowCount(rows.size());
  }

  private void fill(VectorSchemaRoot batch, Column<R> column, List<R> rows) {
    var vector = batch.getVector(column.name());
    vector.setInitialCapacity(rows.size());
    vector.allocateNew();
    for (int i = 0; i < rows.size(); i++) {
      R row = rows.get(i);
      switch (column) {
        case Column.Text<R> c -> {
          String text = c.value().apply(row);
          if (!text.isEmpty()) {
            ((VarCharVector) vector).setSafe(i, text.getBytes(StandardCharsets.UTF_8));
          } else if (c.optional()) {
            ((VarCharVector) vector).setNull(i);
          } else {
            throw new IllegalArgumentException(
                "a row of %s has nothing in column %s, which must not be empty"
                    .formatted(name, c.name()));
          }
        }
        case Column.Whole<R> c -> ((BigIntVector) vector).set(i, c.value().applyAsLong(row));
        case Column.Flag<R> c -> ((BitVector) vector).set(i, c.value().test(row) ? 1 : 0);
        case Column.Number<R> c -> {
          double value = c.value().applyAsDouble(row);
          boolean none = c.optional() && Double.isNaN(value);
          // A null's slot is written too, so that equal tables have equal bytes.
          ((Float8Vector) vector).set(i, none ? 0 : value);
          if (none) {
            ((Float8Vector) vector).setNull(i);
          }
        }
      }
    }
  }
}
