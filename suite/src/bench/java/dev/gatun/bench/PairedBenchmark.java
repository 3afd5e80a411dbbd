package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whole pieces of work, Gatun and PyTorch in turn on the same machine with the same threads: each
 * pair sees the same weather, so the ratio holds where absolute times drift. Prints the medians and
 * the ratio, and writes all times as JSON in the layout of JMH's results.
 *
 * <p>Arguments: the output file, then the works to run (all if none). Environment: {@code PYTHON}
 * for the peer, {@code THREADS}, {@code PAIRS}.
 */
public final class PairedBenchmark {
  private static final Path PEER_SCRIPT = Path.of("src/bench/python/peer.py");

  /** Rounds before the pairs: the JVM compiles while it works; the peer is warm already. */
  private static final int WARM_UP = 20;

  private final int threads;
  private final int pairs;
  private final Optional<Peer> peer;
  private final List<Map<String, Object>> results = new ArrayList<>();

  private PairedBenchmark(int threads, int pairs, Optional<Peer> peer) {
    this.threads = threads;
    this.pairs = pairs;
    this.peer = peer;
  }

  /** Runs and reports. */
  public static void main(String[] args) throws IOException {
    int threads = setting("THREADS", CpuBackend.defaultThreads());
    int pairs = setting("PAIRS", 7);
    String python = System.getenv().getOrDefault("PYTHON", "python3");
    Path out = Path.of(args[0]);
    List<Work> works =
        Work.ALL.stream()
            .filter(w -> args.length == 1 || List.of(args).contains(w.name()))
            .toList();
    Optional<Peer> peer = Peer.start(python, PEER_SCRIPT);
    try (Backend backend = CpuBackend.open(threads)) {
      System.out.printf(
          "%s, %d threads, OpenBLAS %s; PyTorch %s%n",
          backend.device().name(),
          threads,
          backend.device().libraries(),
          peer.map(Peer::version).orElse("absent"));
      var benchmark = new PairedBenchmark(threads, pairs, peer);
      for (Work work : works) {
        benchmark.run(work, backend);
      }
      Files.createDirectories(out.toAbsolutePath().getParent());
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build()
          .writeValue(out, benchmark.results);
    } finally {
      peer.ifPresent(Peer::close);
    }
  }

  private static int setting(String name, int otherwise) {
    String value = System.getenv(name);
    return value == null ? otherwise : Integer.parseInt(value);
  }

  private void run(Work work, Backend backend) {
    // The peer's faster number of threads is found first and then used throughout.
    Optional<PeerSetting> setting = peer.map(p -> fastest(p, work));
    var ours = new ArrayList<Double>();
    var theirs = new ArrayList<Double>();
    work.repeat(
        backend,
        WARM_UP + pairs,
        (round, seconds) -> {
          if (round >= WARM_UP) {
            ours.add(seconds);
            setting.ifPresent(s -> theirs.add(s.seconds(peer.orElseThrow())));
          }
        });
    results.add(json("gatun", work, threads, ours));
    String line = String.format(Locale.ROOT, "%-14s gatun %s", work.name(), speed(work, ours));
    if (setting.isPresent()) {
      PeerSetting best = setting.get();
      results.add(json("pytorch:" + best.work(), work, best.threads(), theirs));
      var ratios = new ArrayList<Double>();
      for (int i = 0; i < ours.size(); i++) {
        ratios.add(theirs.get(i) / ours.get(i));
      }
      line +=
          String.format(
              Locale.ROOT,
              "   pytorch (%s, %d threads) %s   ratio %.2f [%.2f, %.2f]",
              best.work(),
              best.threads(),
              speed(work, theirs),
              median(ratios),
              ratios.stream().min(Double::compare).orElseThrow(),
              ratios.stream().max(Double::compare).orElseThrow());
    }
    System.out.println(line);
  }

  /** One way in which the peer can do a piece of work. */
  private record PeerSetting(String work, int threads) {
    double seconds(Peer peer) {
      return peer.seconds(work, threads);
    }
  }

  private PeerSetting fastest(Peer peer, Work work) {
    PeerSetting best = null;
    double bestSeconds = Double.POSITIVE_INFINITY;
    for (String variant : work.peerVariants()) {
      for (int count = threads; count >= 1; count /= 2) {
        var setting = new PeerSetting(variant, count);
        setting.seconds(peer);
        double seconds = Math.min(setting.seconds(peer), setting.seconds(peer));
        if (seconds < bestSeconds) {
          best = setting;
          bestSeconds = seconds;
        }
      }
    }
    return best;
  }

  private static String speed(Work work, List<Double> seconds) {
    double median = median(seconds);
    return work.tokens() > 0
        ? String.format(Locale.ROOT, "%,.0f tokens/s", work.tokens() / median)
        : String.format(Locale.ROOT, "%.2f ms", median * 1e3);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static Map<String, Object> json(
      String who, Work work, int threads, List<Double> seconds) {
    var metric = new LinkedHashMap<String, Object>();
    metric.put("score", median(seconds));
    metric.put("scoreUnit", "s/op");
    metric.put("rawData", List.of(seconds));
    var json = new LinkedHashMap<String, Object>();
    json.put("benchmark", "dev.gatun.bench.PairedBenchmark." + work.name());
    json.put("mode", "ss");
    json.put("threads", threads);
    json.put("params", Map.of("implementation", who));
    json.put("primaryMetric", metric);
    return json;
  }
}
