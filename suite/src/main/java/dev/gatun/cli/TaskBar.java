package dev.gatun.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * One task at a time, on standard error: a bar with the time left on a terminal; elsewhere a line
 * when a task begins, and one every few seconds.
 */
final class TaskBar implements AutoCloseable {
  private static final long NOTE_NANOS = 10_000_000_000L;

  private final boolean onTerminal = System.console() != null && System.console().isTerminal();
  private String task = "";
  private ProgressBar bar;
  private long lastNote;

  /** Shows how far a task is; another name begins another task. */
  void show(Console console, String name, long done, long total, String message) {
    boolean begins = !name.equals(task);
    if (begins) {
      close();
      task = name;
    }
    if (onTerminal) {
      if (begins) {
        bar = newBar(name, total);
      }
      bar.maxHint(total);
      bar.stepTo(done);
      bar.setExtraMessage(" " + message);
    } else if (begins || System.nanoTime() - lastNote > NOTE_NANOS) {
      lastNote = System.nanoTime();
      console.note("%s: %,d of %,d %s".formatted(name, done, total, message).stripTrailing());
    }
  }

  private static ProgressBar newBar(String name, long total) {
    return new ProgressBarBuilder()
        .setTaskName(name)
        .setInitialMax(total)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(200)
        .clearDisplayOnFinish()
        .build();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
