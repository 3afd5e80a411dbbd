package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.claims.bottleneck.BottleneckPlan;
import dev.gatun.experiment.RunEstimate;
import dev.gatun.experiment.RunEstimate.Group;
import dev.gatun.experiment.Seeds;
import dev.gatun.model.TrainingMemory;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SweepPreviewTest {
  private static final long MEBIBYTE = 1 << 20;

  private static RunEstimate estimate(int jobs, long freeMebibytes, OptionalDouble seconds) {
    var memory =
        new TrainingMemory(
            100 * MEBIBYTE, 100 * MEBIBYTE, 200 * MEBIBYTE, 50 * MEBIBYTE, 50 * MEBIBYTE);
    var group =
        new Group(
            "bottleneck",
            BottleneckPlan.quick(Seeds.from(1)).settings().getFirst(),
            5,
            4,
            memory,
            12 * MEBIBYTE,
            seconds,
            OptionalDouble.empty());
    return new RunEstimate(List.of(group), jobs, OptionalLong.of(freeMebibytes * MEBIBYTE));
  }

  @Test
  void runsThatCannotFitAreRefusedWithTheirMemoryAndTheMend() {
    var preview = new SweepPreview(estimate(2, 1000, OptionalDouble.empty()));
    var refusal = assertThrows(IllegalArgumentException.class, preview::requireFits);
    assertEquals(
        "bottleneck d32 needs 512 MiB (500 MiB to train, 12 MiB to measure), 2 jobs 1.0 GiB and"
            + " 1000 MiB are free; take fewer --jobs, a smaller --tier or a device with more"
            + " memory",
        refusal.getMessage());
  }

  @Test
  void runsThatFitAreLetThrough() {
    new SweepPreview(estimate(1, 512, OptionalDouble.empty())).requireFits();
  }

  @Test
  void timeIsThatOfTheRunsStillToDoDividedAmongTheJobs() {
    assertEquals(
        "about 50 min, at most 1.0 GiB of 2.0 GiB free",
        new SweepPreview(estimate(2, 2048, OptionalDouble.of(1500))).summary());
  }

  @Test
  void whatTrainsNothingIsAddedToTheTime() {
    assertEquals(
        "what trains nothing: about 20 min; all together: about 70 min",
        new SweepPreview(estimate(2, 2048, OptionalDouble.of(1500)), 1200).total());
  }
}
