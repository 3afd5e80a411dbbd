package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.LogSumExp;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Tensor;

/**
 * How much each of K components takes part in each of R contexts, all in the log domain. Given for
 * a component its logits' logSumExp and the loss c_k that the target has in it, and scores s whose
 * softmax is the prior π:
 *
 * <pre>
 * loss = log Σ exp(s) − log Σ exp(t),   t = s − c,   posterior ρ = softmax(t)
 * </pre>
 *
 * <p>Of each context's scores the largest is taken first, so that nothing large is left to cancel.
 * ρ is known to c·2⁻²⁴; the gradient of the logits that play P's role does not depend on it.
 */
final class MixingBuffers implements AutoCloseable {
  private final Backend backend;
  private final int components;
  private final TensorScope scope;
  private final RowPermutations permutations;
  private final LogSumExp logSumExp; // [K, R], by component
  private final Tensor losses; // [K, R], by component
  private final Tensor normalisers; // the rest of logSumExp as [R, K]
  private final Tensor scores; // s [R, K], the largest of each context 0
  private final Tensor targetScores; // t [R, K]
  private final LogSumExp scoreSums; // log Σ exp(s) [R]
  private final LogSumExp targetSums; // log Σ exp(t) [R]
  private final Tensor scratch; // [R, K]
  private final Tensor repeatedRest; // [R, K]
  private final Tensor posterior; // ρ [R, K]
  private final Tensor posteriorByPart; // ρ [K, R]
  private final Tensor shifts; // [K, R]
  private long count;

  MixingBuffers(Backend backend, int components, long capacity) {
    this.backend = backend;
    this.components = components;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      this.permutations = opened.own(new RowPermutations(backend, components));
      logSumExp = new LogSumExp(matrix(capacity), matrix(capacity));
      losses = matrix(capacity);
      normalisers = matrix(capacity);
      scores = matrix(capacity);
      targetScores = matrix(capacity);
      scoreSums = new LogSumExp(vector(capacity), vector(capacity));
      targetSums = new LogSumExp(vector(capacity), vector(capacity));
      scratch = matrix(capacity);
      repeatedRest = matrix(capacity);
      posterior = matrix(capacity);
      posteriorByPart = matrix(capacity);
      shifts = matrix(capacity);
      opened.keep();
    }
  }

  private Tensor matrix(long capacity) {
    return scope.zeros(backend.real(), capacity * components);
  }

  private Tensor vector(long capacity) {
    return scope.zeros(backend.real(), capacity);
  }

  /** Begins a chunk of so many contexts, at most R. */
  void begin(long contexts) {
    count = contexts;
  }

  /** The sums [K·count] over the logits of each component, to be filled. */
  LogSumExp logSumExp() {
    return logSumExp.slice(0, count * components);
  }

  /** The numbers [count] of component k, out of numbers that are ordered by component. */
  LogSumExp part(LogSumExp of, int component) {
    return of.slice(component * count, count);
  }

  /** The losses [count] of a component, to be filled. */
  Tensor losses(int component) {
    return losses.slice(component * count, count);
  }

  /** s, to be filled where a prior is learned: [count, K]. */
  Tensor scores() {
    return scores.slice(0, count, components);
  }

  /** Scores of a prior that is each component's share of Σ exp over all logits. */
  void scoreByLogSumExp() {
    permutations.byContext(count, logSumExp().max(), scores());
    takeLargest();
    permutations.byContext(count, logSumExp().rest(), normalisers.slice(0, count, components));
    backend.axpy(1, normalisers.slice(0, count, components), scores());
  }

  /** s ← s − max s, which changes neither π nor ρ. */
  private void takeLargest() {
    Tensor repeated = scratch.slice(0, count, components);
    backend.logSumExpRows(scores(), scoreSums.slice(0, count));
    permutations.repeat(count, scoreSums.max().slice(0, count), repeated);
    backend.axpy(-1, repeated, scores());
  }

  /** Losses [count] of the mixture; ρ is known from here on. */
  void mix(Tensor targets, Tensor mixtureLosses) {
    Tensor t = targetScores.slice(0, count, components);
    Tensor rho = posterior.slice(0, count, components);
    permutations.byContext(count, logSumExp().rest(), whole(normalisers));
    permutations.byContext(count, whole(losses), t);
    takeLargest();
    backend.scale(-1, t);
    backend.axpy(1, scores(), t);
    LogSumExp ofScores = scoreSums.slice(0, count);
    LogSumExp ofTargets = targetSums.slice(0, count);
    backend.logSumExpRows(scores(), ofScores);
    backend.logSumExpRows(t, ofTargets);
    backend.copy(ofScores.rest(), mixtureLosses);
    backend.axpy(-1, ofTargets.rest(), mixtureLosses);
    backend.axpy(-1, ofTargets.max(), mixtureLosses);
    backend.copy(t, rho);
    softmax(rho, targetSums.slice(0, count), targets, 1);
    permutations.byPart(count, rho, whole(posteriorByPart));
  }

  /** ρ of a component [count]; 0 where there is no target. */
  Tensor posterior(int component) {
    return posteriorByPart.slice(component * count, count);
  }

  /** scale·(π − ρ), the gradient of s [count, K]; overwrites s. */
  Tensor scoreGradient(Tensor targets, double scale) {
    Tensor gradient = scores();
    softmax(gradient, scoreSums.slice(0, count), targets, scale);
    backend.axpy(-scale, posterior.slice(0, count, components), gradient);
    return gradient;
  }

  /** exp(logits − shift) = π_k·p_k: by component, [K·count]. */
  LogSumExp priorShifts() {
    return shifts(scores(), scoreSums.slice(0, count));
  }

  /** exp(logits − shift) = ρ_k·p_k: by component, [K·count]. */
  LogSumExp posteriorShifts() {
    return shifts(targetScores.slice(0, count, components), targetSums.slice(0, count));
  }

  /** logSumExp of the component − log softmax(scores). */
  private LogSumExp shifts(Tensor of, LogSumExp sums) {
    Tensor byContext = scratch.slice(0, count, components);
    Tensor rest = repeatedRest.slice(0, count, components);
    permutations.repeat(count, sums.max(), byContext);
    backend.axpy(-1, of, byContext);
    permutations.repeat(count, sums.rest(), rest);
    backend.axpy(1, rest, byContext);
    backend.axpy(1, normalisers.slice(0, count, components), byContext);
    permutations.byPart(count, byContext, whole(shifts));
    return new LogSumExp(logSumExp().max(), whole(shifts));
  }

  /** x ← scale·exp(x − sums); rows without target become 0. */
  private void softmax(Tensor x, LogSumExp sums, Tensor targets, double scale) {
    // Classes from 2³¹ on: no target is among them.
    backend.crossEntropyColumns(x, sums, targets, 1L << 31, scale);
  }

  private Tensor whole(Tensor buffer) {
    return buffer.slice(0, count * components);
  }

  @Override
  public void close() {
    permutations.close();
    scope.close();
  }
}
