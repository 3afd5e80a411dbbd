package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.LogSumExp;
import java.util.Optional;

/**
 * Mixture of softmaxes (Yang et al., arXiv 1711.03953):
 *
 * <pre>
 * P(v) = Σ_k π_k·softmax(W·h_k)_v,   h_k = tanh(U_k·h),   π = softmax(R·h)
 * </pre>
 *
 * with W [V, D], projections U_k [D, D] and prior R [K, D]. What plays the logits' role is L = log
 * P, which is no linear function of h: the matrix of log-probabilities may have any rank, but at
 * one context ∂L/∂h still has rank D at most.
 *
 * <p>Backward, with the posterior ρ_k = π_k·softmax(W·h_k)_y / P(y) of the target y: component k
 * has the gradient scale·ρ_k·(softmax(W·h_k) − onehot(y)), the prior's logits scale·(π − ρ).
 */
public final class MixtureOfSoftmaxesHead extends ComponentsHead {
  /** Over W [V, D], all U_k [K·D, D] and R [K, D]. */
  public MixtureOfSoftmaxesHead(
      Backend backend, Trainable weights, Trainable projections, Trainable prior) {
    super(backend, weights, projections, Optional.of(prior));
  }

  /** Normalised one by one: p_k takes part by its posterior. */
  @Override
  LogSumExp shiftsOfGradient(MixingBuffers mixing) {
    return mixing.posteriorShifts();
  }
}
