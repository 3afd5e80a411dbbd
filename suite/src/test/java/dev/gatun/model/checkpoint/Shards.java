package dev.gatun.model.checkpoint;

import dev.gatun.safetensors.SafetensorsFile;
import dev.gatun.safetensors.SafetensorsWriter;
import dev.gatun.tensor.Encoding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A file's F32 tensors in two shards with their index, in some encoding. */
final class Shards {
  private Shards() {}

  /** Files by name: two shards and {@code model.safetensors.index.json}. */
  static Map<String, byte[]> of(Path file, Encoding encoding) throws IOException {
    Path folder = Files.createTempDirectory("shards");
    Map<String, byte[]> files = new LinkedHashMap<>();
    Map<String, String> map = new LinkedHashMap<>();
    long total = 0;
    try (SafetensorsFile whole = SafetensorsFile.open(file)) {
      List<String> names = new ArrayList<>(whole.names());
      int half = names.size() / 2;
      for (List<String> part : List.of(names.subList(0, half), names.subList(half, names.size()))) {
        String shard = "model-0000%d-of-00002.safetensors".formatted(files.size() + 1);
        var writer = new SafetensorsWriter(Map.of("format", "pt"));
        for (String name : part) {
          writer.addFloats(
              name, encoding, whole.shape(name), (from, count) -> whole.floats(name, from, count));
          map.put(name, shard);
          total += whole.size(name) * encoding.byteSize();
        }
        writer.write(folder.resolve(shard));
        files.put(shard, Files.readAllBytes(folder.resolve(shard)));
        Files.delete(folder.resolve(shard));
      }
    }
    Files.delete(folder);
    files.put("model.safetensors.index.json", index(map, total));
    return files;
  }

  private static byte[] index(Map<String, String> map, long total) {
    String entries =
        map.entrySet().stream()
            .map(e -> "\"%s\":\"%s\"".formatted(e.getKey(), e.getValue()))
            .collect(Collectors.joining(","));
    return "{\"metadata\":{\"total_size\":%d},\"weight_map\":{%s}}"
        .formatted(total, entries)
        .getBytes(StandardCharsets.UTF_8);
  }
}
