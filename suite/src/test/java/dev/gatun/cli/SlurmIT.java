package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job array of three tasks on one results folder, run by Slurm itself: its daemons with this
 * machine as the one node, which end with the test. Skipped aloud where Slurm is not installed.
 */
@EnabledOnOs(OS.LINUX)
class SlurmIT {
  private static final Path ONE_NODE = Path.of("src/test/slurm/one-node.sh").toAbsolutePath();
  private static final int NOT_INSTALLED = 77;

  /** Submits the script, and waits until none of its tasks is queued or runs. */
  private static final String ARRAY =
      """
      job=$(sbatch --parsable --array=1-3 --cpus-per-task=1 --mem=0 '%s' shared)
      while squeue --noheader --job="$job" 2>/dev/null | grep -q .; do sleep 0.2; done
      """;

  @TempDir Path folder;

  @Test
  void anArrayEndsWithTheBytesOfOneProcess() throws Exception {
    List<String> small = SmallReproduction.command();
    Path gatun = folder.resolve("gatun");
    Files.writeString(
        gatun,
        "#!/bin/sh\nexec %s \"$@\"\n"
            .formatted(small.stream().map(w -> "'" + w + "'").collect(Collectors.joining(" "))));
    assertTrue(gatun.toFile().setExecutable(true));
    String submit =
        "GATUN='%s'; export GATUN\n%s".formatted(gatun, ARRAY.formatted(SlurmTest.SCRIPT));
    Path cluster = Files.createDirectory(folder.resolve("cluster"));
    try (Launcher slurm =
        Launcher.start(
            folder, List.of(ONE_NODE.toString(), cluster.toString(), "sh", "-euc", submit))) {
      if (slurm.code() == NOT_INSTALLED) {
        String lack = "SKIPPED: no Slurm (slurm-wlm, munge) has run the job array";
        System.out.println(lack);
        abort(lack);
      }
      assertEquals(0, slurm.code(), slurm.printed().toString());
    }
    Path whole = folder.resolve("whole");
    List<String> alone = new ArrayList<>(small);
    alone.add(whole.toString());
    try (Launcher run = Launcher.start(folder, alone)) {
      assertEquals(0, run.code(), run.printed().toString());
    }
    assertEquals(4, EqualRunsIT.assertEqualBytes(whole, folder.resolve("shared")), said());
  }

  private String said() throws IOException {
    try (var files = Files.newDirectoryStream(folder, "slurm-*.out")) {
      var said = new StringBuilder();
      for (Path file : files) {
        said.append(file.getFileName()).append(": ").append(Files.readString(file));
      }
      return said.toString();
    }
  }
}
