package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;

/**
 * The Jacobian J [V, D] of a head's log-probabilities log P with respect to the hidden state h [D],
 * at one hidden state: what the head lets through there, since the gradient of h is JᵀG for a logit
 * gradient G = scale·(P − Y). Pᵀ·J = 0, so that its rank is at most V − 1, and D.
 *
 * <p>Row v is the head's own backward pass for the target v: V contexts of the same hidden state,
 * in memory V·D and, in work, V² logits.
 */
public final class HeadJacobian implements AutoCloseable {
  private final Backend backend;
  private final Head head;
  private final TensorScope scope;
  private final Tensor sameRow; // [V] I32, all 0
  private final Tensor everyTarget; // [V] I32
  private final Tensor hidden; // [V, D]
  private final Tensor jacobian; // [V, D]

  /** For hidden states of width D. */
  public HeadJacobian(Backend backend, Head head, long width) {
    this.backend = backend;
    this.head = head;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      long vocabulary = head.vocabulary();
      this.sameRow = scope.zeros(ElementType.I32, vocabulary);
      this.everyTarget = scope.zeros(ElementType.I32, vocabulary);
      this.hidden = scope.zeros(backend.real(), vocabulary, width);
      this.jacobian = scope.zeros(backend.real(), vocabulary, width);
      int[] targets = new int[Math.toIntExact(vocabulary)];
      Arrays.setAll(targets, v -> v);
      backend.write(targets, everyTarget);
      opened.keep();
    }
  }

  /**
   * J [V, D] at a hidden state [1, D], which is not {@link #at}'s result; overwritten by the next
   * call. No gradient of a parameter changes, but the head's losses are other ones afterwards.
   */
  public Tensor at(Tensor hiddenState) {
    backend.embedding(hiddenState.reshape(1, hidden.cols()), sameRow, hidden);
    // The loss of target v is −log P(v).
    head.hiddenGradients(hidden, everyTarget, -1, jacobian);
    return jacobian;
  }

  @Override
  public void close() {
    scope.close();
  }
}
