package dev.gatun.train;

import dev.gatun.data.BatchSource;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.head.HeadScores;
import dev.gatun.tensor.CloseStack;
import dev.gatun.train.TrainingListener.Outcome;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The training loop. The state of a run is its step, the parameters and what the optimiser
 * remembers; batches are a function of the step. A run that continues from saved state therefore
 * ends with the bytes of one that never stopped.
 */
public final class Trainer implements AutoCloseable {
  private final LanguageModel model;
  private final TrainingConfig config;
  private final Optional<EvaluationSet> evaluation;
  private final List<TrainingListener> listeners;
  private final Optimiser optimiser;
  private final TrainingStep steps;
  private final Deque<TrainingStep.Begun> underWay = new ArrayDeque<>();
  private long step;
  private long lastEnd = Long.MIN_VALUE;
  private volatile boolean stopRequested;

  /**
   * A run at step 0.
   *
   * @param batches batch i of the accumulation of step s is number s·accumulation + i
   * @param evaluation held-out batches, if the model is to be evaluated
   */
  public Trainer(
      LanguageModel model,
      TrainingConfig config,
      BatchSource batches,
      Optional<EvaluationSet> evaluation,
      List<TrainingListener> listeners) {
    this.model = model;
    this.config = config;
    this.evaluation = evaluation;
    this.listeners = List.copyOf(listeners);
    try (var opened = new CloseStack()) {
      this.optimiser =
          opened.own(Optimiser.of(model.backend(), model.parameters(), config.optimiser()));
      this.steps = opened.own(new TrainingStep(model, config, batches, optimiser));
      opened.keep();
    }
  }

  public LanguageModel model() {
    return model;
  }

  public long step() {
    return step;
  }

  Optimiser optimiser() {
    return optimiser;
  }

  /**
   * Continues from another step; parameters and the optimiser's state are the caller's business.
   */
  void continueFrom(long stepsDone) {
    step = stepsDone;
  }

  /** Asks the run to end after the steps in progress; may be called from any thread. */
  public void requestStop() {
    stopRequested = true;
  }

  /**
   * Trains until all steps are done or a stop is requested. A device that works behind the calls
   * gets the next step before the loss of the last one is read; nothing is under way while a model
   * is evaluated or a checkpoint written, and when the run ends.
   *
   * @throws DivergedException if a loss or gradient is not finite; that step is not applied
   */
  public Outcome run() {
    int mostUnderWay = model.backend().worksBehindCalls() ? 1 : 0;
    while (step < config.steps() && !stopRequested) {
      listeners.forEach(l -> l.reached(step, model));
      underWay.add(steps.begin(step + 1));
      step++;
      finishAllBut(mostUnderWay);
      evaluateIfDue();
      if (config.checkpointInterval() > 0 && step % config.checkpointInterval() == 0) {
        finishAllBut(0);
        listeners.forEach(l -> l.checkpointDue(this));
      }
    }
    finishAllBut(0);
    Outcome outcome = step < config.steps() ? Outcome.INTERRUPTED : Outcome.FINISHED;
    if (outcome == Outcome.FINISHED) {
      listeners.forEach(l -> l.reached(step, model));
    }
    listeners.forEach(l -> l.ended(this, outcome));
    return outcome;
  }

  /** Waits for steps and reports them, until no more than this many are under way. */
  private void finishAllBut(int most) {
    while (underWay.size() > most) {
      StepReport report = finish(underWay.remove());
      listeners.forEach(l -> l.stepFinished(report));
    }
  }

  private StepReport finish(TrainingStep.Begun begun) {
    double[] sums = begun.sums().get();
    double gradientNorm = Math.sqrt(sums[0]);
    double loss = sums[1];
    if (!Double.isFinite(loss) || !Double.isFinite(gradientNorm)) {
      steps.repeatGradients(begun.number());
      throw DivergenceGuard.diverged(model, begun.number(), loss);
    }
    long end = System.nanoTime();
    // A step that was begun while another one was under way has had the device since that ended.
    long elapsed = end - Math.max(begun.start(), lastEnd);
    lastEnd = end;
    return new StepReport(
        begun.number(), loss, gradientNorm, begun.learningRate(), config.tokensPerStep(), elapsed);
  }

  private void evaluateIfDue() {
    boolean atInterval = config.evaluationInterval() > 0 && step % config.evaluationInterval() == 0;
    if (evaluation.isPresent() && (atInterval || step == config.steps())) {
      finishAllBut(0);
      HeadScores scores = evaluate(evaluation.get());
      listeners.forEach(l -> l.evaluated(step, scores));
    }
  }

  /** Loss and accuracy on at most the configured number of held-out batches. */
  public HeadScores evaluate(EvaluationSet set) {
    HeadScores scores = new HeadScores(0, 0, 0);
    for (int i = 0; i < Math.min(set.batches(), config.evaluationBatches()); i++) {
      scores = scores.plus(model.evaluate(set.source().batch(i)));
    }
    return scores;
  }

  /** Frees the optimiser's state; the model is the caller's. */
  @Override
  public void close() {
    steps.close();
    optimiser.close();
  }
}
