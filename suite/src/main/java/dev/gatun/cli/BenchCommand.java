package dev.gatun.cli;

import dev.gatun.backend.Backend;
import dev.gatun.bench.Benchmark;
import dev.gatun.bench.BenchmarkFile;
import dev.gatun.bench.CallCost;
import dev.gatun.bench.DeviceSpeed;
import dev.gatun.bench.Measurement;
import dev.gatun.bench.Peer;
import dev.gatun.bench.Work;
import dev.gatun.cli.NamedValues.Works;
import dev.gatun.io.AtomicFile;
import dev.gatun.io.NearestName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures speed beside what the hardware allows and beside PyTorch. */
@Command(
    name = "bench",
    description = {
      "Measures pieces of work on a device: the least time that the hardware allows (floor), the"
          + " time taken, and the ratio to PyTorch on the same machine, run in turn.",
      "The device's own clock times operations, after a warm-up, on inputs that no cache holds."
    },
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private DeviceOptions device;

  @Parameters(
      paramLabel = "<work>",
      arity = "0..*",
      completionCandidates = Works.class,
      description = "What to measure: ${COMPLETION-CANDIDATES}. Default: all for the device.")
  private List<String> names = List.of();

  @Option(
      names = "--pairs",
      paramLabel = "<n>",
      defaultValue = "7",
      description = "Runs that count. Default: ${DEFAULT-VALUE}.")
  private int pairs;

  @Option(
      names = "--peer",
      paramLabel = "<python>",
      description = "A Python that has PyTorch, to run the same work in turn.")
  private String python;

  @Option(
      names = "--out",
      paramLabel = "<file>",
      description = "Where all times are kept, as JSON in the layout of JMH's results.")
  private Path out;

  @Override
  public Integer call() {
    if (pairs < 1) {
      throw new IllegalArgumentException("--pairs " + pairs + ": at least 1 is needed");
    }
    if (out != null) {
      AtomicFile.requireWritable(out.toAbsolutePath().getParent());
    }
    List<Work> works = works();
    try (Backend backend = device.open(console::note);
        var peer = new OptionalPeer(Optional.ofNullable(python).map(Peer::start))) {
      DeviceSpeed speed = DeviceSpeed.of(backend);
      console.settings(settings(backend, speed, peer.peer()));
      if (peer.peer().isEmpty()) {
        console.note("SKIPPED: PyTorch, since no --peer names a Python that has it");
      }
      var benchmark = new Benchmark(backend, speed, pairs, peer.peer());
      var results = new ArrayList<Measurement>();
      for (Work work : works) {
        console.note("measuring " + work.name());
        results.add(benchmark.run(work));
      }
      report(backend, results, CallCost.measure(backend));
      return 0;
    }
  }

  /** The peer, or nothing, to be closed. */
  private record OptionalPeer(Optional<Peer> peer) implements AutoCloseable {
    @Override
    public void close() {
      peer.ifPresent(Peer::close);
    }
  }

  private List<Work> works() {
    List<Work> all = Work.on(device.kind());
    List<String> known = all.stream().map(Work::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "'%s' is not measured on %s; there are %s%s"
                .formatted(
                    name, device.kind(), String.join(", ", known), NearestName.hint(name, known)));
      }
    }
    return all.stream().filter(work -> names.isEmpty() || names.contains(work.name())).toList();
  }

  private static Map<String, String> settings(
      Backend backend, DeviceSpeed speed, Optional<Peer> peer) {
    var settings = new LinkedHashMap<String, String>();
    ReproduceSettings.putDevice(settings, backend.device());
    settings.put(
        "copy bandwidth", "%.0f GB/s, read and write".formatted(speed.copyBandwidth() * 1e-9));
    settings.put(
        "matrix products",
        "%.0f GFLOP/s, f64 %.0f GFLOP/s"
            .formatted(speed.productRate() * 1e-9, speed.doubleProductRate() * 1e-9));
    settings.put("PyTorch", peer.map(Peer::version).orElse("not asked for"));
    return settings;
  }

  private void report(Backend backend, List<Measurement> results, Optional<CallCost> call) {
    console.table(
        List.of("work", "floor", "measured", "of the floor", "memory", "PyTorch", "ratio"),
        results.stream().map(BenchCommand::row).toList());
    call.ifPresent(cost -> console.line(cost.inWords()));
    List<Map<String, Object>> json =
        results.stream().flatMap(r -> BenchmarkFile.entries(r, backend.device()).stream()).toList();
    if (out != null) {
      BenchmarkFile.write(json, out);
      console.line("all times: " + out);
    }
    var report = new LinkedHashMap<String, Object>();
    report.put("benchmarks", json);
    call.ifPresent(cost -> report.put("cublas_call_nanos", cost.json()));
    console.json(report);
  }

  private static List<String> row(Measurement result) {
    return List.of(
        result.work().name(),
        time(result.floorSeconds()),
        speed(result.work(), result.median()),
        "%.0f %%".formatted(100 * result.floorSeconds() / result.median()),
        "%.0f MiB".formatted(result.peakBytes() / 1048576.0),
        result.peer().map(p -> peer(result, p)).orElse(""),
        result.peer().isEmpty() ? "" : ratio(result.ratios()));
  }

  private static String peer(Measurement result, Measurement.Peers peer) {
    return "%s (%s, %d threads%s)"
        .formatted(
            speed(result.work(), Measurement.median(peer.seconds())),
            peer.setting().work(),
            peer.setting().threads(),
            peer.peakBytes() == 0 ? "" : ", %.0f MiB".formatted(peer.peakBytes() / 1048576.0));
  }

  private static String ratio(List<Double> ratios) {
    return "%.2f [%.2f, %.2f]"
        .formatted(Measurement.median(ratios), ratios.getFirst(), ratios.getLast());
  }

  private static String speed(Work work, double seconds) {
    return work.tokens() > 0
        ? String.format(Locale.ROOT, "%,.0f tokens/s", work.tokens() / seconds)
        : time(seconds);
  }

  private static String time(double seconds) {
    return "%.2f ms".formatted(seconds * 1e3);
  }
}
