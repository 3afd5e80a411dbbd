package dev.gatun.bench;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.io.AtomicFile;
import dev.gatun.io.Json;
import dev.gatun.io.Ordered;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measurements as JSON, in the layout of JMH's results. */
public final class BenchmarkFile {

  private BenchmarkFile() {}

  /** One entry for us, one for the peer and one for a failure, as far as there are such. */
  public static List<Map<String, Object>> entries(Outcome outcome, DeviceDescription device) {
    var entries = new ArrayList<Map<String, Object>>();
    outcome.measurement().ifPresent(result -> add(entries, result, device));
    outcome
        .failure()
        .ifPresent(failure ->
            entries.add(
                Ordered.map(
                    Map.entry("benchmark", name(outcome.work())), Map.entry("failure", failure))));
    return entries;
  }

  private static void add(
      List<Map<String, Object>> entries, Measurement result, DeviceDescription device) {
    var ours = new LinkedHashMap<String, Object>();
    ours.put("implementation", "gatun");
    ours.put("device", device.name());
    ours.put("math", device.mathMode());
    ours.put("peakBytes", result.peakBytes());
    ours.put("floorSeconds", result.floor().seconds());
    ours.put("floorOfProductsSeconds", result.floor().productSeconds());
    ours.put("floorOfMemorySeconds", result.floor().memorySeconds());
    result.floorFault().ifPresent(fault -> ours.put("floorFault", fault));
    entries.add(entry(name(result.work()), device.threads(), ours, result.seconds()));
    result
        .peer()
        .ifPresent(peer -> {
          var theirs = new LinkedHashMap<String, Object>();
          theirs.put("implementation", "pytorch:" + peer.setting().work());
          theirs.put("device", device.name());
          theirs.put("math", peer.setting().math());
          theirs.put("peakBytes", peer.peakBytes());
          theirs.put("ratioOfBests", result.ratioOfBests().orElseThrow());
          theirs.put("medianRatio", Measurement.median(result.ratios()));
          int threads = peer.setting().threads();
          entries.add(entry(name(result.work()), threads, theirs, peer.seconds()));
        });
  }

  /** An entry of these times, whose median is the score. */
  public static Map<String, Object> entry(
      String name, int threads, Map<String, Object> parameters, List<Double> seconds) {
    var metric = new LinkedHashMap<String, Object>();
    metric.put("score", Measurement.median(seconds));
    metric.put("scoreUnit", "s/op");
    metric.put("rawData", List.of(seconds));
    var entry = new LinkedHashMap<String, Object>();
    entry.put("benchmark", name);
    entry.put("mode", "ss");
    entry.put("threads", threads);
    entry.put("params", parameters);
    entry.put("primaryMetric", metric);
    return entry;
  }

  private static String name(Work work) {
    return "dev.gatun.bench." + work.name();
  }

  /** Writes entries to a file, which is replaced whole. */
  public static void write(List<Map<String, Object>> entries, Path file) {
    AtomicFile.write(file, Json.indented(entries).getBytes(StandardCharsets.UTF_8));
  }
}
