package dev.gatun.safetensors;

import dev.gatun.backend.Backend;
import dev.gatun.io.AtomicFile;
import dev.gatun.io.Ordered;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a safetensors file as a whole or not at all; what was there before survives a failure.
 * Tensors are converted and written by pieces.
 */
public final class SafetensorsWriter {
  /** Elements converted at once. */
  private static final int CHUNK = 1 << 20;

  private final Map<String, String> metadata;
  private final List<Pending> pending = new ArrayList<>();

  /** Gives some elements of a tensor. */
  @FunctionalInterface
  public interface Elements<A> {
    /** An array of elements {@code from} to {@code from + count}. */
    A read(long from, int count);
  }

  private record Pending(
      String name, SafetensorsType type, List<Long> shape, Elements<ByteBuffer> bytes) {
    long size() {
      return shape.stream().reduce(1L, (a, b) -> a * b);
    }
  }

  /** A writer of a file with that metadata. */
  public SafetensorsWriter(Map<String, String> metadata) {
    this.metadata = Ordered.copyOf(metadata);
  }

  /** Adds an F32 tensor. */
  public SafetensorsWriter addFloats(String name, List<Long> shape, Elements<float[]> elements) {
    return addFloats(name, Encoding.F32, shape, elements);
  }

  /** Adds a tensor of numbers in that encoding, to which they are rounded. */
  public SafetensorsWriter addFloats(
      String name, Encoding encoding, List<Long> shape, Elements<float[]> elements) {
    return add(
        name,
        SafetensorsType.valueOf(encoding.name()),
        shape,
        (from, count) -> ByteBuffer.wrap(encoding.encode(elements.read(from, count))));
  }

  /** Adds an F64 tensor. */
  public SafetensorsWriter addDoubles(String name, List<Long> shape, Elements<double[]> elements) {
    return add(
        name,
        SafetensorsType.F64,
        shape,
        (from, count) -> {
          ByteBuffer bytes = littleEndian(count * Double.BYTES);
          bytes.asDoubleBuffer().put(elements.read(from, count));
          return bytes;
        });
  }

  /** Adds an I64 tensor. */
  public SafetensorsWriter addLongs(String name, List<Long> shape, Elements<long[]> elements) {
    return add(
        name,
        SafetensorsType.I64,
        shape,
        (from, count) -> {
          ByteBuffer bytes = littleEndian(count * Long.BYTES);
          bytes.asLongBuffer().put(elements.read(from, count));
          return bytes;
        });
  }

  /** Adds a tensor in the type and shape it has on its backend: F32 or F64. */
  public SafetensorsWriter addTensor(String name, Backend backend, Tensor tensor) {
    List<Long> shape = Arrays.stream(tensor.shape().extents()).boxed().toList();
    return switch (tensor.type()) {
      case F32 ->
          addFloats(name, shape, (from, count) -> backend.toFloats(tensor.slice(from, count)));
      case F64 ->
          addDoubles(name, shape, (from, count) -> backend.toDoubles(tensor.slice(from, count)));
      case I32 -> throw new IllegalArgumentException(name + " is not real");
    };
  }

  private SafetensorsWriter add(
      String name, SafetensorsType type, List<Long> shape, Elements<ByteBuffer> bytes) {
    if (pending.stream().anyMatch(p -> p.name.equals(name))) {
      throw new IllegalArgumentException("two tensors named " + name);
    }
    pending.add(new Pending(name, type, List.copyOf(shape), bytes));
    return this;
  }

  /**
   * Writes the file.
   *
   * @throws dev.gatun.io.UnwritableFileException if that fails; an older file of that name is then
   *     unchanged
   */
  public void write(Path file) {
    AtomicFile.write(file, this::writeTo);
  }

  /** Writes the contents of the file. */
  public void writeTo(WritableByteChannel channel) throws IOException {
    Map<String, SafetensorsHeader.Entry> entries = new LinkedHashMap<>();
    long offset = 0;
    for (Pending p : pending) {
      long end = offset + p.size() * p.type.byteSize();
      entries.put(p.name, new SafetensorsHeader.Entry(p.type, p.shape, offset, end));
      offset = end;
    }
    byte[] json = new SafetensorsHeader(new TreeMap<>(metadata), entries).toJson();
    AtomicFile.writeFully(channel, littleEndian(Long.BYTES).putLong(json.length).flip());
    AtomicFile.writeFully(channel, ByteBuffer.wrap(json));
    for (Pending p : pending) {
      for (long from = 0; from < p.size(); from += CHUNK) {
        AtomicFile.writeFully(channel, p.bytes.read(from, (int) Math.min(CHUNK, p.size() - from)));
      }
    }
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
