package dev.gatun.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.cuda.FakeCuda;
import dev.gatun.selftest.Contract.Shard;
import dev.gatun.selftest.StepResult.Finding;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContractIT {
  private static final Set<String> SHARDS = Set.of("operations", "losses");

  @TempDir Path folder;

  /** The class path of this JVM has what an archive's folder of tests has. */
  @Test
  void aPartThatLosesItsGpuFailsAlone() {
    List<Shard> shards =
        Contract.shards(true).stream().filter(it -> SHARDS.contains(it.name())).toList();
    try (var commands = new Commands(folder)) {
      commands.putEnvironment("GATUN_CUDA", FakeCuda.build().toString());
      commands.putEnvironment("GATUN_CACHE", folder.toString());
      commands.putEnvironment("GATUN_FAKE_CUDA_FAULT", "cross_entropy_small_f32");
      List<String> options = List.of("-Dgatun.gpu=demanded", "-XX:TieredStopAtLevel=1");
      var contract =
          new Contract(commands, folder, options, folder, folder.resolve("contract.txt"));
      Finding finding = contract.check(shards, true, true, 120);
      assertEquals(StepResult.Outcome.FAILED, finding.outcome());
      String page = String.join("\n", finding.lines());
      assertTrue(page.contains("operations: 1 passed, 0 failed in "), page);
      assertTrue(page.contains("losses: 0 passed, 1 failed in "), page);
      assertTrue(page.contains("losses, each launch waited for: 0 passed, 1 failed in "), page);
      // Only there the launch is the call that fails, and names its kernel.
      assertTrue(
          finding
              .lines()
              .getLast()
              .matches(
                  ".*cuLaunchKernel returned 700 .*; the GPU does nothing more for this process, so"
                      + " start it again \\[cross_entropy\\.cu: cross_entropy_small_f32, .*"),
          page);
    }
  }
}
