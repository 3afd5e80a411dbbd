package dev.gatun.bench;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.io.AtomicFile;
import dev.gatun.io.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measurements as JSON, in the layout of JMH's results. */
public final class BenchmarkFile {

  private BenchmarkFile() {}

  /** One entry for us and, if it ran, one for the peer. */
  public static List<Map<String, Object>> entries(Measurement result, DeviceDescription device) {
    var entries = new ArrayList<Map<String, Object>>();
    var ours = new LinkedHashMap<String, Object>();
    ours.put("implementation", "gatun");
    ours.put("device", device.name());
    ours.put("math", device.mathMode());
    ours.put("peakBytes", result.peakBytes());
    ours.put("floorSeconds", result.floorSeconds());
    entries.add(entry(result.work(), device.threads(), ours, result.seconds()));
    result
        .peer()
        .ifPresent(peer -> {
          var theirs = new LinkedHashMap<String, Object>();
          theirs.put("implementation", "pytorch:" + peer.setting().work());
          theirs.put("device", device.name());
          theirs.put("math", peer.setting().math());
          theirs.put("peakBytes", peer.peakBytes());
          int threads = peer.setting().threads();
          entries.add(entry(result.work(), threads, theirs, peer.seconds()));
        });
    return entries;
  }

  private static Map<String, Object> entry(
      Work work, int threads, Map<String, Object> parameters, List<Double> seconds) {
    var metric = new LinkedHashMap<String, Object>();
    metric.put("score", Measurement.median(seconds));
    metric.put("scoreUnit", "s/op");
    metric.put("rawData", List.of(seconds));
    var entry = new LinkedHashMap<String, Object>();
    entry.put("benchmark", "dev.gatun.bench." + work.name());
    entry.put("mode", "ss");
    entry.put("threads", threads);
    entry.put("params", parameters);
    entry.put("primaryMetric", metric);
    return entry;
  }

  /** Writes entries to a file, which is replaced whole. */
  public static void write(List<Map<String, Object>> entries, Path file) {
    AtomicFile.write(file, Json.indented(entries).getBytes(StandardCharsets.UTF_8));
  }
}
