package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code gatun bench}: what it reports, never how fast it was. */
class BenchIT {
  @Test
  void reportsAndKeepsEveryRun(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("bench.json");
    CommandRun run =
        CommandRun.of("bench", "cross-entropy", "--pairs", "2", "--json", "--out", file);
    assertEquals(0, run.code(), run.err());
    assertTrue(run.err().contains("SKIPPED: PyTorch"), run.err());
    JsonNode entry = run.json().get("benchmarks").get(0);
    assertEquals("dev.gatun.bench.cross-entropy", entry.get("benchmark").asString());
    assertEquals(2, entry.get("primaryMetric").get("rawData").get(0).size());
    assertTrue(entry.get("params").get("floorSeconds").asDouble() > 0);
    assertEquals(entry, new JsonMapper().readTree(Files.readString(file)).get(0));
  }
}
