package dev.gatun.claims.bottleneck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.Progress;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.SweepClaim;
import dev.gatun.experiment.SweepTest;
import dev.gatun.experiment.Tier;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Metric;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BottleneckClaimsIT {
  private final Backend backend = CpuBackend.open(1);

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  @TempDir private Path output;

  @Test
  void destroyedNormIsNearThatOfAnUnrelatedHeadBeforeTraining() {
    Evidence evidence = run(new SweepClaim("A1", exact().runs()));
    for (String arm : List.of("d8", "d12")) {
      double unrelated = at(evidence, arm, "destroyed_norm_unrelated", 0);
      assertEquals(unrelated, at(evidence, arm, "destroyed_norm", 0), 0.01);
      assertEquals(unrelated, at(evidence, arm, "destroyed_norm_random_head", 0), 0.01);
    }
  }

  @Test
  void keptAndDestroyedEnergiesAddUpToOne() {
    Evidence evidence = run(new SweepClaim("A1", exact().runs()));
    for (Metric kept : named(evidence, "kept_norm")) {
      double destroyed =
          evidence.metrics().stream()
              .filter(m -> m.run().equals(kept.run()) && m.step() == kept.step())
              .filter(m -> m.name().equals("destroyed_norm"))
              .findFirst()
              .orElseThrow()
              .value();
      assertEquals(1, kept.value() * kept.value() + destroyed * destroyed, 1e-12);
    }
  }

  @Test
  void trainingLowersTheLoss() {
    Evidence evidence = run(new SweepClaim("A9", exact().runs()));
    assertTrue(at(evidence, "d12", "loss", 6) < at(evidence, "d12", "loss", 0) - 0.1);
  }

  @Test
  void stepHasRankAtMostTwiceTheWidthAndTheGradientMore() {
    Evidence evidence = run(new SweepClaim("A2", exact().withSpectra()));
    for (int width : new int[] {8, 12}) {
      String arm = "d" + width;
      assertEquals(2.0 * width, at(evidence, arm, "rank_cap", 6));
      assertTrue(at(evidence, arm, "step_rank", 6) <= 2 * width);
      assertTrue(at(evidence, arm, "gradient_rank", 6) > 2 * width);
    }
    assertEquals(4, evidence.spectra().size());
  }

  @Test
  void partOfTheGradientIsOutOfReachAndMoreOfItForTheDirectionTaken() {
    Evidence evidence = run(SmallBottleneck.a3(exact()));
    double best = at(evidence, "d8", "best_rank_residual", 6);
    assertTrue(best > 0.01);
    assertTrue(at(evidence, "d8", "direction_residual", 6) > best);
    assertEquals(0, at(evidence, "reachable-d8", "best_rank_residual_of_reachable", 0), 1e-5);
    assertEquals(16, at(evidence, "reachable-d8", "reachable_rank", 0));
  }

  @Test
  void aHeadWithTheFrequenciesInItsBiasStartsAtTheirLossAndIsAControl() {
    var experiment =
        new BottleneckExperiment(
            HeadMeasures.EXACT,
            (_, seeds) ->
                Stream.of(OutputBias.NONE, OutputBias.LOG_UNIGRAM)
                    .map(bias -> SmallBottleneck.setting(8, bias, seeds.first()))
                    .toList());
    Evidence evidence = run(new SweepClaim("A5", experiment.withAnatomy()));
    String biased = "control-log-unigram-d8";
    assertEquals(Math.log(256), at(evidence, "d8", "loss", 0), 0.05);
    assertTrue(at(evidence, biased, "loss", 0) < Math.log(256) - 1);
    assertTrue(at(evidence, biased, "loss", 6) < at(evidence, biased, "loss", 0));
    assertTrue(evidence.runs().getLast().isControl());
  }

  @Test
  void claimsShareTheirTraining() {
    BottleneckExperiment shared = exact();
    ClaimContext context = SmallBottleneck.context(backend, output);
    Evidence first = Measured.evidence(new SweepClaim("A1", shared.runs()), context);
    var deaf =
        new ClaimContext(
            backend,
            Tier.QUICK,
            context.seeds(),
            context.corpus(),
            progress -> {
              throw new AssertionError("trains again: " + progress);
            },
            output);
    Evidence second = Measured.evidence(new SweepClaim("A9", shared.runs()), deaf);
    assertEquals(at(first, "d8", "destroyed_norm", 6), at(second, "d8", "destroyed_norm", 6));
  }

  @Test
  void anInterruptedCommandFindsItsFinishedRunsAgain() {
    ClaimContext context = SmallBottleneck.context(backend, output);
    Evidence first = Measured.evidence(new SweepClaim("A1", exact().runs()), context);
    var deaf =
        new ClaimContext(
            backend,
            Tier.QUICK,
            context.seeds(),
            context.corpus(),
            progress -> {
              throw new AssertionError("trains again: " + progress);
            },
            output);
    Evidence resumed = Measured.evidence(new SweepClaim("A1", exact().runs()), deaf);
    assertEquals(first.metrics(), resumed.metrics());
    assertEquals(first.runs(), resumed.runs());
  }

  @Test
  void equalSeedsGiveEqualNumbersAndOthersOthers(@TempDir Path second, @TempDir Path third) {
    Evidence evidence = run(new SweepClaim("A1", exact().runs()));
    Evidence again =
        Measured.evidence(
            new SweepClaim("A1", exact().runs()), SmallBottleneck.context(backend, second));
    assertEquals(evidence.metrics(), again.metrics());
    var otherSeed =
        new ClaimContext(
            backend,
            Tier.QUICK,
            Seeds.from(8),
            SmallBottleneck::corpus,
            ProgressListener.NONE,
            third);
    Evidence other = Measured.evidence(new SweepClaim("A1", exact().runs()), otherSeed);
    assertTrue(at(evidence, "d8", "destroyed_norm", 6) != at(other, "d8", "destroyed_norm", 6));
  }

  @Test
  void bytesAreTheSameForAnyNumberOfJobsAndThreads(@TempDir Path other) throws IOException {
    ClaimContext alone = SmallBottleneck.context(backend, output);
    storeAll(alone, output);
    var atOnce =
        new ClaimContext(
            backend,
            Optional.of(new SweepTest.SingleThreads(3)),
            Tier.QUICK,
            Seeds.from(7),
            SmallBottleneck::corpus,
            ProgressListener.NONE,
            other);
    storeAll(atOnce, other);
    for (String file : List.of("metrics.arrow", "spectra.arrow")) {
      assertEquals(-1, Files.mismatch(output.resolve(file), other.resolve(file)), file);
    }
  }

  private static void storeAll(ClaimContext context, Path folder) {
    var experiment =
        new BottleneckExperiment(
            HeadMeasures.EXACT, (_, seeds) -> SmallBottleneck.plan(seeds.first(), 2).settings());
    new ResultsFolder(folder)
        .write(Measured.evidence(new SweepClaim("A2", experiment.withSpectra()), context));
  }

  @Test
  void anInterruptLosesOnlyTheRunInProgress() {
    var trained = new ArrayList<String>();
    ProgressListener interrupting =
        progress -> {
          trained.add(progress.task());
          if (progress.done() == 8) {
            throw new CancellationException("stop in the second of two runs of 6 steps");
          }
        };
    assertThrows(
        CancellationException.class,
        () -> Measured.evidence(new SweepClaim("A1", exact().runs()), listening(interrupting)));
    assertEquals(8, trained.size());
    trained.clear();
    Evidence resumed =
        Measured.evidence(
            new SweepClaim("A1", exact().runs()),
            listening(progress -> trained.add(progress.task())));
    assertEquals(6, trained.size());
    assertEquals(2, resumed.runs().size());
    assertEquals(List.of("train d12-seed7"), trained.stream().distinct().toList());
  }

  @Test
  void progressCountsTheStepsOfAllRuns() {
    var seen = new ArrayList<Progress>();
    Measured.evidence(new SweepClaim("A1", exact().runs()), listening(seen::add));
    assertEquals(12, seen.size());
    for (int i = 0; i < 12; i++) {
      assertEquals(i + 1, seen.get(i).done());
      assertEquals(12, seen.get(i).total());
    }
  }

  @Test
  void discardedRunsAreMeasuredAnew() {
    ClaimContext context = SmallBottleneck.context(backend, output);
    Measured.evidence(new SweepClaim("A1", exact().runs()), context);
    context.discardUnfinished();
    assertTrue(Files.notExists(context.unfinished()));
    var seen = new ArrayList<Progress>();
    Measured.evidence(new SweepClaim("A1", exact().runs()), listening(seen::add));
    assertEquals(12, seen.size());
  }

  private ClaimContext listening(ProgressListener listener) {
    return new ClaimContext(
        backend, Tier.QUICK, Seeds.from(7), SmallBottleneck::corpus, listener, output);
  }

  @Test
  void anyNumberOfThreadsLeavesEqualBytes(@TempDir Path one, @TempDir Path three)
      throws IOException {
    try (Backend single = CpuBackend.open(1);
        Backend several = CpuBackend.open(3)) {
      write(single, one);
      write(several, three);
    }
    for (String file : List.of("metrics.arrow", "spectra.arrow")) {
      assertEquals(-1, Files.mismatch(one.resolve(file), three.resolve(file)), file);
    }
  }

  private static void write(Backend on, Path folder) {
    var builder = new EvidenceBuilder();
    BottleneckExperiment shared = exact();
    ClaimContext context = SmallBottleneck.context(on, folder);
    new SweepClaim("A1", shared.runs()).run(context, builder);
    new SweepClaim("A2", shared.withSpectra()).run(context, builder);
    SmallBottleneck.a3(shared).run(context, builder);
    new ResultsFolder(folder).write(builder.build(new Provenance(Map.of())));
  }

  private Evidence run(Claim claim) {
    return Measured.evidence(claim, SmallBottleneck.context(backend, output));
  }

  private static BottleneckExperiment exact() {
    return SmallBottleneck.experiment(HeadMeasures.EXACT);
  }

  private static List<Metric> named(Evidence evidence, String name) {
    return evidence.metrics().stream().filter(m -> m.name().equals(name)).toList();
  }

  private static double at(Evidence evidence, String arm, String name, long step) {
    return Measured.value(evidence, arm, name, step);
  }
}
