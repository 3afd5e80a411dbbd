package dev.gatun.model;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON header of a safetensors file, checked against the size of its data: every tensor's type,
 * shape and bytes agree, no two overlap, and together they fill the data without a gap, as the
 * format demands.
 *
 * @param metadata free text by name
 * @param tensors by name, in the order of the header
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, Entry> tensors) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

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
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (JacksonException e) {
      throw new SafetensorsException(file, "bad header: " + firstLine(e), e);
    }
    if (!root.isObject()) {
      throw new SafetensorsException(file, "the header is not a JSON object");
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    Map<String, Entry> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> property : root.properties()) {
      if (property.getKey().equals("__metadata__")) {
        readMetadata(file, property.getValue(), metadata);
      } else {
        tensors.put(property.getKey(), readEntry(file, property.getKey(), property.getValue()));
      }
    }
    checkCoverage(file, tensors, dataSize);
    return new SafetensorsHeader(
        Collections.unmodifiableMap(metadata), Collections.unmodifiableMap(tensors));
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
    byte[] json = MAPPER.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
    Arrays.fill(padded, json.length, padded.length, (byte) ' ');
    return padded;
  }

  private static void readMetadata(Path file, JsonNode node, Map<String, String> metadata) {
    if (!node.isObject()) {
      throw new SafetensorsException(file, "__metadata__ is not a JSON object");
    }
    for (Map.Entry<String, JsonNode> property : node.properties()) {
      if (!property.getValue().isString()) {
        throw new SafetensorsException(
            file, "metadata '" + property.getKey() + "' is not a string");
      }
      metadata.put(property.getKey(), property.getValue().stringValue());
    }
  }

  private static Entry readEntry(Path file, String name, JsonNode node) {
    JsonNode dtype = node.path("dtype");
    SafetensorsType type =
        Arrays.stream(SafetensorsType.values())
            .filter(t -> dtype.isString() && t.name().equals(dtype.stringValue()))
            .findFirst()
            .orElseThrow(() -> bad(file, name, "unsupported dtype " + dtype));
    List<Long> shape = integers(file, name, node.path("shape"), "shape");
    List<Long> offsets = integers(file, name, node.path("data_offsets"), "data_offsets");
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw bad(file, name, "data_offsets " + offsets + " are not [begin, end]");
    }
    long bytes = type.byteSize();
    try {
      for (long extent : shape) {
        bytes = Math.multiplyExact(bytes, extent);
      }
    } catch (ArithmeticException e) {
      throw bad(file, name, "shape " + shape + " is too large");
    }
    if (offsets.get(1) - offsets.get(0) != bytes) {
      throw bad(
          file,
          name,
          "%s %s needs %s bytes, but data_offsets %s hold %s"
              .formatted(type, shape, bytes, offsets, offsets.get(1) - offsets.get(0)));
    }
    return new Entry(type, shape, offsets.get(0), offsets.get(1));
  }

  private static List<Long> integers(Path file, String name, JsonNode node, String what) {
    if (!node.isArray()) {
      throw bad(file, name, what + " is not a list");
    }
    List<Long> values = new ArrayList<>();
    for (JsonNode element : node) {
      if (!element.isIntegralNumber() || !element.canConvertToLong() || element.longValue() < 0) {
        throw bad(file, name, what + " holds " + element + ", not a count");
      }
      values.add(element.longValue());
    }
    return List.copyOf(values);
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
    return new SafetensorsException(file, "tensor '" + name + "': " + problem);
  }

  private static String firstLine(JacksonException e) {
    return e.getOriginalMessage().lines().findFirst().orElse("not JSON");
  }
}
