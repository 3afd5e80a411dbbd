package dev.gatun.cli;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.bench.BenchmarkFile;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How long each claim took. Runs that claims share are the first one's: the others then take little
 * more than reading them.
 */
final class ClaimTimings {
  private final Tier tier;
  private final Seeds seeds;
  private final int jobs;
  private final DeviceDescription device;
  private final List<Map<String, Object>> entries = new ArrayList<>();
  private final Set<PlannedRun<?>> trained = new LinkedHashSet<>();

  ClaimTimings(Tier tier, Seeds seeds, int jobs, DeviceDescription device) {
    this.tier = tier;
    this.seeds = seeds;
    this.jobs = jobs;
    this.device = device;
  }

  void time(Claim claim, Runnable measurement) {
    long started = System.nanoTime();
    Duration cpuBefore = cpuTime();
    measurement.run();
    double seconds = (System.nanoTime() - started) * 1e-9;
    double cpuSeconds = cpuTime().minus(cpuBefore).toMillis() * 1e-3;
    long tokens =
        claim.trainings(tier, seeds).stream()
            .filter(trained::add)
            .mapToLong(run -> run.setting().tokens())
            .sum();
    entries.add(entry(claim, seconds, cpuSeconds, tokens));
  }

  /** Of the whole process, all threads. */
  private static Duration cpuTime() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private Map<String, Object> entry(Claim claim, double seconds, double cpuSeconds, long tokens) {
    var parameters = new LinkedHashMap<String, Object>();
    parameters.put("tier", tier.label());
    parameters.put("device", device.name());
    parameters.put("math", device.mathMode());
    parameters.put("jobs", jobs);
    parameters.put("cpuSeconds", cpuSeconds);
    parameters.put("tokens", tokens);
    parameters.put("tokensPerSecond", tokens / seconds);
    return BenchmarkFile.entry(
        "dev.gatun.claims." + claim.id(), device.threads(), parameters, List.of(seconds));
  }

  /** In the layout of JMH's results, in the order of the claims. */
  List<Map<String, Object>> entries() {
    return List.copyOf(entries);
  }

  /** Writes them to a file, which is replaced whole. */
  void write(Path file) {
    BenchmarkFile.write(entries, file);
  }
}
