package dev.gatun.cli;

import dev.gatun.experiment.Progress;
import dev.gatun.experiment.ProgressListener;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Shows how claims go on. Every report of progress is a safe point at which an interruption takes
 * effect.
 */
final class ProgressDisplay implements ProgressListener, AutoCloseable {
  private final Console console;
  private final Interruption interruption;
  private final TaskBar bar = new TaskBar();
  private String waiting = "";

  ProgressDisplay(Console console, Interruption interruption) {
    this.console = console;
    this.interruption = interruption;
  }

  @Override
  public void progressed(Progress progress) {
    interruption.check();
    bar.show(
        console,
        progress.claim(),
        progress.task(),
        progress.done(),
        progress.total(),
        message(progress));
  }

  /** Runs done, losses and speed of all runs that train now. */
  private static String message(Progress progress) {
    if (progress.runs().isEmpty()) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        "loss %s, %s of %s runs done, %,.0f tokens/s",
        progress.runs().stream().map(run -> loss(run.loss())).collect(Collectors.joining(" ")),
        progress.runsDone(),
        progress.runsTotal(),
        progress.runs().stream().mapToDouble(Progress.Running::tokensPerSecond).sum());
  }

  /** Says for what the work waits, once as long as it is the same. */
  void waiting(String line) {
    interruption.check();
    if (!line.equals(waiting)) {
      pause();
      console.note("gatun: " + line);
      waiting = line;
    }
  }

  /** Clears the line, for something to be printed before it goes on. */
  void pause() {
    bar.close();
  }

  @Override
  public void close() {
    bar.close();
  }

  /** A dash where a run has no loss, such as one that collects hidden states. */
  private static String loss(double loss) {
    return Double.isNaN(loss) ? "-" : String.format(Locale.ROOT, "%.3f", loss);
  }
}
