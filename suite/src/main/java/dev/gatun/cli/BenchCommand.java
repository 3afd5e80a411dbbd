package dev.gatun.cli;

import dev.gatun.backend.Backend;
import dev.gatun.bench.Benchmark;
import dev.gatun.bench.BenchmarkFile;
import dev.gatun.bench.DeviceSpeed;
import dev.gatun.bench.KernelTimes;
import dev.gatun.bench.Measurement;
import dev.gatun.bench.Outcome;
import dev.gatun.bench.Peer;
import dev.gatun.bench.Work;
import dev.gatun.cli.NamedValues.Devices;
import dev.gatun.cli.NamedValues.Works;
import dev.gatun.io.AtomicFile;
import dev.gatun.io.NearestName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures speed beside what the hardware allows and beside PyTorch. */
@Command(
    name = "bench",
    description = {
      "Measures pieces of work on a device: the least time that the hardware allows (floor), the"
          + " time taken, and PyTorch's time over it on the same machine, run in turn: best against"
          + " best, and the median of the pairs.",
      "The host's clock times both sides alike, from an idle device to an idle device, after a"
          + " warm-up, on inputs that no cache holds. The device's own clock times the floor."
    },
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private DeviceOptions device;

  @Parameters(
      paramLabel = "<work>",
      arity = "0..*",
      completionCandidates = Works.class,
      description =
          "What to measure: ${COMPLETION-CANDIDATES}. Default: all for the device but svd-head.")
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
      description =
          "Where all times are kept, as JSON in the layout of JMH's results; written after each"
              + " work.")
  private Path out;

  @Option(
      names = "--peer-seconds",
      paramLabel = "<n>",
      defaultValue = "300",
      description =
          "How long PyTorch may take for a run, with what it compiles before. Default:"
              + " ${DEFAULT-VALUE}.")
  private double peerSeconds;

  @Option(
      names = "--minutes",
      paramLabel = "<n>",
      description = "Begin no work after this many minutes. Default: no limit.")
  private Double minutes;

  @Option(
      names = "--small",
      description = "Only show that the work runs, at sizes that measure nothing.")
  private boolean small;

  @Option(
      names = "--kernels",
      description =
          "Instead, show where the time of a training step goes on a GPU: by kernel, matrix"
              + " products by shape, of spamlang-paper and gpt2-124m or the one that is named.")
  private boolean kernels;

  @Override
  public Integer call() {
    if (pairs < 1) {
      throw new IllegalArgumentException("--pairs " + pairs + ": at least 1 is needed");
    }
    if (out != null) {
      AtomicFile.requireWritable(out.toAbsolutePath().getParent());
    }
    return kernels ? timeKernels() : compare();
  }

  /** Each model's times are shown and stored before the next begins. */
  private int timeKernels() {
    if (!device.kind().equals(Devices.CUDA)) {
      throw new IllegalArgumentException(
          "--kernels times the kernels of a GPU, and a CPU has none: add --device cuda");
    }
    var times = new ArrayList<KernelTimes>();
    try (Backend backend = device.open(console::note)) {
      for (String model : models()) {
        KernelTimes of =
            console.saying("timing " + model, () -> KernelTimes.of(backend, model, small));
        console.line("%s, one step, %.3f ms".formatted(model, 1e3 * of.seconds()));
        of.rows().forEach(row -> console.line("  " + row));
        times.add(of);
        if (out != null) {
          KernelTimes.write(times, out);
        }
      }
    }
    console.json(Map.of("kernels", times));
    return 0;
  }

  private List<String> models() {
    List<String> known = KernelTimes.works();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "--kernels knows no '%s'; there are %s%s"
                .formatted(name, String.join(", ", known), NearestName.hint(name, known)));
      }
    }
    return names.isEmpty() ? known : names;
  }

  private int compare() {
    List<Work> works = works();
    try (var interruption = new Interruption(console::note, whereTimesAre(), () -> {});
        Backend backend = device.open(console::note);
        var peer =
            new OptionalPeer(
                Optional.ofNullable(python).map(name -> Peer.start(name, peerSeconds)))) {
      DeviceSpeed speed =
          console.saying("measuring what the device can do", () -> DeviceSpeed.of(backend, small));
      console.settings(settings(backend, speed, peer.peer()));
      if (peer.peer().isEmpty()) {
        console.note("SKIPPED: PyTorch, since no --peer names a Python that has it");
      }
      int failed =
          measure(works, backend, new Benchmark(backend, speed, pairs, peer.peer()), interruption);
      interruption.complete();
      return failed;
    } catch (CancellationException _) {
      return Gatun.USER_ERROR;
    }
  }

  private String whereTimesAre() {
    return out == null
        ? "no times were kept; the same command begins anew, and --out <file> keeps each"
        : "the times so far are in %s, and the same command begins anew".formatted(out);
  }

  /** Each work is shown and stored before the next begins. */
  private int measure(
      List<Work> works, Backend backend, Benchmark benchmark, Interruption interruption) {
    var entries = new ArrayList<Map<String, Object>>();
    boolean failed = false;
    long start = System.nanoTime();
    console.line(BenchTable.title(backend.device()));
    console.line(BenchTable.HEADER);
    for (Work work : works) {
      interruption.check();
      if (minutes != null && System.nanoTime() - start > minutes * 60e9) {
        console.note("SKIPPED: %s, since the time was up".formatted(work.name()));
        continue;
      }
      console.note("measuring " + work.name());
      Outcome outcome = benchmark.run(work);
      outcome.measurement().map(BenchTable::row).ifPresent(console::line);
      outcome.measurement().flatMap(Measurement::floorFault).ifPresent(console::line);
      outcome.failure().ifPresent(failure -> console.note("FAILED: " + failure));
      failed |= outcome.failure().isPresent();
      entries.addAll(BenchmarkFile.entries(outcome, backend.device()));
      if (out != null) {
        BenchmarkFile.write(entries, out);
      }
      if (outcome.measurement().isEmpty()) {
        // Fails where the device is lost, which then does no other work either.
        backend.synchronise();
      }
    }
    if (out != null) {
      console.line("all times: " + out);
    }
    console.json(Map.of("benchmarks", entries));
    return failed ? 1 : 0;
  }

  /** The peer, or nothing, to be closed. */
  private record OptionalPeer(Optional<Peer> peer) implements AutoCloseable {
    @Override
    public void close() {
      peer.ifPresent(Peer::close);
    }
  }

  private List<Work> works() {
    List<Work> all = Work.on(device.kind(), small);
    List<String> known = all.stream().map(Work::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "'%s' is not measured on %s; there are %s%s"
                .formatted(
                    name, device.kind(), String.join(", ", known), NearestName.hint(name, known)));
      }
    }
    return all.stream()
        .filter(work -> names.isEmpty() ? !work.onRequest() : names.contains(work.name()))
        .toList();
  }

  private static Map<String, String> settings(
      Backend backend, DeviceSpeed speed, Optional<Peer> peer) {
    Map<String, String> settings = DeviceOptions.rows(backend.device());
    settings.put(
        "memory bandwidth", "%.0f GB/s, read and write".formatted(speed.bandwidth() * 1e-9));
    settings.put(
        "matrix products",
        "%.0f GFLOP/s, f64 %.0f GFLOP/s, the library's or Gatun's best"
            .formatted(speed.productRate() * 1e-9, speed.doubleProductRate() * 1e-9));
    settings.put("PyTorch", peer.map(Peer::version).orElse("not asked for"));
    return settings;
  }
}
