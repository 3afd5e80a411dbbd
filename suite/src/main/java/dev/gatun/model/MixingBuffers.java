package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.Tensor;

/**
 * How much each of K components takes part in each of R contexts, all in the log domain. Given for
 * a component its logits' logSumExp and the loss c_k that the target has in it, and scores s whose
 * softmax is the prior π:
 *
 * <pre>
 * loss = log Σ exp(s) − log Σ exp(t),   t = s − c,   posterior ρ = softmax(t)
 * </pre>
 */
final class MixingBuffers implements AutoCloseable {
  private final Backend backend;
  private final int components;
  private final TensorScope scope;
  private final RowPermutations permutations;
  private final Tensor logSumExp; // [K, R], by component
  private final Tensor losses; // [K, R], by component
  private final Tensor normalisers; // logSumExp as [R, K]
  private final Tensor scores; // s [R, K]
  private final Tensor targetScores; // t [R, K]
  private final Tensor scoreSums; // log Σ exp(s) [R]
  private final Tensor targetSums; // log Σ exp(t) [R]
  private final Tensor scratch; // [R, K]
  private final Tensor posterior; // ρ [R, K]
  private final Tensor posteriorByPart; // ρ [K, R]
  private final Tensor shifts; // [K, R]
  private long count;

  MixingBuffers(Backend backend, int components, long capacity) {
    this.backend = backend;
    this.components = components;
    this.scope = backend.newScope();
    this.permutations = new RowPermutations(backend, components);
    logSumExp = matrix(capacity);
    losses = matrix(capacity);
    normalisers = matrix(capacity);
    scores = matrix(capacity);
    targetScores = matrix(capacity);
    scoreSums = scope.zeros(backend.real(), capacity);
    targetSums = scope.zeros(backend.real(), capacity);
    scratch = matrix(capacity);
    posterior = matrix(capacity);
    posteriorByPart = matrix(capacity);
    shifts = matrix(capacity);
  }

  private Tensor matrix(long capacity) {
    return scope.zeros(backend.real(), capacity * components);
  }

  /** Begins a chunk of so many contexts, at most R. */
  void begin(long contexts) {
    count = contexts;
  }

  /** Of the logits of all components, to be filled: [K·count]. */
  Tensor logSumExp() {
    return whole(logSumExp);
  }

  /** Of a component, to be filled: [count]. */
  Tensor losses(int component) {
    return losses.slice(component * count, count);
  }

  /** s, to be filled where a prior is learned: [count, K]. */
  Tensor scores() {
    return scores.slice(0, count, components);
  }

  /** Scores of a prior that is each component's share of Σ exp over all logits. */
  void scoreByLogSumExp() {
    permutations.byContext(count, logSumExp(), scores());
  }

  /** Losses [count] of the mixture; ρ is known from here on. */
  void mix(Tensor targets, Tensor mixtureLosses) {
    Tensor t = targetScores.slice(0, count, components);
    Tensor rho = posterior.slice(0, count, components);
    permutations.byContext(count, logSumExp(), whole(normalisers));
    permutations.byContext(count, whole(losses), t);
    backend.scale(-1, t);
    backend.axpy(1, scores(), t);
    backend.logSumExpRows(scores(), scoreSums.slice(0, count));
    backend.logSumExpRows(t, targetSums.slice(0, count));
    backend.copy(scoreSums.slice(0, count), mixtureLosses);
    backend.axpy(-1, targetSums.slice(0, count), mixtureLosses);
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
  Tensor priorShifts() {
    return shifts(scores(), scoreSums.slice(0, count));
  }

  /** exp(logits − shift) = ρ_k·p_k: by component, [K·count]. */
  Tensor posteriorShifts() {
    return shifts(targetScores.slice(0, count, components), targetSums.slice(0, count));
  }

  /** logSumExp of the component − log softmax(scores). */
  private Tensor shifts(Tensor of, Tensor sums) {
    Tensor byContext = scratch.slice(0, count, components);
    permutations.repeat(count, sums, byContext);
    backend.axpy(-1, of, byContext);
    backend.axpy(1, normalisers.slice(0, count, components), byContext);
    permutations.byPart(count, byContext, whole(shifts));
    return whole(shifts);
  }

  /** x ← scale·exp(x − sums); rows without target become 0. */
  private void softmax(Tensor x, Tensor sums, Tensor targets, double scale) {
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
