package dev.gatun.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Corpus;
import dev.gatun.io.LockFile;
import dev.gatun.model.TransformerConfig;
import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import dev.gatun.train.StepReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class SweepTest {
  private static final int STEPS = 3;

  @TempDir private Path output;
  private final Backend backend = CpuBackend.open(1);

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  /** A run that trains nothing. */
  private record Setting(String arm, long seed) implements RunSetting {
    @Override
    public TransformerConfig model() {
      return TransformerConfig.gpt2(8, 4, 1, 1, 4);
    }

    @Override
    public UsualTraining training() {
      return new UsualTraining(1, STEPS, 0.1, 0);
    }

    @Override
    public OptionalInt corpusVocabulary() {
      return OptionalInt.empty();
    }
  }

  /** Three steps, and a number that tells the seed. */
  private static void pretend(Setting setting, RunEnvironment environment, RunRecorder recorder) {
    for (int step = 1; step <= STEPS; step++) {
      environment.report(new StepReport(step, 1.0 / step, 1, 0.1, 4, 1000));
    }
    recorder.metric("seed_squared", STEPS, setting.seed() * setting.seed(), "1");
  }

  @Test
  void evidenceComesInTheOrderOfTheSettingsWhicheverRunEndsFirst() {
    var sweep =
        new Sweep<Setting>(
            "late",
            (setting, environment, recorder) -> {
              sleep(5 * (9 - setting.seed()));
              pretend(setting, environment, recorder);
            });
    List<Evidence> evidence = sweep.run(context(4, _ -> {}), "X1", settings(9));
    assertEquals(
        LongStream.rangeClosed(1, 9).boxed().toList(),
        evidence.stream().map(e -> e.runs().getFirst().seed()).toList());
  }

  @Test
  void severalRunsGoOnAtOnceEachWithABackendOfItsOwn() {
    var together = new CyclicBarrier(3);
    Map<Backend, Long> backends = new ConcurrentHashMap<>();
    var sweep =
        new Sweep<Setting>(
            "together",
            (setting, environment, recorder) -> {
              backends.put(environment.backend(), setting.seed());
              await(together);
              pretend(setting, environment, recorder);
            });
    sweep.run(context(3, _ -> {}), "X1", settings(6));
    assertEquals(3, backends.size());
    assertFalse(backends.containsKey(backend));
  }

  @Test
  void oneRunAtATimeUsesTheContextsBackend() {
    var sweep =
        new Sweep<Setting>(
            "alone",
            (setting, environment, recorder) -> {
              assertSame(backend, environment.backend());
              pretend(setting, environment, recorder);
            });
    assertEquals(2, sweep.run(context(1, _ -> {}), "X1", settings(2)).size());
  }

  @Test
  void storedRunsHaveEqualBytesForAnyNumberOfJobs(@TempDir Path other) throws Exception {
    var sweep = new Sweep<Setting>("bytes", SweepTest::pretend);
    sweep.run(context(1, _ -> {}), "X1", settings(5));
    Path alone = output;
    output = other;
    new Sweep<Setting>("bytes", SweepTest::pretend).run(context(4, _ -> {}), "X1", settings(5));
    for (Setting setting : settings(5)) {
      Path file = Path.of("unfinished", "bytes", setting.id(), "metrics.arrow");
      assertArrayEquals(
          Files.readAllBytes(alone.resolve(file)), Files.readAllBytes(other.resolve(file)));
    }
  }

  @Test
  void claimsThatShareASweepRunASettingOnce() {
    List<Long> ran = Collections.synchronizedList(new ArrayList<>());
    var sweep = counting("shared", ran);
    ClaimContext context = context(2, _ -> {});
    List<Evidence> first = sweep.run(context, "X1", settings(3));
    List<Evidence> second = sweep.run(context, "X2", settings(3).subList(1, 3));
    assertEquals(3, ran.size());
    assertSame(first.get(1), second.getFirst());
  }

  @Test
  void aStoredRunOfThisBuildIsFoundAgain() {
    List<Long> ran = Collections.synchronizedList(new ArrayList<>());
    counting("stored", ran).run(context(1, _ -> {}), "X1", settings(2));
    List<Evidence> again = counting("stored", ran).run(context(2, _ -> {}), "X1", settings(3));
    assertEquals(List.of(1L, 2L, 3L), ran);
    assertEquals(1, again.getFirst().metrics().getFirst().value());
  }

  @Test
  void aStoredRunOfAnotherBuildIsRunAnew() {
    List<Long> ran = Collections.synchronizedList(new ArrayList<>());
    List<Evidence> first = counting("builds", ran).run(context(1, _ -> {}), "X1", settings(1));
    var folder = new ResultsFolder(output.resolve("unfinished/builds/a-seed1"));
    Evidence stored = folder.readEvidence();
    folder.write(
        new Evidence(
            stored.provenance().with(Provenance.GIT_COMMIT, "another"),
            stored.runs(),
            stored.metrics(),
            stored.spectra()));
    List<Evidence> second = counting("builds", ran).run(context(1, _ -> {}), "X1", settings(1));
    assertEquals(List.of(1L, 1L), ran);
    assertNotSame(first.getFirst(), second.getFirst());
  }

  @Test
  void aRunThatAnotherProcessHasTakenIsLeftOutAndNamedAndTheRestIsRun() {
    List<Long> ran = Collections.synchronizedList(new ArrayList<>());
    var sweep = counting("taken", ran);
    Path lock = output.resolve("unfinished/taken/a-seed2.lock");
    try (LockFile _ = LockFile.tryTake(lock).orElseThrow()) {
      var thrown =
          assertThrows(
              RunsTakenException.class, () -> sweep.run(context(1, _ -> {}), "X1", settings(3)));
      assertTrue(
          thrown.getMessage().contains(": taken/a-seed2 taken by process "), thrown.getMessage());
      assertFalse(sweep.isFinished(context(1, _ -> {}), new Setting("a", 2)));
    }
    assertEquals(List.of(1L, 3L), ran);
    assertEquals(3, sweep.run(context(1, _ -> {}), "X1", settings(3)).size());
    assertEquals(List.of(1L, 3L, 2L), ran);
  }

  @Test
  void claimsWhoseRunsOthersHaveTakenAreMeasuredLastAndStayInTheirOrder() {
    List<Long> ran = Collections.synchronizedList(new ArrayList<>());
    var sweep = counting("order", ran);
    List<String> waiting = new ArrayList<>();
    Path lock = output.resolve("unfinished/order/a-seed1.lock");
    LockFile taken = LockFile.tryTake(lock).orElseThrow();
    List<Evidence> evidence =
        SharedClaims.measure(
            LongStream.of(1, 2).mapToObj(seed -> claim(sweep, seed)).toList(),
            claim -> Measured.evidence(claim, context(1, _ -> {})),
            line -> {
              waiting.add(line);
              taken.close();
            });
    assertEquals(List.of(2L, 1L), ran);
    assertEquals(List.of(1L, 2L), evidence.stream().map(e -> e.runs().getFirst().seed()).toList());
    assertTrue(
        waiting.getFirst().startsWith("waiting for order/a-seed1 taken by process "), "" + waiting);
  }

  private static Claim claim(Sweep<Setting> sweep, long seed) {
    return new SweepClaim(
        "X" + seed, new SweepRuns<>(sweep, (_, _) -> List.of(new Setting("a", seed)), false));
  }

  @Test
  void anInterruptStopsAllRunsAndKeepsTheFinishedOnes() {
    ProgressListener interrupting =
        progress -> {
          if (progress.runsDone() >= 2) {
            throw new CancellationException("stop");
          }
        };
    var sweep = new Sweep<Setting>("stopped", SweepTest::pretend);
    var thrown =
        assertThrows(
            CancellationException.class,
            () -> sweep.run(context(2, interrupting), "X1", settings(8)));
    assertEquals("stop", thrown.getMessage());
    List<Long> ran = Collections.synchronizedList(new ArrayList<>());
    List<Evidence> resumed = counting("stopped", ran).run(context(2, _ -> {}), "X1", settings(8));
    assertEquals(8, resumed.size());
    assertTrue(ran.size() >= 4 && ran.size() <= 6, "ran again: " + ran);
  }

  @Test
  void aRunThatFailsEndsTheSweepWithItsOwnException() {
    var sweep =
        new Sweep<Setting>(
            "failing",
            (setting, environment, recorder) -> {
              if (setting.seed() == 2) {
                throw new ArithmeticException("run 2 diverged");
              }
              pretend(setting, environment, recorder);
            });
    var thrown =
        assertThrows(
            ArithmeticException.class, () -> sweep.run(context(2, _ -> {}), "X1", settings(6)));
    assertEquals("run 2 diverged", thrown.getMessage());
  }

  @Test
  void twoSettingsOfOneIdAreRefused() {
    var sweep = new Sweep<Setting>("twice", SweepTest::pretend);
    var thrown =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                sweep.run(
                    context(1, _ -> {}), "X1", List.of(new Setting("a", 1), new Setting("a", 1))));
    assertEquals(
        "experiment twice has two settings a-seed1; give them different arms", thrown.getMessage());
  }

  @Test
  void progressCountsTheStepsAndRunsOfTheWholeSweep() {
    List<Progress> seen = new ArrayList<>();
    var sweep = new Sweep<Setting>("progress", SweepTest::pretend);
    sweep.run(context(3, seen::add), "X1", settings(4));
    assertEquals(4 * STEPS, seen.size());
    for (int i = 0; i < seen.size(); i++) {
      assertEquals(i + 1, seen.get(i).done());
      assertEquals(4 * STEPS, seen.get(i).total());
      assertEquals(4, seen.get(i).runsTotal());
      assertFalse(seen.get(i).runs().isEmpty());
    }
  }

  @Test
  void evidenceNamesTheExperimentTheArmAndTheSetting() {
    Evidence evidence =
        new Sweep<Setting>("names", SweepTest::pretend)
            .run(context(1, _ -> {}), "X1", settings(1))
            .getFirst();
    Run run = evidence.runs().getFirst();
    assertEquals("names/a-seed1", run.id());
    assertEquals("names", run.claim());
    assertTrue(run.configuration().contains("{\"arm\":\"a\",\"seed\":1}"), run.configuration());
    assertFalse(run.configuration().contains("corpus"), run.configuration());
    assertEquals(List.of("seed_squared"), evidence.metrics().stream().map(Metric::name).toList());
  }

  private static Sweep<Setting> counting(String name, List<Long> ran) {
    return new Sweep<>(
        name,
        (setting, environment, recorder) -> {
          ran.add(setting.seed());
          pretend(setting, environment, recorder);
        });
  }

  private static List<Setting> settings(int count) {
    return LongStream.rangeClosed(1, count).mapToObj(seed -> new Setting("a", seed)).toList();
  }

  private ClaimContext context(int jobs, ProgressListener listener) {
    return new ClaimContext(
        backend,
        jobs == 1 ? Optional.empty() : Optional.of(new SingleThreads(jobs)),
        Tier.QUICK,
        Seeds.from(1),
        SweepTest::noCorpus,
        listener,
        output);
  }

  private static Corpus noCorpus() {
    throw new AssertionError("no run here reads a corpus");
  }

  /** A thread for each job. */
  public record SingleThreads(int jobs) implements JobBackends {
    @Override
    public Backend open(int job) {
      return CpuBackend.open(1);
    }
  }

  private static void sleep(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException("runs do not go on at once", e);
    }
  }
}
