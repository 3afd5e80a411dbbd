package dev.gatun.safetensors;

import dev.gatun.backend.Backend;
import dev.gatun.io.GitLfs;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Holding;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A safetensors file, its header checked (format: an 8-byte length, a JSON header, little-endian
 * tensors). Tensors are read through windows of mapped memory, so that neither the file nor a
 * tensor is ever held whole, and a tensor may be larger than a Java array.
 */
public final class SafetensorsFile implements AutoCloseable {
  /** The reference implementation refuses longer headers too. */
  private static final long LONGEST_HEADER = 100_000_000;

  /** Bytes that tell a pointer of git-lfs from other files. */
  private static final int POINTER_START = 64;

  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path path;
  private final FileChannel channel;
  private final MappedData data;
  private final SafetensorsHeader header;
  private final Holding holding;

  private SafetensorsFile(
      Path path, FileChannel channel, MappedData data, SafetensorsHeader header) {
    this.path = path;
    this.channel = channel;
    this.data = data;
    this.header = header;
    this.holding = Holding.of("the open file " + path);
  }

  /**
   * Opens and checks a file.
   *
   * @throws SafetensorsException if it cannot be read or is not whole
   */
  public static SafetensorsFile open(Path path) {
    try (var opened = new CloseStack()) {
      // A pipe of that name would be waited for without end.
      if (Files.exists(path) && !Files.isRegularFile(path)) {
        throw new SafetensorsException(path, "not a file");
      }
      FileChannel channel = opened.own(FileChannel.open(path, StandardOpenOption.READ));
      long size = channel.size();
      int length = headerLength(path, channel, size);
      byte[] json = read(path, channel, 8, length);
      var header = SafetensorsHeader.parse(path, json, size - 8 - length);
      var data = new MappedData(path, channel, 8 + length, size);
      opened.keep();
      return new SafetensorsFile(path, channel, data, header);
    } catch (IOException e) {
      throw new SafetensorsException(path, "cannot be read: " + Unreadable.reason(e), e);
    }
  }

  private static int headerLength(Path path, FileChannel channel, long size) throws IOException {
    int start = (int) Math.min(size, POINTER_START);
    if (GitLfs.isPointer(new String(read(path, channel, 0, start), StandardCharsets.US_ASCII))) {
      throw new SafetensorsException(path, GitLfs.PROBLEM);
    }
    if (size < 8) {
      throw new SafetensorsException(path, "too short for a safetensors file, " + size + " bytes");
    }
    ByteBuffer bytes = ByteBuffer.wrap(read(path, channel, 0, 8)).order(ByteOrder.LITTLE_ENDIAN);
    long length = bytes.getLong();
    if (length < 2 || length > LONGEST_HEADER || length > size - 8) {
      throw new SafetensorsException(
          path,
          "header of %s bytes in a file of %s; truncated, or not a safetensors file"
              .formatted(Long.toUnsignedString(length), size));
    }
    return (int) length;
  }

