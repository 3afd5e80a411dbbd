package dev.gatun.train;

import dev.gatun.data.BatchSource;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.head.HeadScores;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.train.TrainingListener.Outcome;
import java.util.Arrays;
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
  private final BatchSource batches;
  private final Optional<EvaluationSet> evaluation;
  private final List<TrainingListener> listeners;
  private final Optimiser optimiser;
  private long step;
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
    this.batches = batches;
    this.evaluation = evaluation;
    this.listeners = List.copyOf(listeners);
    this.optimiser = Optimiser.of(model.backend(), model.parameters(), config.optimiser());
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

  /** Asks the run to end after the step in progress; may be called from any thread. */
  public void requestStop() {
    stopRequested = true;
  }

  /**
   * Trains until all steps are done or a stop is requested.
   *
   * @throws DivergedException if a loss or gradient is not finite; that step is not applied
   */
  public Outcome run() {
    while (step < config.steps() && !stopRequested) {
      listeners.forEach(l -> l.reached(step, model));
      StepReport report = trainOneStep();
      listeners.forEach(l -> l.stepFinished(report));
      evaluateIfDue();
      if (config.checkpointInterval() > 0 && step % config.checkpointInterval() == 0) {
        listeners.forEach(l -> l.checkpointDue(this));
      }
    }
    Outcome outcome = step < config.steps() ? Outcome.INTERRUPTED : Outcome.FINISHED;
    if (outcome == Outcome.FINISHED) {
      listeners.forEach(l -> l.reached(step, model));
    }
    listeners.forEach(l -> l.ended(this, outcome));
    return outcome;
  }

  private StepReport trainOneStep() {
    long start = System.nanoTime();
    model.parameters().clearGradients();
    double loss = 0;
    for (int i = 0; i < config.accumulation(); i++) {
      Batch batch = batches.batch(step * config.accumulation() + i);
      loss += accumulate(batch);
    }
    double gradientNorm = Math.sqrt(model.backend().sumOfSquares(model.parameters().gradients()));
    DivergenceGuard.check(model, step + 1, loss, gradientNorm);
    double learningRate = config.schedule().at(step);
    optimiser.step(step + 1, learningRate, clippingScale(gradientNorm));
    step++;
    return new StepReport(
        step, loss, gradientNorm, learningRate, config.tokensPerStep(), System.nanoTime() - start);
  }

  private double accumulate(Batch batch) {
    long targets = Arrays.stream(batch.targets()).filter(t -> t >= 0).count();
    if (targets == 0) {
      throw new IllegalArgumentException("step " + (step + 1) + " has a batch without targets");
    }
    double scale = 1.0 / (targets * config.accumulation());
    return model.lossAndGradients(batch, scale, BlockVisitor.NONE);
  }

  private double clippingScale(double gradientNorm) {
    return gradientNorm > config.clipNorm() ? config.clipNorm() / gradientNorm : 1;
  }

  private void evaluateIfDue() {
    boolean atInterval = config.evaluationInterval() > 0 && step % config.evaluationInterval() == 0;
    if (evaluation.isPresent() && (atInterval || step == config.steps())) {
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
    optimiser.close();
  }
}
