package dev.gatun.cli;

import dev.gatun.model.head.HeadScores;
import dev.gatun.train.StepReport;
import dev.gatun.train.TrainingConfig;
import dev.gatun.train.TrainingListener;
import java.util.Locale;
import java.util.Optional;

/** Shows a training run: progress with loss and speed, and what evaluations on the way give. */
final class TrainingDisplay implements TrainingListener, AutoCloseable {
  private final Console console;
  private final TrainingConfig config;
  private final TaskBar bar = new TaskBar();
  private HeadScores lastScores;

  TrainingDisplay(Console console, TrainingConfig config) {
    this.console = console;
    this.config = config;
  }

  /** What the last evaluation gave. */
  Optional<HeadScores> lastScores() {
    return Optional.ofNullable(lastScores);
  }

  @Override
  public void stepFinished(StepReport report) {
    bar.show(
        console,
        "train",
        "",
        report.step(),
        config.steps(),
        String.format(
            Locale.ROOT,
            "loss %.3f%s, %,.0f tokens/s",
            report.loss(),
            validation(),
            report.tokensPerSecond()));
  }

  private String validation() {
    return lastScores == null
        ? ""
        : String.format(Locale.ROOT, " (validation %.3f)", lastScores.meanLoss());
  }

  @Override
  public void evaluated(long step, HeadScores scores) {
    lastScores = scores;
    // A line of its own would tear the bar, which shows it from the next step on.
    if (!Terminal.isErrorShown()) {
      console.note(
          String.format(
              Locale.ROOT, "step %,d: validation loss %.4f nats", step, scores.meanLoss()));
    }
  }

  @Override
  public void close() {
    bar.close();
  }
}
