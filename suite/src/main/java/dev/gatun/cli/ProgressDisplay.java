package dev.gatun.cli;

import dev.gatun.claims.Progress;
import dev.gatun.claims.ProgressListener;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows how work goes on, on standard error: a bar with the time left on a terminal, a line per
 * task elsewhere. Every report of progress is a safe point at which an interruption takes effect.
 */
final class ProgressDisplay implements ProgressListener, AutoCloseable {
  private final Console console;
  private final Interruption interruption;
  private final boolean onTerminal = System.console() != null && System.console().isTerminal();
  private String task = "";
  private ProgressBar bar;

  ProgressDisplay(Console console, Interruption interruption) {
    this.console = console;
    this.interruption = interruption;
  }

  @Override
  public void progressed(Progress progress) {
    interruption.check();
    String now = progress.claim() + " " + progress.task();
    if (!now.equals(task)) {
      begin(now, progress.total());
    }
    if (bar != null) {
      bar.maxHint(progress.total());
      bar.stepTo(progress.done());
      bar.setExtraMessage(speed(progress));
    }
  }

  private void begin(String now, long total) {
    close();
    task = now;
    if (onTerminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(now)
              .setInitialMax(total)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .clearDisplayOnFinish()
              .build();
    } else {
      console.note(now);
    }
  }

  private static String speed(Progress progress) {
    return Double.isNaN(progress.loss())
        ? ""
        : String.format(
            Locale.ROOT, "loss %.3f, %,.0f tokens/s", progress.loss(), progress.tokensPerSecond());
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
