package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  @Test
  void everyWorkIsKeptBeforeTheNextAndADeadPeerEndsNone(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("bench.json");
    Path kept = folder.resolve("kept.json");
    Path peer = folder.resolve("peer");
    Files.writeString(
        peer,
        """
        #!/bin/sh
        echo '{"torch": "none"}'
        while read -r request; do
          case "$request" in
            *svd*) cp '%s' '%s'; echo 'RuntimeError: no memory' >&2; exit 1;;
            *) echo '{"seconds": 0.5, "peak_bytes": 0}';;
          esac
        done
        """
            .formatted(file, kept));
    assertTrue(peer.toFile().setExecutable(true));
    CommandRun run =
        CommandRun.of(
            "bench", "cross-entropy", "svd", "--pairs", "1", "--peer", peer, "--out", file);
    assertEquals(1, run.code(), run.err());
    String failure = "svd: PyTorch failed in svd-tall: RuntimeError: no memory";
    assertTrue(run.err().contains("FAILED: " + failure), run.err());

    var json = new JsonMapper();
    JsonNode first = json.readTree(Files.readString(kept));
    JsonNode all = json.readTree(Files.readString(file));
    assertEquals(2, first.size());
    assertEquals(first.get(1), all.get(1));
    assertEquals("dev.gatun.bench.svd", all.get(2).get("benchmark").asString());
    assertEquals(failure, all.get(3).get("failure").asString());
    List<String> rows =
        run.out().lines().filter(line -> line.matches("  (cross-entropy|svd) .*")).toList();
    assertEquals(2, rows.size(), run.out());
  }
}
