package dev.gatun.claims.frozen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import dev.gatun.results.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One small run, whole, interrupted, and on other threads. */
class FrozenRunIT {
  /** After the backbone and the file, in the midst of the heads. */
  private static final long IN_THE_HEADS = 120 + 12 + 5;

  @TempDir private Path output;

  private static Evidence measured(Backend backend, Path folder, ProgressListener listener) {
    return Measured.evidence(
        new B5RankConstrainedHead(
            new FrozenExperiment(
                new FrozenRun(), (_, seeds) -> SmallFrozen.plan(seeds.first(), 1).settings())),
        SmallFrozen.context(backend, folder, listener));
  }

  private Path states(String folder) {
    return output.resolve(folder).resolve("unfinished/frozen/frozen-d32-seed7/work");
  }

  private static ProgressListener stoppingAt(long step) {
    var reports = new AtomicLong();
    return progress -> {
      if (reports.incrementAndGet() >= step) {
        throw new CancellationException("stopped");
      }
    };
  }

  @Test
  void equalRunsAreEqualOnAnyNumberOfThreads() {
    try (Backend one = CpuBackend.open(1);
        Backend three = CpuBackend.open(3)) {
      Evidence first = measured(one, output.resolve("one"), ProgressListener.NONE);
      Evidence second = measured(three, output.resolve("three"), ProgressListener.NONE);
      assertEquals(first.metrics(), second.metrics());
    }
  }

  /** Its heads of full rank are the model's own head: they need the bias for that. */
  @Test
  void headsOfAModelWithABiasHaveTheBias() {
    try (Backend backend = CpuBackend.open(1)) {
      FrozenSetting setting = SmallFrozen.setting(7).withBias(OutputBias.LOG_UNIGRAM);
      var experiment = new FrozenExperiment(new FrozenRun(), (_, _) -> List.of(setting));
      Evidence evidence =
          Measured.evidence(
              new B5RankConstrainedHead(experiment), SmallFrozen.context(backend, output));
      Map<String, Double> own = metrics(evidence, "control-log-unigram-own");
      assertEquals(0, own.get("uncut_difference"), 1e-5);
      double fitted = metrics(evidence, "control-log-unigram-fitted").get("validation_loss");
      double full = metrics(evidence, "control-log-unigram-rank32").get("validation_loss");
      assertEquals(own.get("validation_loss"), fitted, 0.3, "W's fit begins as the model's head");
      assertEquals(fitted, full, 0.3, "A·B of full rank begins so too");
      assertTrue(evidence.runs().stream().allMatch(run -> run.arm().startsWith(Run.CONTROL)));
    }
  }

  private static Map<String, Double> metrics(Evidence evidence, String arm) {
    String id = "B5/" + arm + "/seed7";
    return evidence.metrics().stream()
        .filter(metric -> metric.run().equals(id))
        .collect(Collectors.toMap(Metric::name, Metric::value));
  }

  @Test
  void anInterruptedRunReadsItsStatesAgainAndEndsAsIfItNeverStopped() throws IOException {
    try (Backend backend = CpuBackend.open(1)) {
      Evidence whole = measured(backend, output.resolve("whole"), ProgressListener.NONE);
      assertFalse(Files.exists(states("whole")), "files of a finished run");
      Path folder = output.resolve("stopped");
      assertThrows(
          CancellationException.class, () -> measured(backend, folder, stoppingAt(IN_THE_HEADS)));
      Path file = states("stopped").resolve("hidden-states.arrow");
      FileTime written = Files.getLastModifiedTime(file);
      assertThrows(CancellationException.class, () -> measured(backend, folder, stoppingAt(2)));
      assertEquals(written, Files.getLastModifiedTime(file), "computed anew");
      Evidence resumed = measured(backend, folder, ProgressListener.NONE);
      assertEquals(whole.metrics(), resumed.metrics());
    }
  }

  @Test
  void aFileOfStatesThatIsCutShortIsComputedAnew() throws IOException {
    try (Backend backend = CpuBackend.open(1)) {
      Evidence whole = measured(backend, output.resolve("whole"), ProgressListener.NONE);
      Path folder = output.resolve("cut");
      assertThrows(
          CancellationException.class, () -> measured(backend, folder, stoppingAt(IN_THE_HEADS)));
      Path file = states("cut").resolve("hidden-states.arrow");
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
      Evidence resumed = measured(backend, folder, ProgressListener.NONE);
      assertEquals(whole.metrics(), resumed.metrics());
      assertTrue(bytes.length > 12 * 512 * 33 * Float.BYTES);
    }
  }

  @Test
  void whatIsStoredWithAFlippedBitIsComputedAnew() throws IOException {
    try (Backend backend = CpuBackend.open(1)) {
      Evidence whole = measured(backend, output.resolve("whole"), ProgressListener.NONE);
      Path folder = output.resolve("flipped");
      assertThrows(
          CancellationException.class, () -> measured(backend, folder, stoppingAt(IN_THE_HEADS)));
      for (String name : List.of("hidden-states.arrow", "backbone/model.safetensors")) {
        Path file = states("flipped").resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 0x40;
        Files.write(file, bytes);
      }
      Evidence resumed = measured(backend, folder, ProgressListener.NONE);
      assertEquals(whole.metrics(), resumed.metrics());
    }
  }
}
