package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.cuda.RealGpu;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every claim at the quick tier on this machine's GPU; the evidence stays. */
class RealGpuReproduceIT {
  private static final Path RESULTS = Path.of("target", "quick-cuda");

  @BeforeAll
  static void findGpu() {
    RealGpu.find();
  }

  @Test
  void everyClaimIsReproducedAtTheQuickTier() {
    CommandRun run =
        CommandRun.of("reproduce", "--tier", "quick", "--device", "cuda", "--out", RESULTS);
    System.out.println(run.out());
    assertEquals(0, run.code(), "a claim was not reproduced:\n" + run.out() + run.err());
  }
}
