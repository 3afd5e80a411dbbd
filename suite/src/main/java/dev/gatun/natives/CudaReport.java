package dev.gatun.natives;

import dev.gatun.natives.LibraryReport.Attempt;
import java.util.List;

/**
 * What this machine has for {@code --device cuda}.
 *
 * @param steps every place that was looked into for the CUDA libraries, in order
 * @param libraries one report for each library of the family
 * @param usable whether {@code --device cuda} will work
 * @param verdict the same as one sentence that says why, or why not and the mend
 */
public record CudaReport(
    List<Attempt> steps, List<LibraryReport> libraries, boolean usable, String verdict) {
  public CudaReport {
    steps = List.copyOf(steps);
    libraries = List.copyOf(libraries);
  }

  static CudaReport of(CudaFinding finding, CudaProbe probe) {
    var obstacle = finding.obstacle();
    if (obstacle.isPresent()) {
      return unusable(finding, obstacle.get().library() + ": " + obstacle.get().problem());
    }
    try {
      int gpus = probe.devices(finding.driver().driver().orElseThrow().sound().symbols());
      return gpus > 0
          ? usable(finding, gpus)
          : unusable(finding, "the driver shows no GPU; see CUDA_VISIBLE_DEVICES and nvidia-smi");
    } catch (UnusableLibraryException e) {
      return unusable(
          finding, "the driver does not start: %s; see nvidia-smi".formatted(e.getMessage()));
    }
  }

  private static CudaReport usable(CudaFinding finding, int gpus) {
    var verdict =
        "--device cuda will work: %s, driver %s, %s"
            .formatted(
                finding.set().orElseThrow(),
                finding.driver().version(),
                gpus == 1 ? "1 GPU" : gpus + " GPUs");
    return new CudaReport(finding.steps(), finding.reports(), true, verdict);
  }

  private static CudaReport unusable(CudaFinding finding, String why) {
    return new CudaReport(
        finding.steps(), finding.reports(), false, "--device cuda will not work: " + why);
  }
}
