package dev.gatun.cli;

import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * One piece of work at a time, on standard error: a bar with the time left on a terminal; elsewhere
 * a line when a task of it begins, and one every few seconds.
 */
final class TaskBar implements AutoCloseable {
  private static final long NOTE_NANOS = 10_000_000_000L;
  private static final int UPDATE_MILLIS = 200;

  /** One less than a terminal has at least: some begin a line when the last column is full. */
  private static final int COLUMNS = 79;

  /** Room for a message beside counts and times. */
  private static final int MESSAGE = 32;

  private final boolean onTerminal = Terminal.isErrorShown();
  private String work = "";
  private String task = "";
  private ProgressBar bar;
  private long lastNote;

  /**
   * Shows how far a piece of work is; another name begins another.
   *
   * @param task what of it is done now; may be empty
   * @param message how it goes; may be empty
   */
  void show(Console console, String name, String task, long done, long total, String message) {
    boolean begins = !name.equals(work);
    boolean taskBegins = begins || !task.equals(this.task);
    if (begins) {
      close();
      work = name;
    }
    this.task = task;
    if (onTerminal) {
      draw(begins, done, total, message.isEmpty() ? task : message);
    } else if (taskBegins || System.nanoTime() - lastNote > NOTE_NANOS) {
      lastNote = System.nanoTime();
      console.note(
          String.format(Locale.ROOT, "%s %,d of %,d  %s  %s", name, done, total, task, message)
              .stripTrailing());
    }
  }

  private void draw(boolean begins, long done, long total, String message) {
    if (begins) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(work)
              .setInitialMax(total)
              // What was done before says nothing of the time that the rest takes.
              .startsFrom(done, Duration.ZERO)
              .setStyle(ProgressBarStyle.ASCII)
              // A consumer of its own choice would give the signals that end a process back to
              // the system, which then ends it without a word.
              .setConsumer(new ConsoleProgressBarConsumer(System.err, COLUMNS))
              .setUpdateIntervalMillis(UPDATE_MILLIS)
              .clearDisplayOnFinish()
              .build();
    }
    bar.maxHint(total);
    bar.stepTo(done);
    bar.setExtraMessage(" " + fitting(message));
  }

  /** Without the last parts of a list for which there is no room. */
  private static String fitting(String message) {
    int comma = message.lastIndexOf(", ");
    return message.length() <= MESSAGE || comma < 0
        ? message
        : fitting(message.substring(0, comma));
  }

  @Override
  public void close() {
    work = "";
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
