package dev.gatun.safetensors;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the JSON header of a safetensors file, token by token. */
final class HeaderReader {
  private static final String METADATA = "__metadata__";

  /** Far beyond any model's; a header of 100 MB could name millions. */
  private static final int MOST_TENSORS = 1 << 18;

  private static final int MOST_EXTENTS = 64;

  private final Path file;
  private final JsonParser parser;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, SafetensorsHeader.Entry> tensors = new LinkedHashMap<>();

  private HeaderReader(Path file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /** The header; offsets are not yet checked against each other. */
  static SafetensorsHeader read(Path file, byte[] json) {
    if (json.length == 0 || json[0] != '{') {
      throw new SafetensorsException(file, "the header is not a JSON object");
    }
    var header = new SafetensorsHeader[1];
    StrictJson.parse(
        file,
        json,
        parser -> {
          var reader = new HeaderReader(file, parser);
          reader.readTensors();
          header[0] = new SafetensorsHeader(reader.metadata, reader.tensors);
        });
    return header[0];
  }

  private void readTensors() {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (name.equals(METADATA)) {
        readMetadata(value);
      } else if (tensors.size() == MOST_TENSORS) {
        throw new SafetensorsException(file, "has more than " + MOST_TENSORS + " tensors");
      } else if (tensors.put(name, readEntry(name, value)) != null) {
        throw bad(name, "is there twice");
      }
    }
  }

  private void readMetadata(JsonToken value) {
    if (value == JsonToken.VALUE_NULL) {
      return;
    }
    if (value != JsonToken.START_OBJECT) {
      throw new SafetensorsException(file, "__metadata__ is not a JSON object");
    }
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        throw new SafetensorsException(file, "metadata '" + Quoted.part(key) + "' is not a string");
      }
      metadata.put(key, parser.getString());
    }
  }

  private SafetensorsHeader.Entry readEntry(String name, JsonToken value) {
    if (value != JsonToken.START_OBJECT) {
      throw bad(name, "is not described by a JSON object");
    }
    Optional<SafetensorsType> type = Optional.empty();
    Optional<List<Long>> shape = Optional.empty();
    Optional<List<Long>> offsets = Optional.empty();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String field = parser.currentName();
      parser.nextToken();
      switch (field) {
        case "dtype" -> type = Optional.of(type(name));
        case "shape" -> shape = Optional.of(counts(name, field));
        case "data_offsets" -> offsets = Optional.of(counts(name, field));
        default -> parser.skipChildren();
      }
    }
    return entry(
        name,
        type.orElseThrow(() -> bad(name, "has no dtype")),
        shape.orElseThrow(() -> bad(name, "has no shape")),
        offsets.orElseThrow(() -> bad(name, "has no data_offsets")));
  }

  private SafetensorsType type(String name) {
    String dtype = parser.currentToken().isStructStart() ? "a structure" : parser.getString();
    return Arrays.stream(SafetensorsType.values())
        .filter(t -> t.name().equals(dtype))
        .findFirst()
        .orElseThrow(() -> bad(name, "has unsupported dtype " + Quoted.part(dtype)));
  }

  private List<Long> counts(String name, String field) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw bad(name, "has a " + field + " that is not a list");
    }
    List<Long> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (values.size() == MOST_EXTENTS) {
        throw bad(name, "has a " + field + " of more than " + MOST_EXTENTS + " numbers");
      }
      values.add(count(name, field));
    }
    return List.copyOf(values);
  }

  private long count(String name, String field) {
    String text = parser.currentToken().isStructStart() ? "a structure" : parser.getString();
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT && text.matches("[0-9]{1,19}")) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException _) {
        // Beyond 2⁶³: refused below.
      }
    }
    throw bad(name, "has a " + field + " that holds " + Quoted.part(text) + ", not a count");
  }

  private SafetensorsHeader.Entry entry(
      String name, SafetensorsType type, List<Long> shape, List<Long> offsets) {
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw bad(name, "has data_offsets " + offsets + ", which are not [begin, end]");
    }
    long held = offsets.get(1) - offsets.get(0);
    if (bytes(name, type, shape) != held) {
      throw bad(
          name,
          "is %s %s and needs %s bytes, but data_offsets %s hold %s"
              .formatted(type, shape, bytes(name, type, shape), offsets, held));
    }
    return new SafetensorsHeader.Entry(type, shape, offsets.get(0), offsets.get(1));
  }

  private long bytes(String name, SafetensorsType type, List<Long> shape) {
    long bytes = type.byteSize();
    try {
      for (long extent : shape) {
        bytes = Math.multiplyExact(bytes, extent);
      }
      return bytes;
    } catch (ArithmeticException _) {
      throw bad(name, "has shape " + shape + ", which is too large");
    }
  }

  private SafetensorsException bad(String name, String problem) {
    return new SafetensorsException(file, "tensor '" + Quoted.part(name) + "' " + problem);
  }
}
