package dev.gatun.claims;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.experiment.PlannedRuns;
import dev.gatun.experiment.RunEstimate;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the plans of the paper tier promise. */
class PaperPlansTest {
  private static final double MOST_TO_TRAIN = 80e9;
  private static final double MOST = 141e9;

  @Test
  void everyRunTrainsOnAGpuOf80GbAndIsMeasuredOnOneOf141() {
    var planned = PlannedRuns.of(Claims.all(), Tier.PAPER, Seeds.from(1));
    try (Backend backend = CpuBackend.open(1)) {
      List<String> tooLarge =
          RunEstimate.ofMemory(planned, backend, 1).groups().stream()
              .filter(group -> group.memory().total() > MOST_TO_TRAIN || group.bytes() > MOST)
              .map(group ->
                  "%s %s: %.0f GB to train, %.0f GB to measure"
                      .formatted(
                          group.experiment(),
                          group.setting().arm(),
                          group.memory().total() * 1e-9,
                          group.measurementBytes() * 1e-9))
              .toList();
      assertEquals(List.of(), tooLarge);
    }
  }
}
