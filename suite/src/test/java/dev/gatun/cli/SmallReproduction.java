package dev.gatun.cli;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.claims.bottleneck.BottleneckExperiment;
import dev.gatun.claims.bottleneck.SmallBottleneck;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.SharedClaims;
import dev.gatun.experiment.SweepClaim;
import dev.gatun.experiment.Tier;
import dev.gatun.io.FolderLock;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.results.Evidence;
import dev.gatun.results.ResultsFolder;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;

/** What {@code gatun reproduce} does, with a sweep of 8 runs that are over in a moment. */
final class SmallReproduction {
  private static final int SEEDS = 4;

  private SmallReproduction() {}

  /** What starts it in a process of its own; the folder of the results is to be appended. */
  static List<String> command() {
    List<String> command = new ArrayList<>(List.of(Launcher.java()));
    command.addAll(
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(flag -> !flag.startsWith("-javaagent"))
            .toList());
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), SmallReproduction.class.getName()));
    return command;
  }

  /** The last argument is the folder of the results. */
  public static void main(String[] arguments) {
    Path out = Path.of(arguments[arguments.length - 1]);
    try (var interruption = new Interruption(_ -> {}, "", () -> {});
        Backend backend = CpuBackend.open(1);
        var lock = FolderLock.share(out, Map.of("claims", "A1"))) {
      var context =
          new ClaimContext(
              backend,
              Tier.QUICK,
              Seeds.from(1),
              SmallBottleneck::corpus,
              _ -> interruption.check(),
              out);
      var experiment =
          new BottleneckExperiment(
              HeadMeasures.EXACT,
              (_, seeds) -> SmallBottleneck.plan(seeds.first(), SEEDS).settings());
      List<Evidence> measured =
          SharedClaims.measure(
              List.of(new SweepClaim("A1", experiment.runs())),
              claim -> Measured.evidence(claim, context),
              System.out::println);
      lock.once(() -> new ResultsFolder(out).write(measured.getFirst(), List.of()));
      lock.leave(context::discardUnfinished);
    } catch (CancellationException _) {
      // The signal ends the process.
    }
  }
}
