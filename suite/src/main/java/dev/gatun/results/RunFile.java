package dev.gatun.results;

import dev.gatun.io.AtomicFile;
import dev.gatun.io.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What may differ between runs whose evidence has equal bytes, {@code run.json}: where and when
 * they ran, on how many threads, and how long each run took.
 *
 * @param provenance the entries of {@link Provenance#ofTheRun}
 * @param wallSeconds by the id of a run; NaN if that is not known
 */
record RunFile(Provenance provenance, Map<String, Double> wallSeconds) {
  static final String NAME = "run.json";
  private static final String WALL_SECONDS = "wall_seconds";

  static RunFile of(Provenance provenance, List<Run> runs) {
    Map<String, Double> seconds = new LinkedHashMap<>();
    runs.forEach(run -> seconds.put(run.id(), run.wallSeconds()));
    return new RunFile(provenance.ofTheRun(), seconds);
  }

  AtomicFile.Body body() {
    var json = new LinkedHashMap<String, Object>();
    json.put(ArrowTable.FORMAT_KEY, ArrowTable.FORMAT);
    json.putAll(provenance.entries());
    json.put(WALL_SECONDS, wallSeconds);
    byte[] bytes = (Json.indented(json) + "\n").getBytes(StandardCharsets.UTF_8);
    return channel -> AtomicFile.writeFully(channel, ByteBuffer.wrap(bytes));
  }

  /**
   * Reads the file of a folder.
   *
   * @throws UnreadableResultsException if it is missing, of another version or not Gatun's
   */
  static RunFile read(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      JsonNode json = JsonMapper.shared().readTree(Files.readString(file));
      ArrowTable.requireFormat(file, json.path(ArrowTable.FORMAT_KEY).asString("none"));
      Map<String, String> entries = new LinkedHashMap<>();
      Map<String, Double> seconds = new LinkedHashMap<>();
      for (var entry : json.properties()) {
        if (entry.getValue().isString() && !entry.getKey().equals(ArrowTable.FORMAT_KEY)) {
          entries.put(entry.getKey(), entry.getValue().stringValue());
        }
      }
      for (var entry : json.path(WALL_SECONDS).properties()) {
        seconds.put(entry.getKey(), entry.getValue().asDouble(Double.NaN));
      }
      return new RunFile(new Provenance(entries), seconds);
    } catch (IOException | JacksonException e) {
      throw new UnreadableResultsException(file + " is not as Gatun wrote it", e);
    }
  }

  /** The run with the time that this file has for it. */
  Run timed(Run run) {
    return run.took(wallSeconds.getOrDefault(run.id(), Double.NaN));
  }
}
