package dev.gatun.train;

import dev.gatun.model.LanguageModel;
import dev.gatun.model.head.HeadScores;

/**
 * Watches a run. Each concern (progress, checkpoints, measurements) is a listener of its own. What
 * a listener does with the model between steps changes nothing in training as long as it leaves the
 * parameters' values alone: gradients are cleared at the start of every step.
 */
public interface TrainingListener {
  /**
   * The model as it is after {@code step} steps: before each step, and once more after the last.
   * Step 0 is the untrained model.
   */
  default void reached(long step, LanguageModel model) {}

  /** A step is finished. */
  default void stepFinished(StepReport report) {}

  /** The model after {@code step} steps was evaluated on held-out tokens. */
  default void evaluated(long step, HeadScores scores) {}

  /** The configured interval between checkpoints has passed. */
  default void checkpointDue(Trainer trainer) {}

  /** The run ended after {@code trainer.step()} steps. */
  default void ended(Trainer trainer, Outcome outcome) {}

  /** How a run ends. */
  enum Outcome {
    /** All steps are done. */
    FINISHED,
    /** A stop was requested; the run can be resumed. */
    INTERRUPTED
  }
}
