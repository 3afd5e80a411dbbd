package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.LogSumExp;
import java.util.Optional;

/**
 * Several hidden vectors per position whose scores are combined by log-sum-exp:
 *
 * <pre>
 * P(v) = exp(L_v) / Σ_u exp(L_u),   L_v = log Σ_k exp(w_v·h_k),   h_k = tanh(U_k·h)
 * </pre>
 *
 * with W [V, D] and projections U_k [D, D]: the smooth form of the best match over several vectors,
 * max_k w_v·h_k (Weston, Weiss and Yee, RecSys 2013), with the projections of {@link
 * MixtureOfSoftmaxesHead}. It is a mixture of softmaxes whose weights are not learned but follow
 * from the scores, π_k ∝ Σ_v exp(w_v·h_k). L plays the logits' role.
 *
 * <p>Backward, with the posterior ρ_k = exp(w_y·h_k − L_y) of the target y: component k has the
 * gradient scale·(π_k·softmax(W·h_k) − ρ_k·onehot(y)).
 */
public final class MultipleHiddenHead extends ComponentsHead {
  /** Over W [V, D] and all U_k [K·D, D]. */
  public MultipleHiddenHead(Backend backend, Trainable weights, Trainable projections) {
    super(backend, weights, projections, Optional.empty());
  }

  /** Normalised together: every component takes part by its share of the sum. */
  @Override
  LogSumExp shiftsOfGradient(MixingBuffers mixing) {
    return mixing.priorShifts();
  }
}
