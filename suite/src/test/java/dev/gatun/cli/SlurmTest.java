package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.claims.Claims;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * The script for Slurm, started as Slurm would start its tasks, with a command that only prints.
 */
@DisabledOnOs(OS.WINDOWS)
class SlurmTest {
  private static final Path SCRIPT = Path.of("..", "results", "slurm", "claims.sbatch");

  @Test
  void everyTaskIsAClaimInAFolderOfItsOwn() throws Exception {
    for (int task = 1; task <= Claims.ids().size(); task++) {
      String claim = Claims.ids().get(task - 1);
      assertEquals(
          "reproduce %s --tier desk --device cpu --threads 8 --out results/runs/desk-cpu-%s\n"
              .formatted(claim, claim),
          run(Map.of("SLURM_ARRAY_TASK_ID", "" + task, "SLURM_CPUS_PER_TASK", "8")));
    }
    assertTrue(Files.readString(SCRIPT).contains("--array=1-" + Claims.ids().size() + " "));
  }

  @Test
  void deviceAndTierMayBeOthers() throws Exception {
    assertEquals(
        "reproduce A4 --tier paper --device cuda --threads 1 --out results/runs/paper-cuda-A4\n",
        run(Map.of("SLURM_ARRAY_TASK_ID", "4", "GATUN_TIER", "paper", "GATUN_DEVICE", "cuda")));
  }

  private static String run(Map<String, String> environment)
      throws IOException, InterruptedException {
    var builder = new ProcessBuilder("sh", SCRIPT.toString()).redirectErrorStream(true);
    builder.environment().put("GATUN", "echo");
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }
}
