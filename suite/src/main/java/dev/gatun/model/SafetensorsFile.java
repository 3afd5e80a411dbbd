package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A safetensors file, checked and mapped into memory (format: an 8-byte length, a JSON header,
 * little-endian tensors). Values are read in ranges, so that a tensor may be larger than a Java
 * array.
 */
public final class SafetensorsFile implements AutoCloseable {
  /** The reference implementation refuses longer headers too. */
  private static final long LONGEST_HEADER = 100_000_000;

  /** Elements copied to a backend at once. */
  private static final int CHUNK = 1 << 22;

  private static final ValueLayout.OfDouble F64 =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path path;
  private final Arena arena;
  private final MemorySegment data;
  private final SafetensorsHeader header;

  private SafetensorsFile(Path path, Arena arena, MemorySegment data, SafetensorsHeader header) {
    this.path = path;
    this.arena = arena;
    this.data = data;
    this.header = header;
  }

  /**
   * Opens and checks a file.
   *
   * @throws SafetensorsException if it cannot be read or is not whole
   */
  public static SafetensorsFile open(Path path) {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < 8) {
        throw new SafetensorsException(
            path, "too short for a safetensors file, " + size + " bytes");
      }
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
      long length = file.get(I64, 0);
      if (length < 2 || length > LONGEST_HEADER || length > size - 8) {
        throw new SafetensorsException(
            path,
            "header of %s bytes in a file of %s; truncated, or not a safetensors file"
                .formatted(Long.toUnsignedString(length), size));
      }
      byte[] json = file.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
      MemorySegment data = file.asSlice(8 + length);
      return new SafetensorsFile(
          path, arena, data, SafetensorsHeader.parse(path, json, data.byteSize()));
    } catch (IOException e) {
      arena.close();
      throw new SafetensorsException(path, "cannot be read: " + reason(e), e);
    } catch (RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> e.getMessage();
    };
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** Free text by name. */
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
    return doubles(name, 0, Math.toIntExact(size(name)));
  }

  /** Elements {@code from} to {@code from + count} of a real tensor, widened exactly. */
  public double[] doubles(String name, long from, int count) {
    MemorySegment part = part(name, from, count);
    double[] values = new double[count];
    switch (type(name)) {
      case F64 -> MemorySegment.copy(part, F64, 0, values, 0, count);
      case F32, F16, BF16 -> {
        float[] floats = floats(name, from, count);
        for (int i = 0; i < count; i++) {
          values[i] = floats[i];
        }
      }
      default -> throw notReal(name);
    }
    return values;
  }

  /**
   * Elements {@code from} to {@code from + count} of an F32, F16 or BF16 tensor, widened exactly.
   */
  public float[] floats(String name, long from, int count) {
    MemorySegment part = part(name, from, count);
    float[] values = new float[count];
    switch (type(name)) {
      case F32 -> MemorySegment.copy(part, F32, 0, values, 0, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          values[i] = Float.float16ToFloat(part.getAtIndex(I16, i));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          values[i] = Float.intBitsToFloat(part.getAtIndex(I16, i) << 16);
        }
      }
      default -> throw notReal(name);
    }
    return values;
  }

  /**
   * Copies a real tensor to a backend, by pieces, converting to the type it has there.
   *
   * @throws SafetensorsException if the number of elements differs
   */
  public void readInto(String name, Backend backend, Tensor to) {
    if (size(name) != to.size()) {
      throw bad(name, "has %s elements, not %s".formatted(size(name), to.size()));
    }
    for (long from = 0; from < to.size(); from += CHUNK) {
      int count = (int) Math.min(CHUNK, to.size() - from);
      Tensor part = to.slice(from, count);
      if (type(name) == SafetensorsType.F64) {
        backend.write(doubles(name, from, count), part);
      } else {
        backend.write(floats(name, from, count), part);
      }
    }
  }

  /** All elements of an integer tensor. */
  public long[] longs(String name) {
    int count = Math.toIntExact(size(name));
    MemorySegment part = part(name, 0, count);
    return switch (type(name)) {
      case I64 -> part.toArray(I64);
      case I32 -> Arrays.stream(part.toArray(I32)).asLongStream().toArray();
      default -> throw bad(name, "holds " + type(name) + ", not integers");
    };
  }

  private MemorySegment part(String name, long from, int count) {
    SafetensorsHeader.Entry entry = entry(name);
    Objects.checkFromIndexSize(from, count, entry.size());
    int bytes = entry.type().byteSize();
    return data.asSlice(entry.begin() + from * bytes, (long) count * bytes);
  }

  private SafetensorsHeader.Entry entry(String name) {
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
    return new SafetensorsException(path, "tensor '" + name + "' " + problem);
  }

  @Override
  public void close() {
    arena.close();
  }
}
