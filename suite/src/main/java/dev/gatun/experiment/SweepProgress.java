package dev.gatun.experiment;

import dev.gatun.experiment.Progress.Running;
import dev.gatun.train.StepReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Counts the steps of all runs of a sweep and tells the listener, which never sees two reports at
 * once.
 */
final class SweepProgress {
  private final ClaimContext context;
  private final String claim;
  private final long steps;
  private final int runs;
  private final Map<String, StepReport> running = new LinkedHashMap<>();
  private long stepsOfFinishedRuns;
  private int runsDone;

  SweepProgress(ClaimContext context, String claim, List<? extends RunSetting> settings) {
    this.context = context;
    this.claim = claim;
    this.steps = settings.stream().mapToLong(RunSetting::steps).sum();
    this.runs = settings.size();
  }

  synchronized void stepped(RunSetting setting, StepReport step) {
    running.put(setting.id(), step);
    long stepsOfRunning = running.values().stream().mapToLong(StepReport::step).sum();
    context.report(
        new Progress(
            claim,
            "train " + String.join(", ", running.keySet()),
            stepsOfFinishedRuns + stepsOfRunning,
            steps,
            running.entrySet().stream().map(SweepProgress::running).collect(Collectors.toList()),
            runsDone,
            runs));
  }

  private static Running running(Map.Entry<String, StepReport> run) {
    return new Running(run.getKey(), run.getValue().loss(), run.getValue().tokensPerSecond());
  }

  /** A run ended, or was found finished. */
  synchronized void finished(RunSetting setting) {
    running.remove(setting.id());
    stepsOfFinishedRuns += setting.steps();
    runsDone++;
  }
}
