package dev.gatun.cli;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.claims.bottleneck.BottleneckExperiment;
import dev.gatun.claims.bottleneck.SmallBottleneck;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.SweepClaim;
import dev.gatun.experiment.Tier;
import dev.gatun.io.FolderLock;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.results.ResultsFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;

/** What {@code gatun reproduce} does, with a sweep of 8 runs that are over in a moment. */
final class SmallReproduction {
  private static final int SEEDS = 4;

  private SmallReproduction() {}

  /** Takes the folder of the results. */
  public static void main(String[] arguments) {
    Path out = Path.of(arguments[0]);
    try (var interruption = new Interruption(_ -> {}, "", () -> {});
        var _ = FolderLock.take(out);
        Backend backend = CpuBackend.open(1)) {
      var context =
          new ClaimContext(
              backend, Tier.QUICK, 1, SmallBottleneck::corpus, _ -> interruption.check(), out);
      context.tidyUnfinished();
      var experiment =
          new BottleneckExperiment(
              HeadMeasures.EXACT, (_, seed) -> SmallBottleneck.plan(seed, SEEDS).settings());
      new ResultsFolder(out)
          .write(Measured.evidence(new SweepClaim("A1", experiment.runs()), context), List.of());
      context.discardUnfinished();
    } catch (CancellationException _) {
      // The signal ends the process.
    }
  }
}
