package dev.gatun.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.model.TransformerConfig;
import dev.gatun.train.StepReport;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunTimingTest {
  private final Backend backend = CpuBackend.open(1);
  private final AtomicInteger steps = new AtomicInteger();
  private final AtomicInteger measured = new AtomicInteger();

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  /** A run of a thousand steps that measures three times what is timed. */
  private record Setting(String arm, long seed) implements RunSetting {
    @Override
    public TransformerConfig model() {
      return TransformerConfig.gpt2(8, 4, 1, 1, 4);
    }

    @Override
    public UsualTraining training() {
      return new UsualTraining(1, 1000, 0.1, 0);
    }

    @Override
    public OptionalInt corpusVocabulary() {
      return OptionalInt.empty();
    }

    @Override
    public long measurements() {
      return 3;
    }
  }

  private static final Setting SETTING = new Setting("a", 1);

  @Test
  void aRunIsItsSetUpItsMeasurementsAndItsSteps() {
    assertEquals(0.5 + 3 * 2 + 1000 * 0.01, new RunTiming(0.5, 2, 0.01).seconds(SETTING), 1e-12);
  }

  @Test
  void aStepIsTheMedianOfTheLaterHalf() {
    assertEquals(3, RunTiming.ofStep(List.of(90.0, 20.0, 9.0, 1.0, 3.0, 4.0)));
    assertEquals(7, RunTiming.ofStep(List.of(90.0, 7.0)));
    assertEquals(90, RunTiming.ofStep(List.of(90.0)));
  }

  @Test
  void setUpMeasurementAndStepsAreToldApart() {
    RunTiming timing =
        time((_, environment, _) -> {
          pause(40);
          environment.measure(() -> pause(60));
          environment.measure(measured::incrementAndGet);
          step(environment, 20);
        });
    assertTrue(timing.setUp() >= 0.02, timing::toString);
    assertTrue(timing.measuring() >= 0.06, timing::toString);
    assertEquals(0.02, timing.step());
    assertEquals(25, steps.get(), "half a second's worth of steps");
    assertEquals(0, measured.get(), "the second measurement");
  }

  @Test
  void slowStepsAreTwo() {
    time((_, environment, _) -> step(environment, 5000));
    assertEquals(2, steps.get());
  }

  @Test
  void whatIsRehearsedIsTheUnitAndTheRestIsLeftOut() {
    RunTiming timing =
        time((_, environment, _) -> {
          environment.rehearse(() -> pause(30));
          environment.measure(measured::incrementAndGet);
          step(environment, 500);
        });
    assertTrue(timing.measuring() >= 0.03);
    assertEquals(0, measured.get());
  }

  @Test
  void stepsThatGetFasterAreTimedUntilTheyDoNot() {
    var runs = new AtomicInteger();
    RunBody<Setting> compiling =
        (_, environment, _) -> {
          int run = runs.incrementAndGet();
          step(environment, run < 4 ? 4_000_000 / run : 500_000);
        };
    RunTiming timing = RunTiming.settled(compiling, SETTING, backend, Measured.context(backend));
    assertEquals(500, timing.step(), 1e-9);
    assertEquals(6, runs.get(), "two more, no faster");
  }

  @Test
  void aSweepMeasuresAndRehearsesNothing() {
    RunEnvironment environment =
        new RunEnvironment() {
          @Override
          public Backend backend() {
            return backend;
          }

          @Override
          public TokenizedCorpus tokens(int vocabulary) {
            throw new AssertionError();
          }

          @Override
          public String configuration() {
            throw new AssertionError();
          }

          @Override
          public Path workFolder() {
            throw new AssertionError();
          }

          @Override
          public void report(StepReport step) {}
        };
    environment.rehearse(() -> {
      throw new AssertionError("a rehearsal");
    });
    environment.measure(measured::incrementAndGet);
    assertEquals(1, measured.get());
  }

  @Test
  void theBestOfTrialsIsChosenAndDivergedOnesAreNot() {
    var choice = new RateChoice();
    assertEquals(0.1, choice.best(List.of(0.1, 0.2)));
    choice.add(0.1, 3);
    choice.add(0.2, 2);
    choice.add(0.2, 2);
    choice.add(0.1, 0.5);
    choice.add(0.4, Double.NaN);
    assertEquals(0.1, choice.best(List.of(0.1, 0.2)));
    choice.add(0.1, 1);
    assertEquals(0.2, choice.best(List.of(0.1, 0.2)));
  }

  private RunTiming time(RunBody<Setting> body) {
    return RunTiming.of(body, SETTING, backend, Measured.context(backend));
  }

  /** Reports steps of so long until it is told to stop. */
  private void step(RunEnvironment environment, long millis) {
    for (int i = 1; i <= 1000; i++) {
      steps.set(i);
      environment.report(new StepReport(i, 1, 1, 0.1, 4, TimeUnit.MILLISECONDS.toNanos(millis)));
    }
  }

  private static void pause(long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }
}
