package dev.gatun.cli;

import dev.gatun.claims.Progress;
import dev.gatun.claims.ProgressListener;
import java.util.Locale;

/**
 * Shows how claims go on. Every report of progress is a safe point at which an interruption takes
 * effect.
 */
final class ProgressDisplay implements ProgressListener, AutoCloseable {
  private final Console console;
  private final Interruption interruption;
  private final TaskBar bar = new TaskBar();

  ProgressDisplay(Console console, Interruption interruption) {
    this.console = console;
    this.interruption = interruption;
  }

  @Override
  public void progressed(Progress progress) {
    interruption.check();
    bar.show(
        console,
        progress.claim() + " " + progress.task(),
        progress.done(),
        progress.total(),
        Double.isNaN(progress.loss())
            ? ""
            : String.format(
                Locale.ROOT,
                "loss %.3f, %,.0f tokens/s",
                progress.loss(),
                progress.tokensPerSecond()));
  }

  @Override
  public void close() {
    bar.close();
  }
}