  private static byte[] read(Path path, FileChannel channel, long from, int count)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, from + bytes.position()) < 0) {
        throw new SafetensorsException(path, "was cut short while it was read");
      }
    }
    return bytes.array();
  }

  public Path path() {
    return path;
  }

  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** Names of the tensors, in the order of the header. */
  public Set<String> names() {
    return header.tensors().keySet();
  }

  /** Whether there is a tensor of that name. */
  public boolean contains(String name) {
    return header.tensors().containsKey(name);
  }

  /** Element type of a tensor. */
  public SafetensorsType type(String name) {
    return entry(name).type();
  }

  /** Extents of a tensor; empty for a scalar. */
  public List<Long> shape(String name) {
    return entry(name).shape();
  }

  /** Number of elements of a tensor. */
  public long size(String name) {
    return entry(name).size();
  }

  /** All elements of a real tensor, widened exactly. */
  public double[] doubles(String name) {
    return doubles(name, 0, arrayLength(name));
  }

  /** Elements {@code from} to {@code from + count} of a real tensor, widened exactly. */
  public double[] doubles(String name, long from, int count) {
    Encoding encoding = encoding(name);
    double[] values = new double[checked(name, from, count)];
    MemorySegment array = MemorySegment.ofArray(values);
    forEachWindow(
        name,
        from,
        count,
        (first, stored) ->
            encoding.decode(stored, ElementType.F64, array.asSlice((first - from) * Double.BYTES)));
    return values;
  }

  /**
   * Elements {@code from} to {@code from + count} of an F32, F16 or BF16 tensor, widened exactly.
   */
  public float[] floats(String name, long from, int count) {
    Encoding encoding = encoding(name);
    if (encoding == Encoding.F64) {
      throw notReal(name);
    }
    float[] values = new float[checked(name, from, count)];
    MemorySegment array = MemorySegment.ofArray(values);
    forEachWindow(
        name,
        from,
        count,
        (first, stored) ->
            encoding.decode(stored, ElementType.F32, array.asSlice((first - from) * Float.BYTES)));
    return values;
  }

  /**
   * Copies a real tensor to a backend, by windows, converting to the type it has there.
   *
   * @throws SafetensorsException if the number of elements differs, or one is NaN or infinite
   */
  public void readInto(String name, Backend backend, Tensor to) {
    Encoding encoding = encoding(name);
    if (size(name) != to.size()) {
      throw bad(name, "has %s elements, not %s".formatted(size(name), to.size()));
    }
    forEachWindow(
        name,
        0,
        to.size(),
        (first, stored) -> {
          requireFinite(name, encoding, stored, first);
          backend.write(encoding, stored, to.slice(first, stored.byteSize() / encoding.byteSize()));
        });
  }

  /**
   * Refuses numbers that are not finite.
   *
   * @param first index in the tensor of the first of them
   */
  private void requireFinite(String name, Encoding encoding, MemorySegment stored, long first) {
    long found = encoding.firstNotFinite(stored);
    if (found >= 0) {
      throw notFinite(name, first + found);
    }
  }

  private SafetensorsException notFinite(String name, long index) {
    double value = doubles(name, index, 1)[0];
    return bad(
        name,
        "holds %s at %s; the file is damaged, or training diverged"
            .formatted(Double.isNaN(value) ? "NaN" : "an infinity", place(shape(name), index)));
  }

  private static List<Long> place(List<Long> shape, long index) {
    LinkedList<Long> place = new LinkedList<>();
    long rest = index;
    for (long extent : shape.reversed()) {
      place.addFirst(rest % extent);
      rest /= extent;
    }
    return place;
  }

  /**
   * Copies the transpose of a real matrix to a backend, by blocks, converting.
   *
   * @param to [cols, rows] for a matrix stored as [rows, cols]
   * @throws SafetensorsException if it is stored otherwise, or a number is NaN or infinite
   */
  public void readTransposedInto(String name, Backend backend, Tensor to) {
    Encoding encoding = encoding(name);
    if (!shape(name).equals(List.of(to.cols(), to.rows()))) {
      throw bad(name, "is %s, not %s".formatted(shape(name), List.of(to.cols(), to.rows())));
    }
    long size = to.size();
    if (size == 0) {
      return;
    }
    SafetensorsHeader.Entry entry = entry(name);
    data.read(
        entry.begin(),
        entry.end(),
        stored -> {
          requireFinite(name, encoding, stored, 0);
          new TransposedRows(encoding, stored, to.cols(), to.rows()).writeTo(backend, to);
        });
  }

  /**
   * Copies rows of a real matrix [rows, cols] to a backend, converting; no other row is touched.
   *
   * @param rows which, in any order, repeated or not
   * @param to [number of rows, cols]
   * @throws SafetensorsException if it is no matrix of that width, or lacks a row, or a number of
   *     these rows is NaN or infinite
   */
  public void readRowsInto(String name, int[] rows, Backend backend, Tensor to) {
    Encoding encoding = encoding(name);
    List<Long> shape = shape(name);
    if (shape.size() != 2 || shape.get(1) != to.cols() || rows.length != to.rows()) {
      throw bad(name, "is %s, of which no %s rows make %s".formatted(shape, rows.length, to));
    }
    for (int row : rows) {
      if (row < 0 || row >= shape.get(0)) {
        throw bad(name, "is %s and has no row %s".formatted(shape, row));
      }
    }
    if (to.size() == 0) {
      return;
    }
    SafetensorsHeader.Entry entry = entry(name);
    data.read(
        entry.begin(),
        entry.end(),
        stored -> {
          var gathered = new GatheredRows(encoding, stored, to.cols());
          gathered
              .firstNotFinite(rows)
              .ifPresent(index -> {
                throw notFinite(name, index);
              });
          gathered.writeTo(backend, rows, to);
        });
  }

  /** All elements of an integer tensor. */
  public long[] longs(String name) {
    SafetensorsType type = type(name);
    if (type != SafetensorsType.I64 && type != SafetensorsType.I32) {
      throw bad(name, "holds " + type + ", not integers of 32 or 64 bits");
    }
    long[] values = new long[arrayLength(name)];
    forEachWindow(
        name,
        0,
        values.length,
        (first, stored) -> {
          int count = (int) (stored.byteSize() / type.byteSize());
          for (int i = 0; i < count; i++) {
            values[(int) first + i] =
                type == SafetensorsType.I64 ? stored.getAtIndex(I64, i) : stored.getAtIndex(I32, i);
          }
        });
    return values;
  }

  /** What is done with the elements from {@code first} on. */
  @FunctionalInterface
  private interface Window {
    void accept(long first, MemorySegment stored);
  }

  private void forEachWindow(String name, long from, long count, Window window) {
    SafetensorsHeader.Entry entry = entry(name);
    int bytes = entry.type().byteSize();
    long most = MappedData.WINDOW_BYTES / bytes;
    for (long first = from; first < from + count; first += most) {
      long at = first;
      long end = Math.min(from + count, first + most);
      data.read(
          entry.begin() + first * bytes,
          entry.begin() + end * bytes,
          stored -> window.accept(at, stored));
    }
  }

  private int arrayLength(String name) {
    if (size(name) > Integer.MAX_VALUE - 8) {
      throw bad(name, "has %s elements, too many to be read at once".formatted(size(name)));
    }
    return (int) size(name);
  }

  private int checked(String name, long from, int count) {
    Objects.checkFromIndexSize(from, count, size(name));
    return count;
  }

  private Encoding encoding(String name) {
    return type(name).encoding().orElseThrow(() -> notReal(name));
  }

  SafetensorsHeader.Entry entry(String name) {
    SafetensorsHeader.Entry entry = header.tensors().get(name);
    if (entry == null) {
      throw bad(name, "is missing");
    }
    return entry;
  }

  private SafetensorsException notReal(String name) {
    return bad(name, "holds " + type(name) + ", which cannot be read as these real numbers");
  }

  private SafetensorsException bad(String name, String problem) {
    return new SafetensorsException(path, "tensor '" + Quoted.part(name) + "' " + problem);
  }

  @Override
  public void close() {
    holding.close();
    try {
      channel.close();
    } catch (IOException e) {
      throw new SafetensorsException(path, "cannot be closed: " + Unreadable.reason(e), e);
    }
  }
}
