package dev.gatun.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.claims.bottleneck.BottleneckExperiment;
import dev.gatun.claims.bottleneck.BottleneckPlan;
import dev.gatun.claims.bottleneck.BottleneckSetting;
import dev.gatun.claims.bottleneck.SmallBottleneck;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.results.EvidenceBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunEstimateTest {
  private final Backend backend = CpuBackend.open(1);
  @TempDir private Path output;

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  private final BottleneckExperiment experiment =
      new BottleneckExperiment(
          HeadMeasures.EXACT, (_, seeds) -> SmallBottleneck.plan(seeds.first(), 3).settings());

  private PlannedRuns plan() {
    return PlannedRuns.of(
        List.of(
            new SweepClaim("A1", experiment.runs()),
            new SweepClaim("A2", experiment.withSpectra())),
        Tier.QUICK,
        Seeds.from(7));
  }

  @Test
  void claimsThatShareRunsCountThemOnce() {
    assertEquals(6, plan().runs().size());
    assertEquals("6 runs of 6 steps × 64 tokens: 0.0 M", plan().tokens());
    assertEquals("GPT-2 style, V 256, D 8/12, 1 layers, 2 heads", plan().models());
  }

  @Test
  void runsThatDifferInTheSeedAloneAreOneGroup() {
    RunEstimate estimate = RunEstimate.ofMemory(plan(), backend, 1);
    assertEquals(2, estimate.groups().size());
    assertEquals(3, estimate.groups().getFirst().runs());
    assertTrue(estimate.seconds().isEmpty());
  }

  @Test
  void jobsHoldTheirMemoryAtOnce() {
    long one = RunEstimate.ofMemory(plan(), backend, 1).bytes();
    long four = RunEstimate.ofMemory(plan(), backend, 4).bytes();
    RunEstimate estimate = RunEstimate.ofMemory(plan(), backend, 4);
    long narrow = estimate.groups().getFirst().bytes();
    long wide = estimate.groups().getLast().bytes();
    assertEquals(wide, one);
    assertEquals(3 * wide + narrow, four);
    assertEquals(estimate.groups().getLast(), estimate.largest());
  }

  @Test
  void computedMemoryBoundsWhatARunThenTakes() {
    BottleneckSetting setting =
        new BottleneckSetting(
            new ModelSize(2048, 64, 2, 4, 64),
            HeadChoice.LINEAR,
            OutputBias.NONE,
            new UsualTraining(8, 1, 1e-3, 0),
            16,
            List.of(0, 1),
            List.of(1),
            List.of(),
            0,
            7);
    long computed =
        RunEstimate.ofMemory(
                new PlannedRuns(plan(new BottleneckPlan(List.of(setting)))), backend, 1)
            .bytes();
    backend.resetPeakMemory();
    var sole =
        new BottleneckExperiment(
            HeadMeasures.EXACT, (_, _) -> new BottleneckPlan(List.of(setting)).settings());
    new SweepClaim("A2", sole.withSpectra())
        .run(SmallBottleneck.context(backend, output), new EvidenceBuilder());
    long taken = backend.memoryUse().peakBytes();
    assertTrue(
        taken <= 1.25 * computed && taken >= 0.6 * computed,
        "taken %s MiB, computed %s MiB".formatted(taken >> 20, computed >> 20));
  }

  private static List<PlannedRun<?>> plan(BottleneckPlan plan) {
    return new BottleneckExperiment(HeadMeasures.EXACT, (_, _) -> plan.settings())
        .runs()
        .trainings(Tier.QUICK, Seeds.from(7));
  }

  @Test
  void timingTakesEachModelOnceAndKeepsNothing() {
    ClaimContext context = SmallBottleneck.context(backend, output);
    List<String> timed = new ArrayList<>();
    RunEstimate estimate =
        RunEstimate.of(plan(), context, (_, _, setting) -> timed.add(setting.arm()));
    assertEquals(List.of("d8", "d12"), timed);
    assertTrue(estimate.seconds().getAsDouble() > 0);
    assertTrue(estimate.groups().getFirst().epochs().getAsDouble() > 0);
    assertTrue(Files.notExists(context.unfinished()));
  }

  @Test
  void finishedRunsTakeNoTime() {
    ClaimContext context = SmallBottleneck.context(backend, output);
    Measured.evidence(new SweepClaim("A1", experiment.runs()), context);
    RunEstimate estimate =
        RunEstimate.of(
            plan(),
            context,
            (_, _, setting) -> {
              throw new AssertionError("times again: " + setting);
            });
    assertTrue(estimate.seconds().isEmpty());
    assertEquals(0, estimate.groups().getFirst().unfinished());
    assertEquals(0, estimate.bytes());
  }

  @Test
  void plansOfAllTiersHoldFiveSeedsOfEveryModel() {
    for (Tier tier : Tier.values()) {
      var runs = BottleneckPlan.of(tier, Seeds.from(3)).settings();
      for (BottleneckSetting setting : runs) {
        assertEquals(5, runs.stream().filter(s -> s.arm().equals(setting.arm())).count());
        double share = (double) setting.size().width() / setting.size().vocabulary();
        assertTrue(share >= 0.015 && share <= 0.1, setting.arm() + " has D/V " + share);
        assertTrue(setting.checkpoints().contains((int) setting.steps()));
      }
      assertTrue(runs.stream().anyMatch(s -> !s.spectrumSteps().isEmpty()));
    }
  }
}
