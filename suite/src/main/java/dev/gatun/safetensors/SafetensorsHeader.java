package dev.gatun.safetensors;

import dev.gatun.io.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file, checked against the size of its data: every tensor's type,
 * shape and bytes agree, no two overlap, and together they fill the data without a gap, as the
 * format demands.
 *
 * @param metadata free text by name
 * @param tensors by name, in the order of the header
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, Entry> tensors) {
  /** Keeps the order of the header. */
  SafetensorsHeader {
    metadata = Collections.unmodifiableMap(metadata);
    tensors = Collections.unmodifiableMap(tensors);
  }

  /** A tensor: bytes {@code begin} to {@code end} of the data after the header. */
  record Entry(SafetensorsType type, List<Long> shape, long begin, long end) {
    long size() {
      return (end - begin) / type.byteSize();
    }
  }

  /**
   * Reads and checks a header.
   *
   * @param dataSize bytes that follow the header
   * @throws SafetensorsException saying what is wrong
   */
  static SafetensorsHeader parse(Path file, byte[] json, long dataSize) {
    SafetensorsHeader header = HeaderReader.read(file, json);
    checkCoverage(file, header.tensors, dataSize);
    return header;
  }

  /** The header as UTF-8 JSON, padded with spaces to a multiple of 8 bytes. */
  byte[] toJson() {
    Map<String, Object> root = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      root.put("__metadata__", metadata);
    }
    tensors.forEach((name, entry) -> {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("dtype", entry.type().name());
      fields.put("shape", entry.shape());
      fields.put("data_offsets", List.of(entry.begin(), entry.end()));
      root.put(name, fields);
    });
    byte[] json = Json.line(root).getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    return padded;
  }

  private static void checkCoverage(Path file, Map<String, Entry> tensors, long dataSize) {
    List<Map.Entry<String, Entry>> byPlace = new ArrayList<>(tensors.entrySet());
    byPlace.sort(
        Comparator.comparingLong((Map.Entry<String, Entry> e) -> e.getValue().begin())
            .thenComparingLong(e -> e.getValue().end()));
    long filled = 0;
    for (Map.Entry<String, Entry> placed : byPlace) {
      Entry entry = placed.getValue();
      if (entry.end() > dataSize) {
        throw bad(
            file,
            placed.getKey(),
            "ends at byte %s of %s; the file is truncated".formatted(entry.end(), dataSize));
      }
      if (entry.begin() != filled) {
        throw bad(
            file,
            placed.getKey(),
            entry.begin() < filled ? "overlaps another tensor" : "is preceded by unused bytes");
      }
      filled = entry.end();
    }
    if (filled != dataSize) {
      throw new SafetensorsException(
          file, (dataSize - filled) + " bytes after the last tensor belong to none");
    }
  }

  private static SafetensorsException bad(Path file, String name, String problem) {
    return new SafetensorsException(file, "tensor '" + Quoted.part(name) + "' " + problem);
  }
}
