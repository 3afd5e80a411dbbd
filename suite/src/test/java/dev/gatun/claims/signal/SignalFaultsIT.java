package dev.gatun.claims.signal;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.experiment.FaultFamily;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.SmallestFaults;
import dev.gatun.results.Evidence;
import dev.gatun.tensor.Batch;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;

/** The smallest fault of G1 that is found. */
class SignalFaultsIT extends SmallestFaults {
  private final Backend backend = CpuBackend.open(1);

  @TempDir private Path output;

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Override
  protected List<FaultFamily> families() {
    return List.of(
        new FaultFamily(
            "G1",
            "Contexts that are measured are followed by what follows another one.",
            "share of the contexts",
            List.of(0.03125, 0.0625, 0.125, 0.25, 0.5, 1.0),
            false,
            "",
            this::evidence));
  }

  private Evidence evidence(double share) {
    return Measured.evidence(
        SmallSignal.claim(contexts -> mislabelled(contexts, share)),
        SmallSignal.context(backend, output.resolve("mislabelled" + share)));
  }

  /** An even share of the targets are those of half of all contexts later. */
  private static Batch mislabelled(Batch contexts, double share) {
    int[] targets = contexts.targets().clone();
    for (int i = 0; i < targets.length; i++) {
      if (Math.floor((i + 1) * share) > Math.floor(i * share)) {
        targets[i] = contexts.targets()[(i + targets.length / 2) % targets.length];
      }
    }
    return new Batch(contexts.inputs(), targets, contexts.batch(), contexts.length());
  }
}
