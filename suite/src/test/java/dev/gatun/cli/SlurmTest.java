package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script for Slurm, started as Slurm would start its tasks, with a command that only prints.
 * {@link SlurmIT} has Slurm itself run it.
 */
@DisabledOnOs(OS.WINDOWS)
class SlurmTest {
  static final Path SCRIPT = Path.of("src", "dist", "slurm", "gatun.sbatch").toAbsolutePath();

  @TempDir Path folder;

  @Test
  void everyTaskRunsTheSameCommandOnOneFolder() throws Exception {
    assertEquals(
        "0 reproduce A1 --tier desk --threads 8 --out results\n",
        run("results", "A1", "--tier", "desk"));
  }

  @Test
  void aTaskThatComesWhenTheResultsAreThereDoesNothing() throws Exception {
    Files.createFile(Files.createDirectory(folder.resolve("results")).resolve("report.html"));
    assertEquals(
        "0 the results are in results; choose another folder to measure again\n",
        run("results", "A1"));
  }

  @Test
  void withoutAFolderItSaysWhatIsMissing() throws Exception {
    String said = run();
    assertTrue(said.startsWith("2 usage: sbatch --array=1-<tasks> gatun.sbatch <folder>"), said);
  }

  /** The exit code, and what was said. */
  private String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", SCRIPT.toString()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("GATUN", "echo");
    builder.environment().put("SLURM_CPUS_PER_TASK", "8");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + " " + output;
  }
}
